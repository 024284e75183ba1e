"""Drafts, posts, messages to many, and their files."""
