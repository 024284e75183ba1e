"""Drafts as cards: exactly what will happen, and what can be done about it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import discord

from bot.discordkit.controls.components import action_id, button, form, link_button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.look import Colour
from bot.discordkit.posts.mass_cards import estimate, list_menus
from bot.discordkit.responses.long_texts import boxes
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.money import Money, digits
from bot.domain.posting import Audience, Content, Draft, DraftKind, DraftStatus, files
from bot.services.posts.drafts import Opened
from bot.services.posts.mass import PeopleList, Reach
from bot.services.posts.media import Thumbnail

GO_VERB = "dr_go"
NOW_VERB = "dr_now"
EDIT_VERB = "dr_edit"
FILES_VERB = "dr_files"
DROP_VERB = "dr_drop"
OPEN_VERB = "dr_open"
LOOK_VERB = "dr_look"
AGAIN_VERB = "dr_again"
AUDIENCE_VERB = "dr_aud"
PREVIEW_VERB = "dr_prev"
COLLECTIONS_VERB = "dr_coll"
PICK_VERB = "dr_pick"
VAULT_VERB = "dr_vault"
YES_VERB = "ap_yes"
YES_NOW_VERB = "ap_now"
SHOW_VERB = "ap_show"
CHANGE_VERB = "ap_change"
NO_VERB = "ap_no"

PRICE_ID, WHEN_ID, EXPIRES_ID, NOTE_ID, FILES_ID = "price", "when", "expires", "note", "files"
SHOWN_LIMIT = 3000
DRAFTS_LIMIT, FIELD_LIMIT = 2000, 1024
NONE = "none"
MOMENT = "%Y-%m-%d %H:%M"
PRIMARY, DANGER, SUCCESS = discord.ButtonStyle.primary, discord.ButtonStyle.danger, discord.ButtonStyle.success
TITLES = {
    DraftStatus.DRAFT: ("📝 Draft", "Nothing is sent until you confirm."),
    DraftStatus.WAITING: ("⏳ Waits for approval", "Nothing is sent until somebody else approves it."),
    DraftStatus.SENDING: ("📤 On its way", "Look again in a moment."),
    DraftStatus.UNKNOWN: (
        "❔ Nobody knows yet whether it arrived",
        "Look again, or look at Fanvue before it is sent again.",
    ),
}


def draft_embed(
    opened: Opened,
    zone: ZoneInfo,
    labels: Sequence[tuple[str, str]] = (),
    people: Sequence[PeopleList] = (),
    reach: Reach | None = None,
) -> discord.Embed:
    """Exactly what will happen, for those who may see it alone."""
    draft, content = opened.draft, opened.draft.content
    title, footer = TITLES.get(draft.status, TITLES[DraftStatus.DRAFT])
    embed = discord.Embed(
        title=f"{title} · {draft.kind.noun} as @{text.name(opened.grant.handle)}",
        description=text.fit(content.text, SHOWN_LIMIT) or "*No text*",
        colour=Colour.CALM if draft.status is not DraftStatus.UNKNOWN else Colour.TROUBLE,
    )
    if content.note:
        embed.add_field(name="Asked to change", value=text.fit(content.note, 600), inline=False)
    is_post = draft.kind is DraftKind.POST
    goes_to = draft.content.audience.label if is_post else estimate(draft, people, reach)
    embed.add_field(name="Goes to", value=goes_to, inline=is_post)
    embed.add_field(name="When", value=_when(opened, zone))
    if content.media:
        embed.add_field(name="Files", value=_files(content), inline=False)
    if content.price is not None:
        embed.add_field(name="Price", value=_price(content))
    if content.expires_at is not None:
        embed.add_field(name="Ends", value=_moment(content.expires_at, zone))
    if content.collections:
        names = dict(labels)
        shown = ", ".join(text.name(names.get(one, "a collection")) for one in content.collections)
        embed.add_field(name="Collections", value=shown[:1024])
    is_to_be_asked = draft.status is DraftStatus.DRAFT and opened.needs_second
    embed.set_footer(text=TITLES[DraftStatus.WAITING][1] if is_to_be_asked else footer)
    return embed


def draft_view(
    opened: Opened, collections: Sequence[tuple[str, str]] = (), people: Sequence[PeopleList] = ()
) -> discord.ui.View:
    """What this person can do with it now."""
    draft = opened.draft
    if not opened.is_author:
        return second_view(opened)
    if draft.status is DraftStatus.UNKNOWN:
        return view_of(
            [
                button("Look again", LOOK_VERB, draft.key, style=PRIMARY),
                button("It is not there: back to a draft", AGAIN_VERB, draft.key),
                button("Discard", DROP_VERB, draft.key, style=DANGER),
            ]
        )
    if draft.status is DraftStatus.SENDING:
        return view_of([button("Look again", OPEN_VERB, draft.key)])
    items: list[discord.ui.Item[discord.ui.View]] = []
    if draft.status is DraftStatus.DRAFT:
        items.append(_go(opened))
    items += [
        button("Edit", EDIT_VERB, draft.key, emoji="✏️"),
        button("Add files", FILES_VERB, draft.key, emoji="📎"),
        button("Add from vault", VAULT_VERB, draft.key, emoji="🗄️"),
        button("Discard", DROP_VERB, draft.key, style=DANGER),
    ]
    if draft.kind is DraftKind.POST:
        items.append(_audiences(draft))
        if draft.content.price is not None and draft.content.media:
            items.append(_previews(draft))
        if collections:
            items.append(_collections(draft, collections))
    return view_of([*items, *list_menus(draft, people)])


def second_view(opened: Opened) -> discord.ui.View:
    """What a second person can do with it."""
    draft = opened.draft
    if draft.status is not DraftStatus.WAITING:
        return view_of([])
    yes = (
        button("Send it now", YES_NOW_VERB, draft.key, style=DANGER)
        if opened.is_late
        else button("Approve", YES_VERB, draft.key, style=SUCCESS)
    )
    return view_of(
        [
            yes,
            button("Ask for change", CHANGE_VERB, draft.key),
            button("Decline", NO_VERB, draft.key, style=DANGER),
        ]
    )


def asking_embed(opened: Opened) -> discord.Embed:
    """For a team's channel: who wants what, without words, media and money."""
    draft, content = opened.draft, opened.draft.content
    size = f"{len(content.text):,} characters" if content.text else "no text"
    parts = [size, files(content.media), _goes_to(draft).lower() if draft.kind is DraftKind.POST else ""]
    moment = discord.utils.format_dt(content.publish_at, "F") if content.publish_at else "as soon as it is approved"
    return discord.Embed(
        title=f"⏳ Approval needed · {draft.kind.noun} as @{text.name(opened.grant.handle)}",
        description=f"By <@{draft.author}>: {', '.join(filter(None, parts))}.\nGoes out: {moment}.",
        colour=Colour.CALM,
    )


