"""Fanvue for your Discord team."""

__version__ = "0.1.0"
