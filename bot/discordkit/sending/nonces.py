"""What Discord recognises a message by that is sent again: of two with one nonce within minutes it takes one."""

import hashlib

LENGTH = 24
"""Discord takes 25 characters."""


def nonce(*seed: object) -> str:
    """The same for every try to say one thing, and for no other."""
    return hashlib.sha256("|".join(map(str, seed)).encode()).hexdigest()[:LENGTH]
