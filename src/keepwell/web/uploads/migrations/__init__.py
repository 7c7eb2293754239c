"""How did the tables of uploads come to be?"""
