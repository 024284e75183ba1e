"""Showing drafts, posts, messages to many, and the media vault."""
