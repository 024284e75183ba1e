"""What /privacy shows."""

from collections.abc import Iterator, Mapping

import discord

from bot.discordkit.controls.components import DISCONNECT_VERB, RESUME_VERB, button, view_of
from bot.discordkit.decisions import decided
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.access import AuditEntry, Way
from bot.domain.accounts import Connection, CreatorId, DiscordUserId
from bot.domain.scopes import Scope
from bot.domain.uses import LastUse, UseOutcome, Uses, words_for
from bot.services.privacy import DecisionsPage, Erased, Overview, UsesPage, Whose

USES_VERB = "uses"
EXPORT_VERB = "export"
PAUSE_VERB = "pause"
ERASE_VERB = "erase"
ERASE_ALL_VERB = "erase_yes"
KEEP_VERB = "erase_no"
WITH_CARDS = "cards"

WHILE_CONNECTED = "Until you disconnect"
WHEN_ERASED = "Until you erase it"
UNTIL_TAKEN = "Until taken back, or a week after they end"
UNTIL_CHANGED = "Until it is changed, or ends"
SUBJECTS = {
    "connections": (WHILE_CONNECTED, "account"),
    "creators": (WHILE_CONNECTED, "creator"),
    "deliveries": (WHILE_CONNECTED, "alert"),
    "cards": (WHILE_CONNECTED, "card"),
    "replies": (WHILE_CONNECTED, "note that a fan was answered (never what)"),
    "claims": ("Until let go of, or over (three days at most)", "fan somebody is on"),
    "drafts": ("Until a week after they are sent or discarded, or 90 days untouched", "draft"),
    "notes": (WHILE_CONNECTED, "sealed note about a fan"),
    "finished_months": (WHILE_CONNECTED, "month of sealed earnings"),
    "routes": (UNTIL_CHANGED, "alert rule"),
    "reply_places": (UNTIL_CHANGED, "place where Discord's Reply sends or not"),
    "watches": (UNTIL_CHANGED, "fan inbox that is watched"),
    "briefs": (UNTIL_CHANGED, "summary that comes unasked"),
    "mutes": (UNTIL_CHANGED, "mute"),
    "rights": (UNTIL_TAKEN, "right"),
    "shifts": (UNTIL_TAKEN, "shift"),
    "refusals": (UNTIL_CHANGED, "place that refuses cards"),
    "uses": ("90 days", "use of an account, counted by hour"),
    "audit": ("A year", "decision (rights, connections, posts)"),
    "links": ("A day", "link to connect"),
    "preferences": (WHEN_ERASED, "time zone"),
    "dms": (WHEN_ERASED, "address of your direct messages"),
}
PLURALS = {
    "note that": "notes that",
    "month of": "months of",
    "summary that comes": "summaries that come",
    "place that": "places that",
    "place where": "places where",
    "use of": "uses of",
    "fan inbox": "fan inboxes",
    "fan somebody": "fans somebody",
    "sealed note": "sealed notes",
    "decision": "decisions",
    "link to": "links to",
    "address of": "addresses of",
}
NOTE = "Tokens and fans' messages are stored sealed; fans' messages go after 30 days."
STAYS = (
    "**What stays, and why:** in other creators' records, that *somebody* acted, because it is their account; that a "
    "message was answered, so that no fan gets it twice; backups, until whoever runs this bot lets them go."
)
OUTCOMES = {
    UseOutcome.DONE: "",
    UseOutcome.REFUSED: " · refused by Fanvue",
    UseOutcome.FAILED: " · failed",
    UseOutcome.UNKNOWN: " · outcome unknown",
}
FIELD_LIMIT = 1024
BY_ITSELF = "the bot by itself"
SIDES = {
    Whose.MINE: "Who used my account",
    Whose.DECIDED: "Decisions",
    Whose.BY_ME: "What I did for others",
}
WAYS = {Way.COMMAND: "by command", Way.PRESS: "by a button", Way.BOX: "in a form", Way.REPLY: "by Discord's Reply"}


def panel_embed(overview: Overview, reader: DiscordUserId) -> discord.Embed:
    """What is stored and until when, what was allowed, and what used it last."""
    connection = overview.connection
    embed = discord.Embed(title="Your privacy", colour=Colour.CALM)
    if connection is not None and connection.paused_at is not None:
        embed.description = _paused(connection, overview.waiting)
        embed.colour = discord.Colour(Colour.MONEY)
    _add_lines(embed, "What is stored about you", _stored(overview))
    if connection is not None:
        name = f"What @{text.plain_name(connection.account.handle)} allowed, and what used it last"
        _add_lines(embed, name, _allowed(connection, overview, reader))
    embed.set_footer(text=NOTE)
    return embed


