"""Who may do what: every command, button, select and form, by everybody, on everybody's creator, from everywhere.

What asks for no right is acted out too: it answers everybody, with something of their own alone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
from simcord.actors import _dispatch_actor_interaction
from simcord.backend import serializers

from bot.app import cogs_alone
from bot.discordkit import demands
from bot.discordkit.demands import CHATTER, CREATOR, HOLDS, MANAGER, NOBODY, Demand, Free, is_allowed, rights_table
from bot.discordkit.listing import listed
from bot.discordkit.throttle import Throttle
from bot.domain.access import GIVEABLE, Actor, Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from bot.domain.posting import Content, DraftKind, DraftStatus
from bot.domain.shifts import Shift
from tests.rig import CREATOR as LUNA
from tests.rig import Rig, components_of, words_of

MIKA = "mikasol"
PEOPLE = {
    "creator": CREATOR,
    "manager": MANAGER,
    "chatter": CHATTER,
    "expired": NOBODY,
    "revoked": NOBODY,
    "off shift": NOBODY,
    "guild admin": NOBODY,
    "outsider": NOBODY,
}
REFUSALS = ("not yours to do", "No such creator", "No Fanvue account", "shift is over")
NOT_TRIED_IN_EARNEST = {"button disconnect_yes"}
"""Allowed, and then there would be nothing left to look at."""
SPLIT = ("creator", "manager")
"""Whoever may do nearly everything, and so takes longest, is two worlds: two workers share them."""
POSTING = ("ap_", "dr_", "ma_", "po_", "post", "mass", "media", "va_")
KEEPS_DRAFT = frozenset(f"button {verb}" for verb in ("ap_change", "ap_no", "ap_show", "dr_edit"))
"""After these the draft is as it was, for the next one to use."""
AT_THE_END = "button erase_yes"
BUTTON, SELECT = 2, 3
FORM = "(a form)"
COMPONENT, MODAL = 3, 5

OPTIONS = {
    "right": "reply",
    "rule": "off",
    "text": "Hello",
    "file": ("a.jpg", b"picture"),
    "days": "Mon",
    "from": "09:00",
    "to": "17:00",
    "place": "channel",
    "fan": "somebody",
    "minutes": 0,
}
ARGUMENTS = {
    "al_creator": "",
    "al_long": "{creator}.message.1h",
    "al_mute_all": "{creator}.message.1h",
    "al_mute_me": "{creator}.message.1h",
    "brief-stop": "morning|{creator}",
    "brief-when": "morning|{creator}",
    "card_open": "1",
    "card_read": "{delivery}",
    "claim": "{delivery}",
    "disconnect": "",
    "earn-shared": "masked|{creator}|7d",
    "fan-name": "{creator}|{fan}",
    "fan-words": "{creator}|{fan}",
    "ib_list": "{creator}|longest|0",
    "more": "{delivery}",
    "mute_all": "{delivery}.fan.1h",
    "mute_long": "{delivery}.fan.1h",
    "mute_me": "{delivery}.fan.1h",
    "mute_undo": "{creator}.1",
    "mute_what": "{delivery}.fan.1h",
    "place_retry": "dm:{owner}",
    "place_to_dm": "dm:{owner}",
    "post": "{creator},subscribers,0",
    "reply": "{delivery}",
    "show": "{delivery}",
    "team_all": "{creator},{spare}",
    "team_hand": "{creator},{spare},{other}",
    "team_lift": "{creator},{spare}",
    "team_take": "{creator},{spare}",
    "unsend": "{delivery}",
    **dict.fromkeys(("again", "ib_box", "ib_here", "ib_whom", "ib_unnote", "unsend_one"), "{creator}|0"),
    **dict.fromkeys(("ib_chat", "ib_free", "ib_hand", "ib_loud", "ib_mute", "ib_name", "ib_note"), "{creator}|{fan}"),
    **dict.fromkeys(
        ("ib_noted", "ib_past", "ib_read", "ib_send", "ib_snooze", "ib_take", "ib_template"), "{creator}|{fan}"
    ),
    **dict.fromkeys(("ib_listed", "ib_lists", "ib_newlist", "ib_tags", "ib_templates", "ib_write"), "{creator}|{fan}"),
    **dict.fromkeys(("ap_change", "ap_no", "ap_now", "ap_show", "ap_yes"), "{draft}"),
    **dict.fromkeys(("dr_again", "dr_aud", "dr_coll", "dr_drop", "dr_edit", "dr_files", "dr_go"), "{draft}"),
    **dict.fromkeys(("dr_back", "dr_media", "dr_vault", "ma_not", "ma_to"), "{draft}"),
    **dict.fromkeys(("ma_back", "ma_gone"), "{creator}.{fan}"),
    **dict.fromkeys(("dr_look", "dr_now", "dr_open", "dr_prev"), "{draft}"),
    **dict.fromkeys(("po_comm", "po_del", "po_edit", "po_gone", "po_keep", "po_pin"), "{creator}.{fan}"),
    **dict.fromkeys(("po_repost", "po_say", "po_unpin", "po_unsay"), "{creator}.{fan}"),
    **dict.fromkeys(("earn-csv", "earn-period", "earn-share", "earn-source", "earn-view"), "{creator}|7d"),
    **dict.fromkeys(
        ("pay-more", "pay-period", "pay-source", "post-period", "score-period", "subs-period", "top-period"),
        "{creator}|7d",
    ),
    **dict.fromkeys(
        ("al_all", "al_amounts", "al_copy", "al_fine", "al_how", "al_kinds", "al_loud", "al_min", "al_off"), "{spot}"
    ),
    **dict.fromkeys(("al_place", "al_quiet", "al_resume", "al_role", "al_sample", "al_spent"), "{spot}"),
}
"""What follows the verb, as the panels write it; ``{creator}`` where nothing is said."""
VALUES = {
    "al_add": "{desk}",
    "al_creator": "{creator}",
    "al_fine": "message",
    "al_how": "silent",
    "al_kinds": "message",
    "al_long": "1h",
    "al_min": "500",
    "al_mute": "message",
    "al_places": "{place}",
    "al_role": "1",
    "al_spent": "500",
    "al_unmute": "1",
    "brief-when": "480",
    "card_open": "{delivery}",
    "dr_aud": "subscribers",
    "dr_coll": "{fan}",
    "dr_media": "{fan}",
    "dr_pick": "{draft}",
    "ma_not": "smart:subscribers",
    "ma_one": "{fan}",
    "ma_to": "smart:subscribers",
    "va_fold": "all",
    "dr_prev": "none",
    "earn-source": "tips",
    "earn-view": "days",
    "fan": "{fan}",
    "ib_hand": "{owner}",
    "ib_listed": "{fan}",
    "ib_noted": "0",
    "ib_open": "{fan}",
    "ib_order": "longest",
    "ib_snooze": "3600",
    "ib_where": "0",
    "ib_whom": "{delivery}",
    "ib_template": "{fan}",
    "mute_long": "1h",
    "mute_what": "fan",
    "pay-source": "tips",
    "po_one": "{fan}",
    "po_unsay": "{fan}",
    "po_view": "published",
    "team_take": "reply",
    "team_who": "{spare}",
}
"""What is picked; a period where nothing is said."""
FIELDS = {
    "text": "x",
    "nickname": "x",
    "name": "x",
    "platform": "other",
    "amount": "5",
    "start": "22:00",
    "end": "07:30",
    "zone": "UTC",
    "urgent": "yes",
}
REST_FIRST = {"place_retry", "place_to_dm"}
NAMES_NOBODY = {"disconnect"}
"""About one's own account, whatever the button says."""
WHAT_OTHERS_CAN_DO = ("They let you in with `/team grant`",)


