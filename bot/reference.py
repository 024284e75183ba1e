"""What the documents say about commands and rights, as the code has it."""

from collections.abc import Iterator

from bot.app import cogs_alone
from bot.discordkit.demands import rights_table
from bot.discordkit.listing import Listed, listed

TABLE_BEGINS = "| | asks for |"

HEAD = """# Commands

Made from the code by `make docs`; answers are private unless it says otherwise.

| command | what it does | options |
|---|---|---|
"""


def with_rights_table(document: str) -> str:
    """A document whose last part is the table of rights, with that table as the code has it."""
    return document.partition(TABLE_BEGINS)[0] + rights_table()


def commands_markdown() -> str:
    """One row a command."""
    rows = sorted(listed(cogs_alone()), key=lambda row: row.name)
    return HEAD + "\n".join(_rows(rows)) + "\n"


def _rows(rows: list[Listed]) -> Iterator[str]:
    for row in rows:
        options = "<br>".join(f"`{name}`: {description}" for name, description in row.options)
        yield f"| `/{row.name}` | {row.description} | {options} |"
