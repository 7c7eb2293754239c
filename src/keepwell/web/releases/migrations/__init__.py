"""How did the tables of releases come to be?"""