@dataclass(frozen=True)
class Cell:
    """One act of one person: what, on whose creator, from where."""

    what: str
    demand: Demand
    whose: str
    where: str


class Stage:
    """The world of the matrix, with everybody in it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.ids = {handle: rig.fanvue.world.account(handle).uuid for handle in (LUNA, MIKA)}
        self.deliveries: dict[str, int] = {}
        self.actors: dict[tuple[str, str], Any] = {}
        self.places: dict[str, Any] = {}
        self.messages: dict[int, int] = {}
        self.draft = ""
        self.drafts: dict[tuple[str, bool], str] = {}

    async def set(self) -> None:
        """Luna and mika connected; everybody there with what they have; a card of each creator."""
        rig, env = self.rig, self.rig.env
        client: Any = rig.app.client
        client.tree.throttle._spent = Throttle(per_person=100_000)._spent  # so many acts would be too many for a person
        rig.fanvue.rate_limit = 100_000  # as would they for Fanvue
        second = env.create_guild(name="Elsewhere")
        elsewhere = second.create_text_channel("general")
        every_permission = discord.Permissions.all()
        admins = {one: one.create_role(name="Admin", permissions=every_permission) for one in (rig.guild, second)}
        await rig.connect()
        for name in ("mika", "spare", "other", *(name for name in PEOPLE if name != "creator")):
            user = env.create_user(name.replace(" ", "-"))
            for guild in (rig.guild, second):
                member = guild.add_member(user, roles=[admins[guild]] if name == "guild admin" else [])
                self.actors[name, "guild" if guild is rig.guild else "other guild"] = member
            self.actors[name, "DM"] = user
            rig.members[name] = self.actors[name, "guild"]
        self.actors["creator", "guild"], self.actors["creator", "DM"] = rig.luna, rig.people["luna"]
        self.actors["creator", "other guild"] = second.add_member(rig.people["luna"])
        self.places = {"guild": rig.desk, "other guild": elsewhere}
        async with type(rig.browser)() as browser:
            await rig.connect("mika", MIKA, browser=browser)
        await self.give_rights()
        for handle in (LUNA, MIKA):
            self.deliveries[handle] = await self.delivery_of(handle)

    async def give_rights(self) -> None:
        stores, now = self.rig.app.stores, self.rig.app.clock.now()
        begins = (now + timedelta(hours=3)).time().replace(second=0, microsecond=0)
        ends = (now + timedelta(hours=4)).time().replace(second=0, microsecond=0)
        for name in ("manager", "chatter", "expired", "revoked", "off shift"):
            for capability in HOLDS[CHATTER] if name == "chatter" else GIVEABLE:
                await stores.rights.give(self.right(name, capability, now))
        person = self.id_of("off shift")
        later = Shift(frozenset(range(7)), time(begins.hour), time(ends.hour), ZoneInfo("UTC"))
        await stores.shifts.set(CreatorId(self.ids[LUNA]), person, [later], now)
        for capability in GIVEABLE:
            await stores.rights.take(CreatorId(self.ids[LUNA]), self.id_of("revoked"), capability, now)

    def right(self, name: str, capability: Capability, now: Any) -> Right:
        return Right(
            creator=CreatorId(self.ids[LUNA]),
            person=self.id_of(name),
            capability=capability,
            granted_by=DiscordUserId(self.rig.luna.id),
            granted_at=now,
            until=now - timedelta(seconds=1) if name == "expired" else None,
            may_pass_on=True,
            guild=GuildId(self.rig.guild.id),
        )

    def id_of(self, name: str) -> DiscordUserId:
        return DiscordUserId(self.actors[name, "guild"].id)

    async def delivery_of(self, handle: str) -> int:
        """The delivery of a fan's message to that creator, by direct message."""
        desk = self.rig.fanvue.world.desk(self.rig.fanvue.world.account(handle))
        fan = next(chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable)
        await self.rig.fanvue.fan_writes(handle, fan, "Hello")
        owner = self.actors["creator" if handle == LUNA else "mika", "DM"]
        await self.rig.until(lambda: self.rig.cards(owner.dm_channel))
        stores, number = self.rig.app.stores, 1
        while delivery := await stores.outbox.by_id(number):
            event = await stores.events.by_id(delivery.event_id)
            if event is not None and event.creator == self.ids[handle]:
                return number
            number += 1
        raise LookupError(handle)

    def words(self, template: str, cell: Cell, person: str) -> str:
        """A template filled in for a cell."""
        me = self.actors[person, "guild"].id
        spot = f"{self.ids[cell.whose]}.d{me}"
        return template.format(
            creator=self.ids[cell.whose],
            delivery=self.deliveries[cell.whose],
            fan="00000000-0000-4000-8000-000000000000",
            draft=self.draft,
            spare=self.id_of("spare"),
            other=self.id_of("other"),
            spot=spot,
            desk=self.rig.desk.id,
            owner=self.id_of("creator" if cell.whose == LUNA else "mika"),
            place=f"d{me}",
        )

    async def answer(self, person: str, cell: Cell) -> str | None:
        """What the person is told when they try; ``None`` where it cannot be tried."""
        kind, _, name = cell.what.partition(" ")
        if kind == "command":
            return await self.typed(person, cell, name)
        return await self.pressed(person, cell, kind, name)

    async def typed(self, person: str, cell: Cell, name: str) -> str | None:
        actor = self.actors[person, cell.where]
        root = self.rig.env.backend.find_command(name.split(maxsplit=1)[0], None, type=1)
        assert root is not None, name
        if cell.where == "DM" and 1 not in (root.get("contexts") or [0, 1]):
            return None
        leaf = root
        for part in name.split()[1:]:
            leaf = next(option for option in leaf["options"] if option["name"] == part)
        options = self.options(leaf, cell)
        if "creator" not in options and cell.whose != LUNA:
            return None
        call = (
            actor.slash
            if cell.where == "DM"
            else lambda *args, **more: actor.slash(self.places[cell.where], *args, **more)
        )
        shown = await call(name, **options)
        return said_in(shown)

    def options(self, leaf: Any, cell: Cell) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for option in leaf.get("options") or []:
            name = option["name"]
            if name == "creator":
                found[name] = self.ids[cell.whose]
            elif option.get("required"):
                is_person = option["type"] == discord.AppCommandOptionType.user.value
                found[name] = (
                    self.actors["other" if name == "to" else "spare", cell.where] if is_person else OPTIONS[name]
                )
        return found

    async def pressed(self, person: str, cell: Cell, kind: str, verb: str) -> str | None:
        if cell.whose != LUNA and verb in NAMES_NOBODY:
            return None
        if verb in REST_FIRST:
            await self.rest(cell)
        if verb.startswith(("ap_", "dr_", "ma_")):
            await self.have_draft(person, cell, waits=verb.startswith("ap_"))
        actor = self.actors[person, cell.where]
        channel = self.actors[person, "DM"].dm_channel if cell.where == "DM" else self.places[cell.where]
        argument = self.words(ARGUMENTS.get(verb, "{creator}"), cell, person)
        data: dict[str, Any] = {"custom_id": f"fv1:{verb}:{argument}"}
        if kind == "form":
            data["components"] = [
                {
                    "type": 18,
                    "id": number,
                    "component": {"type": 4, "id": 100 + number, "custom_id": name, "value": value},
                }
                for number, (name, value) in enumerate(FIELDS.items(), 1)
            ]
        elif kind == "select":
            data |= {"component_type": SELECT, "values": [self.words(VALUES.get(verb, "28d"), cell, person)]}
        else:
            data["component_type"] = BUTTON
        message = await self.message(channel)
        part = {"type": BUTTON, "id": 1, "style": 2, "label": "x", "custom_id": data["custom_id"]}
        if kind == "select":
            options = [{"label": value, "value": value} for value in data["values"]]
            part = {"type": SELECT, "id": 1, "custom_id": data["custom_id"], "options": options}
        pressed = message | {"components": [{"type": 1, "id": 2, "components": [part]}]}
        type_ = MODAL if kind == "form" else COMPONENT
        shown = await _dispatch_actor_interaction(
            actor, type_, channel, data, extra={"message": pressed}, source_message_id=int(message["id"])
        )
        stored = self.rig.env.backend.get_message(int(message["channel_id"]), int(message["id"]))
        return said_in(shown).strip() or f"(changed) {stored.content}"

    async def rest(self, cell: Cell) -> None:
        """A rule to the owner's direct messages that rests, because Discord refused them."""
        owner = self.id_of("creator" if cell.whose == LUNA else "mika")
        place, routes = Place(PlaceKind.DM, owner), self.rig.app.stores.routes
        now = self.rig.app.clock.now()
        await routes.set(Route(CreatorId(self.ids[cell.whose]), EventKind.TIP, place, owner), now)
        await routes.pause(place, "refused", now)

    async def have_draft(self, person: str, cell: Cell, *, waits: bool) -> None:
        """A draft as it stands when that button is there; written anew once somebody could have changed it."""
        key = cell.whose, waits
        if key not in self.drafts:
            await self.write_draft(cell, waits=waits)
            self.drafts[key] = self.draft
        self.draft = self.drafts[key]
        if is_due(cell, person) and cell.what not in KEEPS_DRAFT:
            del self.drafts[key]

    async def write_draft(self, cell: Cell, *, waits: bool) -> None:
        """A fresh draft of the creator's owner, as it stands when that button is there."""
        owner = Actor(self.id_of("creator" if cell.whose == LUNA else "mika"), "")
        services, stores = self.rig.app.services, self.rig.app.stores
        grant = await services.access.choose(owner, cell.whose, Capability.POST)
        begun = await services.drafts.begin(grant, Content(text="Words"), DraftKind.POST)
        self.draft = f"{begun.draft.id}.2"
        status = DraftStatus.WAITING if waits else DraftStatus.DRAFT
        await stores.drafts.move((begun.draft.id, 1), out_of=[DraftStatus.DRAFT], to=status, at=begun.draft.created_at)

    async def message(self, channel: Any) -> dict[str, Any]:
        """A message of the bot's in that place: what is pressed on it is forged, as everybody can."""
        if channel.id not in self.messages:
            sent = await self.rig.app.client.get_partial_messageable(channel.id).send("Look")
            self.messages[channel.id] = sent.id
        backend = self.rig.env.backend
        return dict(serializers.message_payload(backend, backend.get_message(channel.id, self.messages[channel.id])))


