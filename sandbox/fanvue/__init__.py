"""A Fanvue on loopback, built from its documented contract. It shares no code with the bot."""

from .browser import walk_consent
from .faults import Fault, Faults
from .oauth.state import OAuthState, challenge_of
from .server import SandboxFanvue
from .webhooks.sender import Delivery
from .webhooks.signature import sign
from .world import World

__all__ = [
    "Delivery",
    "Fault",
    "Faults",
    "OAuthState",
    "SandboxFanvue",
    "World",
    "challenge_of",
    "sign",
    "walk_consent",
]