def _add_lines(embed: discord.Embed, name: str, lines: Iterator[str]) -> None:
    """As many fields as the lines need."""
    chunk = ""
    for line in lines:
        if chunk and len(chunk) + 1 + len(line) > FIELD_LIMIT:
            embed.add_field(name=name, value=chunk, inline=False)
            name, chunk = "…", ""
        chunk = f"{chunk}\n{line}" if chunk else line[:FIELD_LIMIT]
    embed.add_field(name=name, value=chunk or "Nothing.", inline=False)


def _paused(connection: Connection, waiting: int) -> str:
    since = discord.utils.format_dt(connection.paused_at, "R") if connection.paused_at else ""
    events = "No alert waits." if not waiting else f"Waiting until you resume: {_many(waiting, 'alert')}."
    return f"⏸️ **Paused** {since}: nothing is done with your account. {events}"


def _stored(overview: Overview) -> Iterator[str]:
    """A line for each time things are kept."""
    lines: dict[str, list[str]] = {}
    for subject in (one for one in SUBJECTS if one in overview.counts):
        until, what = SUBJECTS[subject]
        lines.setdefault(until, []).append(_many(overview.counts[subject], what))
    for until, things in lines.items():
        yield f"**{until}:** {', '.join(things)}"


def _allowed(connection: Connection, overview: Overview, reader: DiscordUserId) -> Iterator[str]:
    """What was used, the latest first, then the rest together."""
    uses = {scope: last for scope, last in overview.last_uses.items() if scope in connection.scopes}
    for scope, last in sorted(uses.items(), key=lambda one: one[1].at, reverse=True):
        yield f"• {scope.sentence}: {_small(words_for(last.operation))} · {_when(last, reader)}"
    rest = [scope.sentence for scope in Scope if scope in connection.scopes and scope not in uses]
    if rest:
        yield f"▫️ Not used yet: {', '.join(_small(sentence) for sentence in rest)}"


def _when(last: LastUse, reader: DiscordUserId) -> str:
    when = discord.utils.format_dt(last.at, "R")
    if last.actor is None:
        return when
    return f"{when} · {'you' if last.actor == reader else f'<@{last.actor}>'}"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def panel_view(overview: Overview) -> discord.ui.View:
    """Everything that can be done about it."""
    connection = overview.connection
    buttons = [button("Who used it" if connection else "What I did", USES_VERB, _first(overview))]
    buttons.append(button("Export", EXPORT_VERB))
    if connection is not None:
        is_paused = connection.paused_at is not None
        success = discord.ButtonStyle.success
        buttons.append(button("Resume", RESUME_VERB, style=success) if is_paused else button("Pause", PAUSE_VERB))
        buttons.append(button("Disconnect", DISCONNECT_VERB))
    buttons.append(button("Erase", ERASE_VERB, style=discord.ButtonStyle.danger))
    return view_of(buttons)


def _first(overview: Overview) -> str:
    return _argument(Whose.MINE if overview.connection else Whose.BY_ME, 0)


def uses_embed(page: UsesPage, person: DiscordUserId) -> discord.Embed:
    """A page of uses."""
    is_mine = page.whose is Whose.MINE
    title = "What was done with your account" if is_mine else "What you did with others' accounts"
    lines = "\n".join(_use(uses, person if is_mine else None, page.handles) for uses in page.entries)
    embed = discord.Embed(title=title, description=lines or "Nothing in the last 90 days.", colour=Colour.CALM)
    embed.set_footer(text=f"Page {page.number + 1} · counted by hour, kept 90 days · what was said is never noted")
    return embed


def _use(uses: Uses, owner: DiscordUserId | None, handles: Mapping[CreatorId, str]) -> str:
    use = uses.use
    times = f" · {uses.count} times" if uses.count > 1 else ""
    head = f"**{words_for(use.operation)}**{times}{OUTCOMES[use.outcome]}"
    whose = f" · @{text.name(handles[use.creator])}" if use.creator in handles else ""
    return f"{head}\n-# {discord.utils.format_dt(uses.last_at, 'R')} · {_by(uses, owner)}{whose}"


def _by(uses: Uses, owner: DiscordUserId | None) -> str:
    use = uses.use
    if uses.is_anonymous:
        return "somebody who had themselves forgotten"
    if use.actor is None:
        return BY_ITSELF
    place = f"in <#{use.channel}>" if use.guild else "in direct messages"
    if owner is None:
        return place
    return f"{'you' if use.actor == owner else f'<@{use.actor}>'}, {place}"


def uses_view(page: UsesPage) -> discord.ui.View:
    """Older, newer, and the other sides of it."""
    return _pages(page.whose, page.number, has_more=page.has_more)


