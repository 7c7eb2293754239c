"""Who may do what here, and what has been done?"""
