"""Canonical tables: what every file becomes before anything is counted."""
