"""Which requests for flexible work and retirement were made, and how were they decided?"""