def said_in(shown: Any) -> str:
    """All that can be read in an answer, what can be picked in it included."""
    if shown.modal is not None:
        return f"{FORM} {shown.modal!r}"
    parts = components_of(shown.response) if shown.response is not None else []
    choices = [option.get("label") or "" for part in parts for option in part.get("options") or []]
    return "\n".join([words_of(shown), *(part.get("label") or "" for part in parts), *choices])


def cells() -> Iterator[Cell]:
    tables = {"command": demands.COMMANDS, "button": demands.BUTTONS, "select": demands.SELECTS, "form": demands.FORMS}
    for kind, table in tables.items():
        for name, demand in table.items():
            if not isinstance(demand, Free):
                for where in ("guild", "other guild", "DM"):
                    yield Cell(f"{kind} {name}", demand, LUNA, where)
                yield Cell(f"{kind} {name}", demand, MIKA, "guild")


def free_cells() -> Iterator[Cell]:
    """What asks for no right; what names a creator also with one nobody there has a right on."""
    tables = {"command": demands.COMMANDS, "button": demands.BUTTONS, "select": demands.SELECTS, "form": demands.FORMS}
    names = [(kind, name, demand) for kind, table in tables.items() for name, demand in table.items()]
    for kind, name, demand in sorted(names, key=lambda entry: f"{entry[0]} {entry[1]}" == AT_THE_END):
        if isinstance(demand, Free):
            for where in ("guild", "other guild", "DM"):
                yield Cell(f"{kind} {name}", demand, MIKA if where == "other guild" else LUNA, where)


