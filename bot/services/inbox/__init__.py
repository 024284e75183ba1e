"""Answering fans: conversations, replies, claims, desks."""
