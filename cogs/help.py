"""/help: what this person can do in this place."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.connecting import FOR_HELPERS, connect_view
from bot.discordkit.controls.components import RESUME_VERB, button, view_of
from bot.discordkit.demands import COMMANDS, DRAFT, SCORES, Demand, Free, wanted_by
from bot.discordkit.health import off_shift
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import GIVEABLE, Capability
from bot.domain.accounts import Connection, Creator, CreatorId
from bot.domain.scopes import USUAL, Feature, features_with
from bot.services import Services

NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Topic:
    """A command or group, what it takes, and what it is good for; a group leaves out what has a topic of its own."""

    command: str
    takes: Capability | frozenset[Capability]
    feature: Feature | None
    words: str
    """Where ``{names}`` stands, whose."""

    def is_about(self, command: str) -> bool:
        """Whether the command is this one, or one of this group's."""
        return f"{command} ".startswith(f"{self.command} ")


TOPICS = (
    Topic("insights", Capability.INSIGHTS, Feature.INSIGHTS, "what {names} earned, and from whom."),
    Topic("inbox", Capability.REPLY, Feature.REPLIES, "who wrote to {names}, and answers."),
    Topic("alerts", Capability.ALERTS, Feature.ALERTS, "messages and sales of {names} as cards, where you want them."),
    Topic("post", Capability.POST, Feature.POSTING, "posts as {names}, now or later."),
    Topic("post drafts", DRAFT, Feature.POSTING, "what is written for {names}, and waits to be approved."),
    Topic("mass", Capability.POST, Feature.REPLIES, "one message to many fans of {names}."),
    Topic("media", Capability.POST, Feature.POSTING, "the vault of {names}, and files into it."),
    Topic("report", Capability.INSIGHTS, Feature.INSIGHTS, "a morning brief and a weekly digest about {names}."),
    Topic("team", Capability.MANAGE, None, "who else may work for {names}, and when."),
    Topic("team scoreboard", SCORES, None, "who answers fans of {names}, and how soon."),
)
ALL_OF_THEM = "your creators"
ALWAYS = {
    "status": "what works, and how to mend what does not.",
    "privacy": "what is stored about you and what was done with your account; pause or erase it.",
}
OWNED = {"account": "what you allowed at Fanvue.", "disconnect": "ends it."}

Usable = Mapping[Topic, Sequence[Creator]]
Held = Mapping[Capability, Collection[CreatorId]]


