"""Whom do we support, with what, and what came of it?"""
