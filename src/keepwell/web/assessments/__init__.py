"""How do we judge our own practice?"""
