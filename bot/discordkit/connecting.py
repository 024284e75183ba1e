"""The pieces of connecting that several cogs show."""

from collections.abc import Iterable, Iterator

import discord

from bot.discordkit.controls.components import action_id, view_of
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.scopes import USUAL, Feature
from bot.services.links import Link, LinkKind, LinkResult

CONNECT_VERB = "connect"
FOR_HELPERS = "Working for a creator? They let you in with `/team grant`."


def features_argument(features: Iterable[Feature]) -> str:
    """Features as a button's argument."""
    return ",".join(sorted(feature.value for feature in features))


def features_from(argument: str) -> frozenset[Feature]:
    """Features from a button's argument; unknown words are left out, none means the usual ones."""
    known = {feature.value: feature for feature in Feature}
    return frozenset(known[word] for word in argument.split(",") if word in known) or USUAL


def connect_view(features: Iterable[Feature], label: str = "Connect Fanvue") -> discord.ui.View:
    """One button that gives a link for these features."""
    button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
        label=label, custom_id=action_id(CONNECT_VERB, features_argument(features)), style=discord.ButtonStyle.primary
    )
    return view_of([button])


def link_embed(link: Link, features: Iterable[Feature]) -> discord.Embed:
    """What the private message with the link says."""
    lines = "\n".join(f"• **{feature.label}**: {feature.sentence}" for feature in Feature if feature in set(features))
    return discord.Embed(
        title="Connect your Fanvue account",
        description=(
            f"{lines}\n\nOpen the link, check that it names you, and go on to Fanvue. You can untick anything there. "
            f"The link is yours alone and works until {discord.utils.format_dt(link.expires_at, 't')}."
        ),
        colour=Colour.BRAND,
    )


def connected_embed(result: LinkResult) -> discord.Embed:
    """What works now, and what was refused."""
    handle = text.name(result.connection.account.handle)
    embed = discord.Embed(title=f"Connected as @{handle}", colour=Colour.BRAND)
    if result.kind is LinkKind.WIDEN:
        embed.title = f"Updated: @{handle}"
    embed.description = _list("✅", result.granted) or "Nothing works yet: no permission was given."
    if result.refused:
        embed.add_field(
            name="Not given", value=f"{_list('▫️', result.refused)}\nAdd it any time with `/connect`.", inline=False
        )
    if result.granted and result.kind is not LinkKind.WIDEN:
        embed.add_field(name="What comes next", value="\n".join(_next_steps(result)), inline=False)
    embed.set_footer(text="/account shows what was given · /disconnect ends it")
    return embed


def _next_steps(result: LinkResult) -> Iterator[str]:
    """Where cards go from now on, and where everything else is found."""
    if Feature.ALERTS in result.granted:
        yield (
            "Cards come to your direct messages. `/alerts panel` adds channels and sets what comes, and when."
            if result.connection.account.is_creator
            else "`/alerts panel` picks where cards about your creators go."
        )
    yield "`/help` lists what you can do, `/team grant` lets others help you."


def _list(mark: str, features: Iterable[Feature]) -> str:
    chosen = set(features)
    return "\n".join(f"{mark} **{feature.label}**: {feature.sentence}" for feature in Feature if feature in chosen)
