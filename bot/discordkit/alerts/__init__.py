"""Cards: drawn, sent to their places, kept in forum desks."""