def late_view(draft: Draft) -> discord.ui.View:
    """It waited too long: nothing is sent late without somebody saying so."""
    return view_of(
        [
            button("Show", SHOW_VERB, draft.key, emoji="👁️"),
            button("Its time has passed: send it now", YES_NOW_VERB, draft.key, style=DANGER),
            button("Ask for change", CHANGE_VERB, draft.key),
            button("Decline", NO_VERB, draft.key, style=DANGER),
        ]
    )


def open_view(draft: Draft) -> discord.ui.View:
    """For its author, who has something to change."""
    return view_of([button("Open my draft", OPEN_VERB, draft.key, style=PRIMARY)])


def asking_view(draft: Draft) -> discord.ui.View:
    """Look at it, then decide."""
    return view_of(
        [
            button("Show", SHOW_VERB, draft.key, emoji="👁️"),
            button("Approve", YES_VERB, draft.key, style=SUCCESS),
            button("Ask for change", CHANGE_VERB, draft.key),
            button("Decline", NO_VERB, draft.key, style=DANGER),
        ]
    )


def decided_embed(opened: Opened, words: str) -> discord.Embed:
    """What became of it, for everybody who saw the question."""
    return discord.Embed(
        title=f"{words} · {opened.draft.kind.noun} as @{text.name(opened.grant.handle)}",
        description=f"Written by <@{opened.draft.author}>, decided by <@{opened.grant.actor.user}>.",
        colour=Colour.QUIET,
    )


def told_words(opened: Opened, words: str) -> str:
    """The same in a line, to its author."""
    return f"<@{opened.draft.author}> {words}: your {opened.draft.kind.noun} as @{text.name(opened.grant.handle)}."


