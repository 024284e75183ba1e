"""Showing conversations, and what answers them."""
