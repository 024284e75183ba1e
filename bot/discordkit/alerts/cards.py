"""Drawing cards: one embed for what one fan did, its buttons, and finding out again what a message holds."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import discord

from bot.alerts.sending import Alert, Answer, Held
from bot.discordkit.controls.components import PREFIX, button, link_button, view_of
from bot.discordkit.look import COLOURS, TITLES, WORDS, Colour
from bot.domain import text
from bot.domain.alerts import Card, card_for
from bot.domain.events import EventKind, Fan

TEXT_LIMIT = 1500
NAME_LIMIT = 40
CLOSED = "🚫 Cannot be written to"
REPLY_VERB = "reply"
SHOW_VERB = "show"
READ_VERB = "card_read"
CLAIM_VERB = "claim"
UNSEND_VERB = "unsend"
OPEN_VERB = "card_open"
"""Picks one card out of a message that holds several."""
MORE_VERB = "more"
"""Why the card came, and muting: its handler lives with the rules."""
CARD_VERBS = frozenset({REPLY_VERB, SHOW_VERB, READ_VERB, CLAIM_VERB, UNSEND_VERB, OPEN_VERB, MORE_VERB})
"""Only a card has these: other messages' buttons may name numbers too."""
CHATS = "https://www.fanvue.com/messages"
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Part:
    """What one card shows: a happening, or what one fan wrote in a row."""

    def __init__(self, alerts: Sequence[Alert], *, shows_text: bool) -> None:
        self.alerts = tuple(alerts)
        self.cards = tuple(
            card_for(
                alert.event,
                alert.delivery,
                alert.creator_handle,
                shows_text=shows_text and not alert.is_removed,
                shows_amounts=alert.shows_amounts,
            )
            for alert in alerts
        )

    @property
    def first(self) -> Card:
        """The oldest of them: its delivery is what the buttons act on."""
        return self.cards[0]

    @property
    def is_sent(self) -> bool:
        """Whether the creator's side wrote it: nothing waits for an answer then."""
        return self.first.kind is EventKind.MESSAGE_SENT

    @property
    def answer(self) -> Answer | None:
        """The answer to the newest of them: what came after an answer waits for another."""
        return None if self.is_sent else self.alerts[-1].answer

    @property
    def held(self) -> Held | None:
        """Who is on the fan, while the card is open."""
        return None if self.answer or self.is_removed or self.is_sent else self.alerts[-1].held

    @property
    def closed_since(self) -> datetime | None:
        """Since when its fan cannot be written to, while the card is open."""
        return None if self.answer or self.is_removed or self.is_sent else self.alerts[-1].closed_since

    @property
    def is_read(self) -> bool:
        """Whether all of it was read at Fanvue."""
        return all(alert.is_read for alert in self.alerts)

    @property
    def is_removed(self) -> bool:
        """Whether nothing of it is left at Fanvue."""
        return all(alert.is_removed for alert in self.alerts)

    @property
    def hides_text(self) -> bool:
        """Whether there are words, or media, that Show brings."""
        return any(
            (card.kind.routed_as is EventKind.MESSAGE or card.has_text) and (card.text is None or card.has_media)
            for card, alert in zip(self.cards, self.alerts, strict=True)
            if not alert.is_removed
        )


def card_embed(part: Part, text_limit: int = TEXT_LIMIT, name_limit: int = NAME_LIMIT) -> discord.Embed:
    """The card; other people's words are inert, and what the place may not show is not in it."""
    card, is_quiet = part.first, part.answer is not None or part.is_removed
    embed = discord.Embed(
        title=_title(part),
        description="\n".join([_who(part, name_limit), *_lines(part, text_limit)]),
        colour=Colour.QUIET if is_quiet else COLOURS.get(card.kind, Colour.QUIET),
    )
    embed.set_author(name=f"@{text.plain_name(card.creator_handle)}")
    if part.answer is not None:
        embed.add_field(name="Answered ✓", value=answer_words(part.answer), inline=False)
    elif part.closed_since is not None:
        embed.add_field(name=CLOSED, value=closed_words(part.closed_since), inline=False)
    elif part.held is not None:
        embed.add_field(
            name="Claimed" if not part.held.is_snoozed else "Snoozed", value=held_words(part.held), inline=False
        )
    if card.is_sample:
        embed.set_footer(text="A sample that somebody asked for: nobody wrote or paid, and it counts nowhere.")
    elif part.is_read and part.answer is None and not part.is_removed:
        embed.set_footer(text="Read on Fanvue ✓")
    return embed


def answer_words(answer: Answer) -> str:
    """By whom, and when."""
    moment = discord.utils.format_dt(answer.at, "R")
    return f"on Fanvue, {moment}" if answer.is_elsewhere else f"by {text.name(answer.name)}, {moment}"


def closed_words(since: datetime) -> str:
    """Since when, and what would end it."""
    return f"since {discord.utils.format_dt(since, 'f')}, until they write"


