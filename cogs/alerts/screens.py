"""The panel's screens: each is an embed and what can be pressed below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.discordkit.alerts import places
from bot.discordkit.controls.components import button, view_of
from bot.discordkit.controls.menus import OPTIONS, channel_menu, menu, option, role_menu
from bot.discordkit.look import ICONS, KIND_NAMES, Colour
from bot.domain import text
from bot.domain.access import Grant
from bot.domain.alerts import Place, PlaceKind
from bot.domain.events import EventKind
from bot.domain.money import Money
from bot.domain.rules import Digest, Wishes
from bot.services.alerts.muting import NamedMute
from bot.services.alerts.routes import CARD_KINDS, PlaceRules, shared_wishes
from cogs.alerts import words
from cogs.alerts.spots import Spot

ALL = "all"
OTHER = "other"
MUTES = 6
PLACES_LIMIT = 3400
"""Leaves room for a note, and for what is muted, in a message of 6,000 characters."""
ANY = "0"
TOP = "top"
MINIMUMS = (500, 1000, 2500, 5000, 10_000, 50_000)
SPENT = (5000, 10_000, 25_000, 50_000, 100_000)
ELSEWHERE = "To have them in a channel or a forum too, use `/alerts panel` in its server, with me in it."
CHANNEL_TYPES = (discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum)

Screen = tuple[discord.Embed, discord.ui.View]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the first screen shows."""

    grant: Grant
    places: Sequence[PlaceRules]
    off_shift: Mapping[str, int]
    """How many cards wait for the next shift of whom they go to, by key of the place."""
    mutes: Sequence[NamedMute]
    others: Sequence[tuple[str, str]]
    """Ids and handles of the other creators this person sets alerts for."""
    is_in_server: bool


def overview(shown: Overview, client: discord.Client, note: str = "") -> Screen:
    """Where everything goes, what is wrong there, what is muted."""
    reader, creator = shown.grant.actor.user, shown.grant.creator
    lines = [_place_lines(entry, client, reader, shown.off_shift.get(entry.place.key, 0)) for entry in shown.places]
    embed = discord.Embed(
        title=f"🔔 Alerts of @{text.name(shown.grant.handle)}",
        description=text.fitting(lines, PLACES_LIMIT, "\n\n") or "Nothing comes anywhere yet. Pick a place below.",
        colour=Colour.BRAND,
    )
    if not shown.is_in_server:
        embed.description = f"{embed.description}\n\n{ELSEWHERE}"
    if shown.mutes:
        embed.add_field(name="Muted", value=words.mutes_in_words(shown.mutes, MUTES), inline=False)
    if len(shown.others) >= OPTIONS:
        embed.set_footer(text="The menu holds 25 creators; the command's creator option takes any other.")
    _add_note(embed, note)
    return embed, view_of(_overview_items(shown, client, creator, reader))


def place_screen(
    grant: Grant, rules: PlaceRules, client: discord.Client, *, is_restricted: bool, others: int = 0, note: str = ""
) -> Screen:
    """One place: what comes there, and its switches."""
    spot, place = Spot(grant.creator, rules.place), rules.place
    lines = [f"**What comes:** {words.kinds_in_words(rules.kinds)}"]
    lines += [f"↳ {line}" for line in words.fine_print(rules.routes, client)]
    if place.kind is not PlaceKind.DM:
        lines.append(f"**Amounts:** {'shown to everybody there' if rules.shows_amounts else 'hidden'}")
        lines.append(_text_policy(is_restricted=is_restricted))
    lines += _troubles(rules, client)
    embed = discord.Embed(
        title=f"Alerts of @{text.name(grant.handle)}",
        description=f"### {places.name_of(client, place, grant.actor.user)}\n" + "\n".join(lines),
        colour=Colour.TROUBLE if _troubles(rules, client) else Colour.BRAND,
    )
    _add_note(embed, note)
    options = [option(KIND_NAMES[kind], kind.value, emoji=ICONS[kind]) for kind in CARD_KINDS]
    items: list[discord.ui.Item[discord.ui.View]] = [
        menu(
            "Pick what comes here",
            "al_kinds",
            spot.argument,
            options,
            chosen=[kind.value for kind in rules.kinds],
            at_least=0,
            at_most=len(options),
        )
    ]
    if rules.routes:
        items.append(_fine_menu(spot, rules))
    return embed, view_of([*items, *_place_buttons(spot, rules, others)])


