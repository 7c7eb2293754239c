"""What is this number?"""
