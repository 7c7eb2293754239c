"""Do the plans of all below add up, and what is missing?"""
