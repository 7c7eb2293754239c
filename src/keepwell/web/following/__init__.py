"""Is it being done, what was learnt, and who took it up?"""
