"""Buttons, selects, forms and options, and what they ask for."""