def decisions_embed(page: DecisionsPage, reader: DiscordUserId) -> discord.Embed:
    """A page of decisions."""
    lines = "\n".join(_decision(entry, reader, page.handles) for entry in page.entries)
    embed = discord.Embed(
        title="What was decided about your account", description=lines or "Nothing yet.", colour=Colour.CALM
    )
    embed.set_footer(text=f"Page {page.number + 1} · what was refused is here too · kept a year")
    return embed


def decisions_view(page: DecisionsPage) -> discord.ui.View:
    """Older, newer, and the other sides of it."""
    return _pages(Whose.DECIDED, page.number, has_more=page.has_more)


def _decision(entry: AuditEntry, reader: DiscordUserId, handles: Mapping[CreatorId, str]) -> str:
    who = "somebody who had themselves forgotten"
    if entry.actor is not None:
        who = "you" if entry.actor == reader else f"<@{entry.actor}>"
    place = f"in <#{entry.channel}>" if entry.guild and entry.channel else ""
    way = WAYS[entry.way] if entry.way else ""
    whose = f"@{text.name(handles[entry.creator])}" if entry.creator and entry.creator in handles else ""
    parts = (discord.utils.format_dt(entry.at, "R"), who, place, way, whose)
    return f"**{decided(entry.action, entry.outcome)}**\n-# {' · '.join(filter(None, parts))}"


def _pages(whose: Whose, number: int, *, has_more: bool) -> discord.ui.View:
    buttons = [button(label, USES_VERB, _argument(one, 0)) for one, label in SIDES.items() if one is not whose]
    if has_more:
        buttons.insert(0, button("Older", USES_VERB, _argument(whose, number + 1)))
    if number:
        buttons.insert(0, button("Newer", USES_VERB, _argument(whose, number - 1)))
    return view_of(buttons)


def _argument(whose: Whose, number: int) -> str:
    return f"{whose.value}:{number}"


def page_from(argument: str) -> tuple[Whose, int]:
    """Which page a button asks for; the first one, when it is not understood."""
    whose, _, number = argument.partition(":")
    is_known = whose in set(Whose) and number.isascii() and number.isdigit() and len(number) < 6  # noqa: PLR2004
    return (Whose(whose), int(number)) if is_known else (Whose.MINE, 0)


def export_embed() -> discord.Embed:
    """Beside the file."""
    return discord.Embed(
        title="Your data",
        description="Everything stored about you, without tokens and texts. Other people are in it only as "
        "“person 1”, “fan 2”.",
        colour=Colour.CALM,
    )


def resumed_embed(handle: str, *, is_changed: bool) -> discord.Embed:
    """The account is in use again."""
    told = "What waited goes out now." if is_changed else "It was not paused."
    return discord.Embed(title=f"@{text.name(handle)} is in use again", description=told, colour=Colour.BRAND)


def erase_embed(cards: int) -> discord.Embed:
    """What is about to happen."""
    about = ""
    if cards:
        about = (
            f"\n\n**{_many(cards, 'card')}** about you {'are' if cards > 1 else 'is'} in Discord. I can delete them "
            "too, slowly; without that, they stay until somebody does."
        )
    return discord.Embed(
        title="Erase everything about you?",
        description="What you connected is disconnected and its tokens revoked; its alerts, team, notes and drafts are "
        "deleted, and so are your rights on others' accounts, your settings and what waits to be sent."
        f"{about}\n\n{STAYS}",
        colour=Colour.TROUBLE,
    )


def erase_view(cards: int) -> discord.ui.View:
    """Erase, with or without the cards; or not."""
    danger = discord.ButtonStyle.danger
    buttons = [button("Erase", ERASE_ALL_VERB, style=danger)]
    if cards:
        buttons.append(button("Erase, and delete the cards", ERASE_ALL_VERB, WITH_CARDS, style=danger))
    return view_of([*buttons, button("Keep everything", KEEP_VERB)])


def erased_embed(erased: Erased) -> discord.Embed:
    """What came of it."""
    told = "Nothing about you is stored here any more"
    if erased.removals:
        told += f", and {_many(erased.removals, 'card')} {'are' if erased.removals > 1 else 'is'} being deleted"
    if not erased.is_revoked:
        told += (
            ", but **Fanvue could not be told yet to revoke the tokens**: it is tried again. To be sure, revoke the "
            "app there: Settings, Account, Third Party Apps Consent"
        )
    return discord.Embed(title="Erased", description=f"{told}.", colour=Colour.QUIET)


def kept_embed() -> discord.Embed:
    """Nothing happened."""
    return discord.Embed(title="Kept", description="Nothing was changed.", colour=Colour.QUIET)


def _many(count: int, words: str) -> str:
    """``3 cards``: the first word that can stand for several does."""
    if count == 1:
        return f"1 {words}"
    for one, several in PLURALS.items():
        if words.startswith(one):
            return f"{count:,} {several}{words.removeprefix(one)}"
    return f"{count:,} {words}s"
