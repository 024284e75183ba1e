"""Showing numbers: earnings, sales, audience, goals, summaries."""
