"""A small Discord on loopback, REST and gateway, for what must survive kills, soaks and benchmarks.

It records every call, honours nonces and limits, and fails on demand. `StandInDiscord` is the handle;
`python -m sandbox.discord.launch` runs a bot against it:

    async with StandInDiscord() as discord:
        lead = discord.add_user("lead")
        team = discord.add_channel(discord.add_guild("Team", lead), "team")
        ...  # start the bot with discord.api_url and discord.gateway_url
        await discord.wait_ready()
        asked = await (await discord.slash(lead, team, "insights earnings", period="today")).wait()
        assert "€" in asked.text
        assert discord.unknown_routes == []
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.discord.errors import PlayError
    from sandbox.discord.faults import Fault
    from sandbox.discord.interactions import Interaction
    from sandbox.discord.model import Attachment, Channel, Guild, Member, Message, Role, User
    from sandbox.discord.permissions import Permissions
    from sandbox.discord.recording import Call
    from sandbox.discord.standin import StandInDiscord

__all__ = [
    "Attachment",
    "Call",
    "Channel",
    "Fault",
    "Guild",
    "Interaction",
    "Member",
    "Message",
    "Permissions",
    "PlayError",
    "Role",
    "StandInDiscord",
    "User",
]

_HOMES = {
    "Call": "recording",
    "Fault": "faults",
    "Interaction": "interactions",
    "Permissions": "permissions",
    "PlayError": "errors",
    "StandInDiscord": "standin",
}


def __getattr__(name: str) -> Any:
    """Loads a part when it is asked for: a bot run through `launch` carries nothing of the server."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'model')}"), name)
