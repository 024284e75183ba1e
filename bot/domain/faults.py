"""Naming what broke without repeating its words."""

import secrets
import traceback

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def incident_code() -> str:
    """Four characters a person can read out, to find the one log line."""
    return "".join(secrets.choice(ALPHABET) for _ in range(4))


def where(error: BaseException) -> str:
    """Class and place of an error, without its words: they may hold what must not be written down."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places or 'unknown'}"
