"""Keepwell: a workbench that helps the NHS keep its people."""

from importlib.metadata import version

__version__ = version("keepwell")
