"""Which organisations are there, and to what do they belong?"""
