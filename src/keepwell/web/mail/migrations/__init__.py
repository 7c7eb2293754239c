"""How did the table of mails come to be?"""
