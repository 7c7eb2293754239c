"""Who has seen or taken what?"""
