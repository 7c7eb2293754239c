"""What is done behind the pages, once, whatever crashes?"""
