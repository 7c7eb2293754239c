"""How the tables of designing came to be."""
