"""How does a plan become a paper, and a paper a plan?"""
