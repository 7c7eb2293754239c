"""How the tables of library came to be."""
