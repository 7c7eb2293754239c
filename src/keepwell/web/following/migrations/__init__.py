"""How the tables of following came to be."""
