"""Documents made from Released tables."""
