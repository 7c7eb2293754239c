"""How did the tables of places come to be?"""