class Help(commands.Cog):
    """Lists only what would work."""

    def __init__(self, services: Services) -> None:
        self._access = services.access

    @app_commands.command(name="help")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction) -> None:
        """See what you can do here, with what you have"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        held_by = {one: await self._access.creators_for(actor, one) for one in (Capability.OWN, *GIVEABLE)}
        own = next((one.connection for one in held_by[Capability.OWN]), None)
        usable = {
            topic: [one for one in _union(held_by[right] for right in wanted_by(topic.takes)) if _works(one, topic)]
            for topic in TOPICS
        }
        rights = {right: {one.id for one in creators} for right, creators in held_by.items()}
        rights[Capability.OWN] = {one.id for one in _union(held_by.values()) if one.owner == actor.user}
        resting = await self._access.resting(actor.user)
        lines = _lines(dict(_commands_here(interaction)), own, usable, rights, is_off_shift=bool(resting))
        embed = discord.Embed(title="What you can do here", description="\n".join(lines), colour=Colour.BRAND)
        for one in resting[:NAMES_SHOWN]:
            embed.add_field(name=f"@{text.name(one.creator.account.handle)}", value=off_shift(one), inline=False)
        view = None if own is None and resting else _next_step(own, usable)
        await interaction.edit_original_response(embed=embed, view=view)


def _works(creator: Creator, topic: Topic) -> bool:
    connection = creator.connection
    if topic.feature is None:
        return True
    is_usable = connection.is_active and connection.paused_at is None
    return is_usable and topic.feature in features_with(connection.scopes)


def _union(several: Iterable[Sequence[Creator]]) -> list[Creator]:
    return list({one.id: one for creators in several for one in creators}.values())


def _lines(
    here: Mapping[str, Sequence[str]], own: Connection | None, usable: Usable, rights: Held, *, is_off_shift: bool
) -> Iterator[str]:
    everybody = _union(usable.values())
    if own is None:
        yield "`/connect` connects your own Fanvue account."
        if not everybody and not is_off_shift:
            yield FOR_HELPERS
    elif own.paused_at is not None:
        yield "⏸️ You paused your account: press Resume to use it again."
    if len(everybody) > 1:
        yield f"{ALL_OF_THEM.capitalize()}: {_names(everybody)}."
    for topic, creators in usable.items():
        names = ALL_OF_THEM if len(creators) > 1 and len(creators) == len(everybody) else _names(creators)
        commands = [name for name in here.get(topic.command.split()[0], ()) if _belongs(name, topic)]
        commands = [name for name in commands if _may(COMMANDS[name], creators, rights)]
        if commands:
            yield f"{_listed(commands)}: {topic.words.format(names=names)}"
        if creators and topic.command == "inbox":
            yield f"**Reply** on a card answers a fan as {names if len(creators) == 1 else 'the creator it names'}."
    for name, words in {**(OWNED if own else {}), **ALWAYS}.items():
        if here.get(name):
            yield f"{_listed(here[name])}: {words}"


def _belongs(command: str, topic: Topic) -> bool:
    """Whether no topic says more exactly what the command is about."""
    return topic == max((one for one in TOPICS if one.is_about(command)), key=lambda one: len(one.command))


def _may(demand: Demand, creators: Sequence[Creator], rights: Held) -> bool:
    """Whether what a command demands is held on one of these."""
    if isinstance(demand, Free):
        return bool(creators)
    return any(one.id in rights[right] for one in creators for right in wanted_by(demand))


def _listed(commands: Sequence[str]) -> str:
    """A group's together: ``/post create``, ``list``."""
    first, *rest = commands
    return ", ".join([f"`/{first}`", *(f"`{name.split(' ', 1)[1]}`" for name in rest)])


def _commands_here(interaction: discord.Interaction) -> Iterator[tuple[str, list[str]]]:
    """The commands that can be given in this place, by group."""
    client: Any = interaction.client
    is_in_server = interaction.guild_id is not None and client.get_guild(interaction.guild_id) is not None
    for command in client.tree.get_commands(type=discord.AppCommandType.chat_input):
        if not _is_allowed(command.allowed_contexts, interaction) or (command.guild_only and not is_in_server):
            continue
        if interaction.guild_id is not None and not is_in_server and not _comes_with_its_user(command.allowed_installs):
            continue
        parts = command.commands if isinstance(command, app_commands.Group) else [command]
        yield (
            command.name,
            [part.qualified_name for part in parts if is_in_server or not getattr(part, "guild_only", False)],
        )


def _comes_with_its_user(installs: app_commands.AppInstallationType | None) -> bool:
    """Whether Discord offers a command in a server that the bot itself is not in."""
    return installs is None or bool(installs.user)


def _is_allowed(contexts: app_commands.AppCommandContext | None, interaction: discord.Interaction) -> bool:
    """Whether Discord offers a command with these contexts in this kind of place."""
    if contexts is None:
        return True
    if interaction.guild_id is not None:
        return bool(contexts.guild)
    return bool(contexts.dm_channel if interaction.context.dm_channel else contexts.private_channel)


def _names(creators: Sequence[Creator]) -> str:
    shown = [f"@{text.name(one.account.handle)}" for one in creators[:NAMES_SHOWN]]
    more = len(creators) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _next_step(own: Connection | None, usable: Usable) -> discord.ui.View | None:
    if own is None:
        return None if any(usable.values()) else connect_view((), "Connect")
    if not own.is_active:
        return connect_view(own.features, "Reconnect")
    if own.paused_at is not None:
        return view_of([button("Resume", RESUME_VERB, style=discord.ButtonStyle.success)])
    missing = USUAL - features_with(own.scopes)
    names = ", ".join(feature.label.lower() for feature in Feature if feature in missing)
    return connect_view(missing, f"Add {names}") if missing else None


def build(services: Services, _kit: Kit) -> commands.Cog:
    """The cog."""
    return Help(services)
