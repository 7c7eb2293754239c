"""How did the table of jobs come to be?"""
