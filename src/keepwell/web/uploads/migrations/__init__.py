"""How the tables of uploads came to be."""
