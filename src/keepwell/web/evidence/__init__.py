"""What has been published here that others may cite?

A slice gives a value (a number with its definition, a finding, a document) to those who ask by topic; another cites it
as it was. Neither knows the other.
"""