def fine_screen(
    grant: Grant, rules: PlaceRules, kind: EventKind | None, client: discord.Client, note: str = ""
) -> Screen:
    """The fine print of one kind at a place, or of everything there."""
    spot = Spot(grant.creator, rules.place, kind)
    routes = rules.of(kind)
    wishes = shared_wishes(routes)
    what = KIND_NAMES[kind].lower() if kind else "everything"
    now = words.fine_print(routes, client) or ["Cards come at once, with a sound, whatever the amount."]
    embed = discord.Embed(
        title=f"Fine print for {what}",
        description="\n".join(
            [f"{places.name_of(client, rules.place, grant.actor.user)}, @{text.name(grant.handle)}", *now]
        ),
        colour=Colour.BRAND,
    )
    if wishes.ask_for_spending:
        embed.set_footer(text="Spending is Fanvue's list, read every few hours; fans it does not tell about come too.")
    _add_note(embed, note)
    items: list[discord.ui.Item[discord.ui.View]] = [
        _how_menu(spot, wishes),
        _amount_menu(spot, wishes),
        _fans_menu(spot, wishes),
    ]
    if rules.place.guild is not None and rules.place.guild == grant.actor.guild:
        items.append(role_menu("Mention a role", "al_role", spot.argument, wishes.role))
    items.append(button("Quiet hours", "al_quiet", spot.argument, emoji="🌙"))
    if wishes.quiet:
        items.append(button("No quiet hours", "al_loud", spot.argument))
    items.append(button("Send a sample", "al_sample", spot.argument, emoji="🧪"))
    items.append(button("Back", "al_place", Spot(grant.creator, rules.place).argument, emoji="↩️"))
    return embed, view_of(items)


def _place_lines(entry: PlaceRules, client: discord.Client, reader: int, off_shift: int) -> str:
    hidden = "" if entry.shows_amounts or entry.place.kind is PlaceKind.DM else " · amounts hidden"
    icon = {PlaceKind.DM: "📬", PlaceKind.CHANNEL: "📣", PlaceKind.FORUM: "🗂️"}[entry.place.kind]
    head = f"{icon} **{places.name_of(client, entry.place, reader)}**: {words.kinds_in_words(entry.kinds)}{hidden}"
    fine = [f"↳ {line}" for line in words.fine_print(entry.routes, client)]
    return "\n".join([head, *fine, *words.waiting_for_shift(off_shift), *_troubles(entry, client)])


def _troubles(entry: PlaceRules, client: discord.Client) -> list[str]:
    """What keeps cards away, the rest first."""
    roles = sorted({route.wishes.role for route in entry.routes if route.wishes.role})
    found = []
    if entry.paused:
        found.append(f"⏸️ Resting: {text.escape(entry.paused)}. **Resume** brings it back.")
    trouble = places.trouble(client, entry.place, roles) if entry.routes else None
    if trouble:
        found.append(f"⚠️ {trouble}")
    return found


def _overview_items(
    shown: Overview, client: discord.Client, creator: str, reader: int
) -> list[discord.ui.Item[discord.ui.View]]:
    names = _names(shown.places, client)
    own = Place(PlaceKind.DM, reader)
    known = [own, *(entry.place for entry in shown.places if entry.place.key != own.key)]
    items: list[discord.ui.Item[discord.ui.View]] = [
        menu(
            "Change a place",
            "al_places",
            creator,
            [
                option(words.place_in_label(place, reader, names), Spot(creator, place).argument.partition(".")[2])
                for place in known
            ],
        )
    ]
    if shown.is_in_server:
        items.append(channel_menu("Add a channel or forum of this server", "al_add", creator, CHANNEL_TYPES))
    if shown.others:
        here = option(f"@{text.plain_name(shown.grant.handle)}", creator)
        others = [option(f"@{text.plain_name(handle)}", one) for one, handle in shown.others[: OPTIONS - 1]]
        items.append(menu("Another creator", "al_creator", "", [here, *others], chosen=[creator]))
    items.append(button("Mute something", "al_mutes", creator, emoji="🔕"))
    return items