def is_posting(cell: Cell) -> bool:
    return cell.what.partition(" ")[2].startswith(POSTING)


def is_due(cell: Cell, person: str) -> bool:
    """Whether the table lets them."""
    return is_allowed(cell.demand, PEOPLE[person]) and cell.whose == LUNA


def verdict(said: str) -> str:
    if any(words in said for words in REFUSALS):
        return "refused"
    return "broken" if "Something broke" in said or "older version" in said or not said.strip() else "allowed"


@pytest.mark.parametrize(
    ("person", "part"),
    [(person, part) for person in PEOPLE for part in (("posts", "the rest") if person in SPLIT else ("everything",))],
)
async def test_everybody_may_what_the_table_says_and_nothing_else(rig: Rig, person: str, part: str) -> None:
    stage = Stage(rig)
    await stage.set()
    wrong = []
    for cell in cells():
        if part != "everything" and is_posting(cell) != (part == "posts"):
            continue
        due = is_due(cell, person)
        if due and cell.what in NOT_TRIED_IN_EARNEST:
            continue
        said = await stage.answer(person, cell)
        if said is not None and verdict(said) != ("allowed" if due else "refused"):
            wrong.append(f"{cell.what}, {cell.whose}, {cell.where}: {verdict(said)}: {' '.join(said.split())[:150]}")
        wrong += [f"{cell.what}, {cell.where}: sent to /{name}" for name in astray(said or "", person)]
    if part != "posts":
        wrong += await told_of_others(stage, person)
    assert not wrong, "\n".join(wrong)


