"""Keepwell: a workbench that helps the NHS keep its people."""

__version__ = "0.1.0.dev0"