def held_words(held: Held) -> str:
    """By whom, and since when."""
    if held.is_snoozed:
        return f"by {text.name(held.name)}, until {discord.utils.format_dt(held.until, 'f')}"
    return f"by {text.name(held.name)}, {discord.utils.format_dt(held.since, 'R')}"


def card_buttons(part: Part) -> list[discord.ui.Button[discord.ui.View]]:
    """The card's buttons, two rows at most; their ids carry the delivery they belong to."""
    card, delivery = part.first, str(part.first.id)
    if part.is_sent:
        return _sent_buttons(part)
    buttons = []
    if card.fan is not None:
        buttons.append(button("Reply", REPLY_VERB, delivery, style=discord.ButtonStyle.primary, emoji="↩️"))
    if part.hides_text:
        buttons.append(button("Show", SHOW_VERB, delivery, emoji="👁️"))
    is_open = not (part.is_read or part.answer or part.is_removed or card.is_sample)
    if card.kind is EventKind.MESSAGE and is_open:
        buttons.append(button("Mark read", READ_VERB, delivery, emoji="✔️"))
        buttons.append(button("Claim", CLAIM_VERB, delivery, emoji="✋"))
    if part.answer is not None and not part.answer.is_elsewhere and not card.is_sample:
        buttons.append(button("Unsend", UNSEND_VERB, delivery, emoji="🗑️"))
    if card.fan is not None and not card.is_sample:
        buttons.append(link_button("Open chat", chat_address(card.fan)))
    buttons.append(button("Why? · Mute", MORE_VERB, delivery, emoji="🔕"))
    return buttons


def _sent_buttons(part: Part) -> list[discord.ui.Button[discord.ui.View]]:
    delivery = str(part.first.id)
    more = [button("Write more", REPLY_VERB, delivery, emoji="↩️")]
    return [*more, button("Show", SHOW_VERB, delivery, emoji="👁️")] if part.hides_text else more


def card_view(part: Part) -> discord.ui.View:
    """The buttons under a single card."""
    return view_of(card_buttons(part))


def chat_address(fan: Fan) -> str:
    """The fan's chat at Fanvue; all chats when the id is none that could be part of an address."""
    return f"{CHATS}/{fan.id}" if UUID.fullmatch(fan.id) else CHATS


def deliveries_in(message: discord.Message | None) -> list[int]:
    """The deliveries a message's cards belong to, a card each, as its buttons or its menu name them."""
    found: dict[int, None] = {}
    for row in message.components if message else ():
        for component in getattr(row, "children", ()):
            found.update(dict.fromkeys(_named(component)))
    return list(found)


def _named(component: Any) -> list[int]:
    prefix, _, rest = (getattr(component, "custom_id", None) or "").partition(":")
    verb, _, argument = rest.partition(":")
    if prefix != PREFIX or verb not in CARD_VERBS:
        return []
    if verb == OPEN_VERB:
        return [int(option.value) for option in component.options if option.value.isdecimal()]
    return [int(argument)] if argument.isdecimal() else []


def _title(part: Part) -> str:
    card = part.first
    title = TITLES.get(card.kind, "Something happened")
    if part.is_sent:
        author = part.alerts[0].author
        return f"↩️ Sent by {text.name(author)}" if author else "↩️ Sent on Fanvue"
    if len(part.cards) > 1:
        title = f"💬 {len(part.cards)} new messages"
    return ("🧪 Sample · " if card.is_sample else "") + title


def _who(part: Part, limit: int) -> str:
    card = part.first
    fan = f"**{text.name(card.fan.name, limit)}**" if card.fan else "A fan"
    if card.fan and card.fan.handle and limit == NAME_LIMIT:
        fan += f" · @{text.name(card.fan.handle)}"
    to = "to " if part.is_sent else ""
    return f"{to}{fan} · {discord.utils.format_dt(part.cards[-1].happened_at, 'R')}"


def _lines(part: Part, limit: int) -> list[str]:
    card = part.first
    if card.kind.routed_as is not EventKind.MESSAGE:
        return [_deed(card), *_quoted(card, limit)]
    if part.is_removed:
        return ["🗑️ Deleted on Fanvue."]
    media = sum(card.has_media for card in part.cards)
    lines = ["📎 with media" if media == 1 else f"📎 {media} with media"] if media else []
    shown = [card for card in part.cards if card.text is not None]
    if shown:
        return [*lines, *(line for card in shown for line in _quoted(card, max(20, limit // len(shown))))]
    how = "Press **Show** to read it privately." if limit >= TEXT_LIMIT else "Pick it below to read it privately."
    return [*lines, f"Text hidden here. {how}"]


def _deed(card: Card) -> str:
    words = WORDS.get(card.kind, "")
    if card.amount is not None:
        return f"{words} **{card.amount}**"
    return f"{words}\nAmount hidden here." if card.has_amount else words


def _quoted(card: Card, limit: int) -> list[str]:
    if not card.text:
        return []
    return [text.quoted(card.text, limit)]
