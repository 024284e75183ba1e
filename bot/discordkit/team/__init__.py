"""Showing who may do what, and who answered."""
