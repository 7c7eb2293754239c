"""How does a page look like one of the NHS?"""
