"""How is the site put together?"""
