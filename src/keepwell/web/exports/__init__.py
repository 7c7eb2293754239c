"""How do tables leave the site?"""