def done_embed(opened: Opened, content: Content, recipients: int | None) -> discord.Embed:
    """That it is at Fanvue."""
    noun, handle = opened.draft.kind.noun, text.name(opened.grant.handle)
    whom = _goes_to(opened.draft).lower() if opened.draft.kind is DraftKind.POST else f"{recipients or 0:,} people"
    if content.publish_at is None:
        title = "Posted ✓" if opened.draft.kind is DraftKind.POST else "Sent ✓"
        return discord.Embed(title=title, description=f"For {whom}, as @{handle}.", colour=Colour.BRAND)
    moment = discord.utils.format_dt(content.publish_at, "F")
    words = f"Fanvue publishes the {noun} {moment} for {whom}, as @{handle}. It does not need me for that."
    return discord.Embed(title="Scheduled ✓", description=words, colour=Colour.BRAND)


def done_view(address: str) -> discord.ui.View:
    """Where it is."""
    return view_of([link_button("Open on Fanvue", address)])


def with_thumbnails(
    embed: discord.Embed, thumbnails: Sequence[Thumbnail], address: str
) -> tuple[list[discord.Embed], list[discord.File]]:
    """The card with blurred pictures below it, and the files they are in."""
    import io  # noqa: PLC0415 - only cards with pictures need it

    names = [f"blurred-{number}.{one.ending}" for number, one in enumerate(thumbnails, 1)]
    shown = [discord.File(io.BytesIO(one.data), name) for one, name in zip(thumbnails, names, strict=True)]
    embeds = [embed, *(discord.Embed() for _ in names[1:])]
    for one, name in zip(embeds, names, strict=False):
        one.url = address
        one.set_image(url=f"attachment://{name}")
    return embeds, shown


def edit_form(draft: Draft, zone: ZoneInfo) -> discord.ui.Modal:
    """Its words, price and times, as they can be typed."""
    content = draft.content
    fields = boxes(content.text)
    price = digits(content.price) if content.price is not None else None
    fields["Price in dollars, for files only"] = _line(PRICE_ID, price, "Empty: free")
    when = _typed(content.publish_at, zone)
    fields[f"When, in {zone.key}"[:45]] = _line(WHEN_ID, when, "Empty: as soon as it is confirmed")
    if draft.kind is DraftKind.POST:
        fields["Ends"] = _line(EXPIRES_ID, _typed(content.expires_at, zone), "Empty: never. Or: in 3 days")
    return form("Edit the draft", EDIT_VERB, draft.key, fields)


def files_form(draft: Draft) -> discord.ui.Modal:
    """Files from the person's device."""
    modal = discord.ui.Modal(title="Add files", custom_id=action_id(FILES_VERB, draft.key), timeout=None)
    picker: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(
        custom_id=FILES_ID, min_values=1, max_values=10
    )
    modal.add_item(discord.ui.Label(text="Pictures, videos, sounds", component=picker))
    modal.stop()
    return modal


def note_form(draft: Draft, verb: str) -> discord.ui.Modal:
    """Why, for its author."""
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=NOTE_ID, style=discord.TextStyle.paragraph, max_length=500, required=verb == CHANGE_VERB
    )
    title = "What should be changed?" if verb == CHANGE_VERB else "Decline for good?"
    return form(title, verb, draft.key, {"Its author reads this": field})


def drafts_embed(mine: Sequence[Draft], waiting: Sequence[Draft], grant: Grant) -> discord.Embed:
    """What is not settled yet; whoever may approve alone reads of what they can do."""
    embed = discord.Embed(title=f"Drafts · @{text.name(grant.handle)}", colour=Colour.CALM)
    lines = [f"{TITLES.get(one.status, TITLES[DraftStatus.DRAFT])[0]}: {_summary(one)}" for one in mine]
    embed.description = text.fitting(lines, DRAFTS_LIMIT)
    if not mine and grant.capability is Capability.POST:
        embed.description = "You have no drafts. `/post create` writes one."
    elif not mine and not waiting:
        embed.description = "Nothing waits for you to approve."
    if waiting:
        embed.add_field(
            name="Waiting for you to approve",
            value=text.fitting([f"<@{one.author}>: {_summary(one)}" for one in waiting], FIELD_LIMIT),
        )
    return embed


