"""How the tables of flexible came to be."""
