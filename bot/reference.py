"""The list of commands as Markdown, read from the cogs themselves."""

from collections.abc import Iterator
from typing import Any, cast

from bot.app import load_cogs
from bot.discordkit.actions import Actions
from bot.discordkit.failures import Failures
from bot.discordkit.kit import Kit
from bot.discordkit.listing import Listed, listed
from bot.discordkit.throttle import Throttle
from bot.services import Services

HEAD = """# Commands

Made from the code by `make docs`; answers are private unless it says otherwise.

| command | what it does | options |
|---|---|---|
"""


def commands_markdown() -> str:
    """One row a command."""
    failures = Failures()
    nothing: Any = _Nothing()
    services = cast(Services, nothing)
    cogs = load_cogs(services, Kit(Actions(failures, Throttle()), failures))
    rows = sorted(listed(cogs), key=lambda row: row.name)
    return HEAD + "\n".join(_rows(rows)) + "\n"


class _Nothing:
    """Stands where services would: listing commands calls none of them."""

    def __getattr__(self, name: str) -> None:
        return None


def _rows(rows: list[Listed]) -> Iterator[str]:
    for row in rows:
        options = "<br>".join(f"`{name}`: {description}" for name, description in row.options)
        yield f"| `/{row.name}` | {row.description} | {options} |"
