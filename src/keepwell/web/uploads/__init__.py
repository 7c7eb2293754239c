"""How do files get in?"""
