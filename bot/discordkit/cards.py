"""Drawing cards."""

import discord

from bot.alerts.sending import Answer
from bot.discordkit.components import PREFIX, button, view_of
from bot.discordkit.look import COLOURS, TITLES, Colour
from bot.domain import text
from bot.domain.alerts import Card
from bot.domain.events import EventKind

TEXT_LIMIT = 1500
REPLY_VERB = "reply"
SHOW_VERB = "show"


def card_embed(card: Card, answer: Answer | None = None) -> discord.Embed:
    """The card; other people's words are inert, and what the place may not show is not in it."""
    fan = f"**{text.name(card.fan.name)}**" if card.fan else "A fan"
    if card.fan and card.fan.handle:
        fan += f" · @{text.name(card.fan.handle)}"
    lines = [f"{fan} · {discord.utils.format_dt(card.happened_at, 'R')}", *_words(card)]
    embed = discord.Embed(
        title=TITLES.get(card.kind, "Something happened"),
        description="\n".join(lines),
        colour=Colour.QUIET if answer else COLOURS.get(card.kind, Colour.QUIET),
    )
    embed.set_author(name=f"@{text.plain_name(card.creator_handle)}")
    if card.amount is not None:
        embed.add_field(name="Amount", value=str(card.amount))
    if answer is not None:
        embed.add_field(
            name="Answered ✓",
            value=f"by {text.name(answer.name)}, {discord.utils.format_dt(answer.at, 'R')}",
            inline=False,
        )
    return embed


def card_view(card: Card) -> discord.ui.View:
    """The card's buttons; their ids carry the delivery they belong to."""
    buttons = []
    if card.fan is not None:
        buttons.append(button("Reply", REPLY_VERB, str(card.id), style=discord.ButtonStyle.primary, emoji="↩️"))
    if card.kind is EventKind.MESSAGE and card.text is None:
        buttons.append(button("Show", SHOW_VERB, str(card.id), emoji="👁️"))
    return view_of(buttons)


def delivery_in(message: discord.Message | None) -> int | None:
    """The delivery a card's buttons belong to; ``None`` when the message carries none."""
    for row in message.components if message else ():
        for component in getattr(row, "children", ()):
            prefix, _, rest = (getattr(component, "custom_id", None) or "").partition(":")
            argument = rest.partition(":")[2]
            if prefix == PREFIX and argument.isdecimal():
                return int(argument)
    return None


def _words(card: Card) -> list[str]:
    if card.kind is not EventKind.MESSAGE:
        return ["Amount hidden here."] if card.has_amount and card.amount is None else []
    media = ["📎 with media"] if card.has_media else []
    if card.text is not None:
        return [*media, f">>> {text.escape(text.shorten(card.text, TEXT_LIMIT))}"]
    return [*media, "Text hidden here. Press **Show** to read it privately."]
