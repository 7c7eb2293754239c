"""What have others done, what is there to use, and what fits here?"""