def astray(said: str, person: str) -> list[str]:
    """The commands this person is sent to and may not use; what somebody else can do is said as theirs."""
    for theirs in WHAT_OTHERS_CAN_DO:
        said = said.replace(theirs, "")
    named = set(re.findall(r"`/([a-z-]+(?: [a-z-]+)?)`", said)) & set(demands.COMMANDS)
    return sorted(name for name in named if not is_allowed(demands.COMMANDS[name], PEOPLE[person]))


async def told_of_others(stage: Stage, person: str) -> list[str]:
    """Where what asks for no right does not answer, or with a creator they have nothing to do with."""
    wrong = []
    foreign = [MIKA] if person in ("creator", "manager", "chatter", "expired", "off shift") else [LUNA, MIKA]
    accounts = [stage.rig.fanvue.world.account(handle) for handle in foreign]
    secret = [words for account in accounts for words in (account.handle, account.display_name)]
    for cell in free_cells():
        said = await stage.answer(person, cell)
        if said is None:
            continue
        told = [words for words in secret if words in said] + astray(said, person)
        if told or "Something broke" in said or not said.strip():
            wrong.append(f"{cell.what}, {cell.where}: {told or 'broken'}: {' '.join(said.split())[:150]}")
    standing = {one.owner for one in await stage.rig.app.stores.connections.all_active()}
    wanted = {stage.id_of(one) for one in ("creator", "mika") if one != person}
    return wrong if standing == wanted else [*wrong, "somebody else's account was touched"]


def test_every_command_button_select_and_form_is_in_the_table(verbs: Callable[[str], set[str]]) -> None:
    assert {row.name for row in listed(cogs_alone())} == set(demands.COMMANDS)
    assert verbs("_presses") == set(demands.BUTTONS)
    assert verbs("_picks") == set(demands.SELECTS)
    assert verbs("_forms") == set(demands.FORMS)


@pytest.fixture
def verbs(rig: Rig) -> Callable[[str], set[str]]:
    """The verbs of the running bot, by table."""
    client: Any = rig.app.client
    return lambda table: set(getattr(client._actions, table))


def test_the_document_holds_the_table_the_code_makes() -> None:
    written = (Path(__file__).parents[2] / "docs" / "rights.md").read_text()
    assert rights_table() in written, "run: make docs"