def _place_buttons(spot: Spot, rules: PlaceRules, others: int) -> list[discord.ui.Button[discord.ui.View]]:
    back = button("All places", "al_home", spot.creator, emoji="↩️")
    if not rules.routes:
        return [back]
    found = []
    if rules.paused:
        found.append(button("Resume", "al_resume", spot.argument, style=discord.ButtonStyle.primary, emoji="▶️"))
    found.append(button("Send a sample", "al_sample", spot.argument, emoji="🧪"))
    if rules.place.kind is not PlaceKind.DM:
        label = "Hide amounts" if rules.shows_amounts else "Show amounts"
        found.append(button(label, "al_amounts", spot.argument, emoji="💲"))
    if others:
        found.append(button("Same for all creators", "al_all", spot.argument, emoji="👥"))
    found.append(button("Turn off", "al_off", spot.argument, style=discord.ButtonStyle.danger))
    return [*found, back]


def _fine_menu(spot: Spot, rules: PlaceRules) -> discord.ui.Select[discord.ui.View]:
    entries = [option("Everything here", ALL, note="Amounts, fans, hours, sound, mentions")]
    entries += [option(KIND_NAMES[kind], kind.value) for kind in rules.kinds]
    return menu("Fine print", "al_fine", spot.argument, entries)


def _how_menu(spot: Spot, wishes: Wishes) -> discord.ui.Select[discord.ui.View]:
    chosen = wishes.digest.value if wishes.digest else "silent" if wishes.is_silent else "cards"
    entries = [
        option("Cards at once", "cards", emoji="🔔"),
        option("Cards at once, without a sound", "silent", emoji="🔕"),
        option("A summary every hour", Digest.HOURLY.value, emoji="🕐"),
        option("A summary once a day, at 9:00", Digest.DAILY.value, emoji="🗓️"),
    ]
    return menu("How it comes", "al_how", spot.argument, entries, chosen=[chosen])


def _amount_menu(spot: Spot, wishes: Wishes) -> discord.ui.Select[discord.ui.View]:
    entries = [option("Any amount", ANY), *_amounts(MINIMUMS, wishes.minimum, "From {}")]
    return menu("Smallest amount", "al_min", spot.argument, entries, chosen=[str(wishes.minimum or ANY)])


def _fans_menu(spot: Spot, wishes: Wishes) -> discord.ui.Select[discord.ui.View]:
    entries = [option("All fans", ANY), option("Top spenders, as Fanvue marks them", TOP, emoji="💎")]
    entries += _amounts(SPENT, wishes.spent, "Fans who spent {} or more")
    chosen = TOP if wishes.top_only else str(wishes.spent or ANY)
    return menu("Which fans", "al_spent", spot.argument, entries, chosen=[chosen])


def _amounts(amounts: Sequence[int], chosen: int | None, phrase: str) -> list[discord.SelectOption]:
    offered = sorted({*amounts, *([chosen] if chosen else [])})
    return [*(option(phrase.format(Money(minor)), str(minor)) for minor in offered), option("Another amount…", OTHER)]


def _text_policy(*, is_restricted: bool) -> str:
    if is_restricted:
        return "**Texts:** shown to everybody there, since the channel is age-restricted"
    return "**Texts:** behind **Show**, for those who may answer"


def _names(entries: Sequence[PlaceRules], client: discord.Client) -> dict[int, str]:
    found = ((entry.place.target, places.channel_at(client, entry.place)) for entry in entries)
    return {target: channel.name for target, channel in found if channel is not None}


def _add_note(embed: discord.Embed, note: str) -> None:
    if note:
        embed.description = f"{embed.description}\n\n{note}"
