"""How the tables of alignment came to be."""
