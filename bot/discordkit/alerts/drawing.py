"""Drawing messages: one card, several cards, or one that sums up what was missed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import discord

from bot.alerts.sending import Alert, Outgoing
from bot.discordkit.alerts.cards import (
    CHATS,
    NAME_LIMIT,
    OPEN_VERB,
    TEXT_LIMIT,
    Part,
    card_embed,
    card_view,
    chat_address,
)
from bot.discordkit.controls.components import link_button, view_of
from bot.discordkit.controls.menus import OPTIONS, menu, option
from bot.discordkit.look import COUNTED, ICONS, Colour
from bot.domain import text
from bot.domain.events import EventKind, Fan
from bot.domain.money import Money
from bot.domain.parcels import TEXTS_A_CARD, Shape
from bot.domain.rules import Bundle

MESSAGE_LIMIT = 5900
"""Discord counts 6,000 characters over all embeds of a message."""
FIELD_LIMIT = 1024
TALL = 3000
SHORT_NAME = 24
FRAME = 340
"""What a card among others takes beside a fan's words."""
LEAST = 40
NAMED = 8
JUMPS = 4
"""Chats that a summary leads to at once; the menu opens the others."""
SUMMARIES = {
    None: "☕ While I was away",
    Bundle.QUIET: "🌙 While it was quiet",
    Bundle.HOURLY: "🗞️ The last hour",
    Bundle.DAILY: "🗞️ The last day",
    Bundle.SHIFT: "🕒 While you were off shift",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is sent to Discord."""

    embeds: Sequence[discord.Embed]
    view: discord.ui.View


def draw(outgoing: Outgoing, *, shows_text: bool) -> Drawing:
    """The message, within Discord's limits whatever people call themselves and however much they write."""
    if outgoing.shape is Shape.AWAY and len(outgoing.alerts) > 1:
        view = _menu_view(outgoing.id, _latest(outgoing.alerts), "Open one…", _with_chats(outgoing.alerts))
        return Drawing([summary_embed(outgoing)], view)
    parts = [Part(alerts, shows_text=shows_text) for alerts in grouped(outgoing.alerts)]
    if len(parts) == 1:
        limit = TEXT_LIMIT if len(parts[0].alerts) == 1 else TALL
        return Drawing([card_embed(parts[0], limit)], card_view(parts[0]))
    return Drawing(_fitting(parts), _menu_view(outgoing.id, [part.alerts for part in parts], "Act on a card…"))


def grouped(alerts: Iterable[Alert]) -> list[list[Alert]]:
    """A list for each card: what one fan wrote to one creator in a row is one."""
    groups: list[list[Alert]] = []
    for alert in alerts:
        if groups and len(groups[-1]) < TEXTS_A_CARD and _continues(alert, groups[-1][-1]):
            groups[-1].append(alert)
        else:
            groups.append([alert])
    return groups


def summary_embed(outgoing: Outgoing) -> discord.Embed:
    """How much of what, who waits for an answer, and the money where it may be shown."""
    alerts = outgoing.alerts
    moments = [alert.event.happened_at for alert in alerts]
    first, last = (discord.utils.format_dt(moment, "f") for moment in (min(moments), max(moments)))
    period = f"from {first} to {last}" if first != last else f"around {first}"
    embed = discord.Embed(
        title=SUMMARIES[outgoing.bundle],
        description=f"**{len(alerts)}** things happened {period}.",
        colour=Colour.CALM,
    )
    embed.set_footer(text="Nothing is lost: open single ones below, or in Fanvue.")
    waiting = [("Waiting for an answer", names[:FIELD_LIMIT])] if (names := _waiting(alerts)) else []
    room = MESSAGE_LIMIT - len(embed) - sum(map(len, chain(*waiting)))
    for name, value in [*_by_creator(alerts, room), *waiting]:
        embed.add_field(name=name, value=value, inline=False)
    return embed


def _fitting(parts: Sequence[Part]) -> list[discord.Embed]:
    """A short card each; shorter still when that is too much together."""
    limit = max(LEAST, (MESSAGE_LIMIT - FRAME * len(parts)) // len(parts))
    embeds = [card_embed(part, limit, SHORT_NAME) for part in parts]
    while sum(map(len, embeds)) > MESSAGE_LIMIT and limit > LEAST:
        limit = max(LEAST, limit // 2)
        embeds = [card_embed(part, limit, SHORT_NAME) for part in parts]
    return embeds


def _menu_view(
    parcel: int, groups: Sequence[Sequence[Alert]], placeholder: str, jumps: Sequence[Fan] = ()
) -> discord.ui.View:
    """``jumps`` are fans whose chats are one press away."""
    entries = [_entry(group) for group in groups[:OPTIONS]]
    chats = [link_button(text.plain_name(fan.name, SHORT_NAME), chat_address(fan)) for fan in jumps[:JUMPS]]
    return view_of([menu(placeholder, OPEN_VERB, str(parcel), entries), *chats, link_button("Open Fanvue", CHATS)])


def _entry(group: Sequence[Alert]) -> discord.SelectOption:
    event = group[-1].event
    who = text.plain_name(event.fan.name, NAME_LIMIT) if event.fan else "A fan"
    one, several = COUNTED.get(event.kind, ("event", "events"))
    what = one if len(group) == 1 else f"{len(group)} {several}"
    note = f"{what} · @{text.plain_name(group[0].creator_handle)}"
    return option(who, str(group[0].delivery), note=note, emoji=ICONS.get(event.kind))


def _latest(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """What a menu can offer of it: messages by fan, then the rest, the newest first."""
    chats: dict[object, list[Alert]] = {}
    for alert in alerts:
        is_message = alert.event.kind is EventKind.MESSAGE and alert.event.fan is not None
        key = (alert.creator, alert.event.fan.id) if is_message and alert.event.fan else alert.delivery
        chats.setdefault(key, []).append(alert)
    ordered = sorted(chats.values(), key=lambda group: group[-1].event.happened_at, reverse=True)
    return sorted(ordered, key=lambda group: group[-1].event.kind is not EventKind.MESSAGE)


def _by_creator(alerts: Iterable[Alert], room: int) -> list[tuple[str, str]]:
    """What happened to each creator, as many as there is room for; to the others together."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.creator_handle, []).append(alert)
    for named in range(min(NAMED, len(found)), 0, -1):
        fields = _fields(list(found.items()), named)
        if sum(map(len, chain(*fields))) <= room:
            return fields
    return _fields(list(found.items()), 0)


def _fields(groups: Sequence[tuple[str, list[Alert]]], named: int) -> list[tuple[str, str]]:
    fields = [(f"@{text.plain_name(handle)}", _counts(theirs)) for handle, theirs in groups[:named]]
    others = groups[named:]
    if others:
        fields.append((f"{len(others)} {'more ' if named else ''}creators", _counts([*chain(*dict(others).values())])))
    return fields


def _counts(alerts: Sequence[Alert]) -> str:
    """A line each kind, as many as a field holds."""
    kinds = Counter(alert.event.kind for alert in alerts)
    lines = [_count(kind, [alert for alert in alerts if alert.event.kind is kind]) for kind in kinds]
    while sum(map(len, lines)) + len(lines) > FIELD_LIMIT:
        lines = [*lines[: -1 if lines[-1] != "…" else -2], "…"]
    return "\n".join(lines)


def _count(kind: EventKind, alerts: Sequence[Alert]) -> str:
    one, several = COUNTED.get(kind, ("event", "events"))
    line = f"{ICONS.get(kind, '•')} **{len(alerts)}** {one if len(alerts) == 1 else several}"
    fans = {alert.event.fan.id for alert in alerts if alert.event.fan}
    if kind is EventKind.MESSAGE and len(fans) > 1:
        line += f" from {len(fans)} fans"
    return line + _money(alerts)


def _money(alerts: Sequence[Alert]) -> str:
    sums: dict[str, Money] = {}
    for alert in alerts:
        amount = alert.event.amount
        if amount is not None and alert.shows_amounts:
            sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return "".join(f" · **{amount}**" for amount in sums.values())


def _waiting_fans(alerts: Iterable[Alert]) -> list[Fan]:
    open_messages = [one for one in alerts if one.event.kind is EventKind.MESSAGE and one.answer is None]
    return list({alert.event.fan.id: alert.event.fan for alert in open_messages if alert.event.fan}.values())


def _with_chats(alerts: Iterable[Alert]) -> list[Fan]:
    """Who waits for an answer and has an address of their own at Fanvue."""
    return [fan for fan in _waiting_fans(alerts) if chat_address(fan) != CHATS]


def _waiting(alerts: Iterable[Alert]) -> str:
    fans = _waiting_fans(alerts)
    names = [f"**{text.name(fan.name, SHORT_NAME)}**" for fan in fans[:NAMED]]
    more = len(fans) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _continues(alert: Alert, other: Alert) -> bool:
    event, before = alert.event, other.event
    are_messages = event.kind is EventKind.MESSAGE and before.kind is EventKind.MESSAGE
    is_same_fan = event.fan is not None and before.fan is not None and event.fan.id == before.fan.id
    return are_messages and is_same_fan and alert.creator == other.creator
