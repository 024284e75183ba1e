"""The operator's doctor: each part examined, each fault with what to do."""

import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.discordkit.client.doctor import BotState
from bot.doctor import fanvue, ground, outside, stored
from bot.domain.health import Finding, Health
from bot.fanvue.transport import Connections, trusted_by_operator
from bot.settings import Settings

__all__ = ["AskDiscord", "Finding", "Health", "examine"]

AskDiscord = Callable[[str], Awaitable[BotState]]


async def examine(
    settings: Settings,
    ask_discord: AskDiscord,
    *,
    env_file: Path = Path(".env"),
    trust: ssl.SSLContext | None = None,
) -> list[Finding]:
    """Every check, in the order an operator would mend things; ``trust`` decides which certificates are believed."""
    context = trust or trusted_by_operator()
    connections = Connections(trust=context)
    try:
        return [
            *ground.findings(settings, env_file),
            *[finding async for finding in stored.findings(settings)],
            *(await ask_discord(settings.discord_token.get_secret_value())).findings(),
            *[finding async for finding in fanvue.findings(settings, connections)],
            *[finding async for finding in outside.findings(settings, connections, context)],
        ]
    finally:
        await connections.aclose()