def drafts_view(mine: Sequence[Draft], waiting: Sequence[Draft], creator: str) -> discord.ui.View | None:
    """Open one of them."""
    entries = [option(_label(one), one.id, note=one.status.value) for one in [*waiting, *mine]]
    return view_of([menu("Open one…", PICK_VERB, creator, entries)]) if entries else None


def _go(opened: Opened) -> discord.ui.Button[discord.ui.View]:
    key = opened.draft.key
    if opened.is_late:
        return button("Its time has passed: send it now", NOW_VERB, key, style=DANGER)
    if opened.needs_second:
        return button("Ask for approval", GO_VERB, key, style=PRIMARY)
    if opened.draft.content.publish_at is not None:
        return button("Schedule", GO_VERB, key, style=SUCCESS)
    return button("Post now", GO_VERB, key, style=SUCCESS)


def _audiences(draft: Draft) -> discord.ui.Item[discord.ui.View]:
    options = [option(f"Goes to: {one.label[0].lower()}{one.label[1:]}", one.value) for one in Audience]
    return menu("Who sees it", AUDIENCE_VERB, draft.key, options, chosen=[draft.content.audience.value])


def _previews(draft: Draft) -> discord.ui.Item[discord.ui.View]:
    options = [option("No free preview", NONE)]
    options += [
        option(f"Free preview: {text.plain_name(one.name or one.kind, 60)}", one.uuid) for one in draft.content.media
    ]
    return menu("Free preview", PREVIEW_VERB, draft.key, options, chosen=[draft.content.preview or NONE])


def _collections(draft: Draft, collections: Sequence[tuple[str, str]]) -> discord.ui.Item[discord.ui.View]:
    options = [option(text.plain_name(label, 60), uuid) for uuid, label in collections]
    chosen = draft.content.collections
    return menu("Collections", COLLECTIONS_VERB, draft.key, options, chosen=chosen, at_least=0, at_most=25)


def _goes_to(draft: Draft) -> str:
    if draft.kind is DraftKind.POST:
        return draft.content.audience.label
    to = ", ".join(_list_name(one) for one in draft.content.to) or "nobody yet"
    but_not = ", ".join(_list_name(one) for one in draft.content.but_not)
    return f"{to}, but not {but_not}" if but_not else to


def _list_name(words: str) -> str:
    kind, _, name = words.partition(":")
    return text.name(name.replace("_", " ")) if kind == "smart" else "a list of yours"


def _when(opened: Opened, zone: ZoneInfo) -> str:
    at = opened.draft.content.publish_at
    if at is None:
        return "Now, when approved" if opened.needs_second else "Now, when you confirm"
    passed = "\n**This time has passed.**" if opened.is_late else ""
    return _moment(at, zone) + passed


def _moment(at: datetime, zone: ZoneInfo) -> str:
    """In the reader's zone, and as the creator's clock shows it."""
    local = at.astimezone(zone)
    shown, relative = discord.utils.format_dt(at, "F"), discord.utils.format_dt(at, "R")
    return f"{shown} ({relative})\n{local:%a} {local.day} {local:%b %H:%M} in {zone.key}"


def _files(content: Content) -> str:
    names = [text.name(one.name or one.kind) for one in content.media]
    if len(names) == 1:
        return f"{files(content.media)}: {names[0]}"
    return "\n".join([files(content.media), *(f"{number}. {name}" for number, name in enumerate(names, 1))])[:1024]


def _price(content: Content) -> str:
    preview = next((one for one in content.media if one.uuid == content.preview), None)
    free = f", free preview: {text.name(preview.name or preview.kind)}" if preview else ", no free preview"
    return f"{Money(content.price or 0)} to unlock{free}"


def _line(custom_id: str, default: str | None, placeholder: str) -> discord.ui.TextInput[discord.ui.Modal]:
    return discord.ui.TextInput(
        custom_id=custom_id, max_length=60, required=False, default=default, placeholder=placeholder
    )


def _typed(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).strftime(MOMENT) if at is not None else None


def _label(draft: Draft) -> str:
    return text.plain_name(draft.content.text or files(draft.content.media) or "empty draft", 80)


def _summary(draft: Draft) -> str:
    moment = f" · {discord.utils.format_dt(draft.content.publish_at, 'f')}" if draft.content.publish_at else ""
    return text.name(draft.content.text or files(draft.content.media) or "empty", 60) + moment
