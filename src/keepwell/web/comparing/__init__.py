"""Are we different from our peers?"""
