"""How did the register come to be as it is?"""
