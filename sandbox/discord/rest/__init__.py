"""The REST chapters: each is a class that lists its routes."""
