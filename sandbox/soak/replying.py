"""Several people answer many fans in a desk while Fanvue fails and the bot is killed: once each, or they are told."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from bot.storage import Stores
from bot.storage.database import Database
from sandbox.discord.model import Channel, Message, User
from sandbox.playground import Playground
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.world import Team, teams

COLLEAGUES = 2
CROSSED = 0.15
"""How often somebody answers a fan that a colleague is on."""
CANARY = "CANARY, between us"
AT_ONCE = 3
KINDS = ("applied_answer_cut", "reset", "502", "503", "400")
LIMITED, LIMITED_AT = "429", 40
"""In long runs, once: the bot then keeps away from Fanvue for a minute."""
LONG = 100
SETTLED_SECONDS = 16
LIMIT_SECONDS = 65
TOLD_SECONDS = 60
"""Everybody is told in one channel, which takes a message a second."""
PRESS_SECONDS = 0.3
MOST_PRESSES = 120
INSIDE = 3
"""After so many replies somebody writes something into a post that is for the team alone."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One reply somebody wrote to a card."""

    author: User
    text: str
    fan: str
    message: Message


@dataclass(frozen=True, slots=True)
class Desk:
    """The people who answer, and a card in a post for each fan."""

    people: list[User]
    cards: list[tuple[str, Message]]

    def pick(self, draw: Random) -> tuple[User, tuple[str, Message]]:
        """Somebody and a fan, mostly one of their own."""
        number = draw.randrange(len(self.cards))
        owner = number % len(self.people)
        other = draw.randrange(len(self.people)) if draw.random() < CROSSED else owner
        return self.people[other], self.cards[number]


async def replies_arrive_or_are_told(size: Size) -> Outcome:
    """Write replies to cards, break Fanvue, kill the bot; then compare chats and what the authors were told."""
    draw = Random(20261)
    async with teams(1) as (ground, (team,)):
        ground.fanvue.rate_limit = 1_000_000
        await _move_into_a_forum(ground, team)
        people = [team.owner, *await _colleagues(ground, team)]
        desk = Desk(people, await _cards(ground, team, size.conversations))
        trouble = asyncio.create_task(_make_trouble(ground, draw, size))
        written = await _write_all(ground, desk, size, draw)
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        ground.fanvue.faults.clear()
        return await _verdict(ground, written, size)


async def _write_all(ground: Playground, desk: Desk, size: Size, draw: Random) -> list[Sent]:
    """So many replies in so many seconds, with kills in between and words for the team everywhere."""
    written: list[Sent] = []
    pause = size.reply_seconds * AT_ONCE / size.replies
    per_kill = max(1, size.replies // (size.reply_kills + 1))
    for number in range(size.replies):
        person, card = desk.pick(draw)
        written.append(await _write(ground, person, card, f"Reply {number:05}"))
        if number % INSIDE == 0:
            await ground.discord.say(person, card[1].channel, f"{CANARY} {number}")
        if len(written) % AT_ONCE == 0:
            await asyncio.sleep(draw.uniform(0, 2 * pause))
        if len(written) % per_kill == 0 and len(written) // per_kill <= size.reply_kills:
            await asyncio.sleep(draw.uniform(0, 0.15))
            await ground.bot.kill()
            await ground.bot.start()
            await ground.discord.wait_ready()
    return written


async def _move_into_a_forum(ground: Playground, team: Team) -> None:
    """Messages come to a forum alone: a post a fan."""
    forum = ground.discord.add_channel(team.channel.guild, "fans", kind="forum", nsfw=True)
    panel = await (await ground.discord.slash(team.owner, team.channel, "alerts panel")).wait(15)
    shown = panel.messages[-1]
    for verb, choice in (
        ("al_places", f"c{team.channel.id}"),
        ("al_off", None),
        ("al_places", "My direct messages"),
        ("al_off", None),
        ("al_add", forum),
        ("al_kinds", "message"),
    ):
        await ground.discord.wait_for(lambda verb=verb: _part(shown, verb), 15)
        custom_id = _part(shown, verb)
        if choice is None:
            pressed = await ground.discord.click(team.owner, shown, custom_id)
        else:
            pressed = await ground.discord.select(team.owner, shown, custom_id, [choice])
        await pressed.wait(15)


def _part(shown: Message, verb: str) -> str:
    """The id of the part of a message that does this; nothing when there is none."""
    ids = (str(part.get("custom_id", "")) for row in shown.components for part in row.get("components", ()))
    return next((one for one in ids if one.startswith(f"fv1:{verb}:")), "")


async def _colleagues(ground: Playground, team: Team) -> list[User]:
    """People who were given the right to answer."""
    found = []
    for number in range(COLLEAGUES):
        person = ground.discord.add_user(f"chatter{number}")
        ground.discord.add_member(team.channel.guild, person)
        given = await ground.discord.slash(team.owner, team.channel, "team grant", person=person, right="reply")
        answer = await given.wait(15)
        if "chatter" not in answer.text and "may" not in answer.text:
            raise RuntimeError(f"no right was given: {answer.text[:200]}")
        found.append(person)
    return found


async def _cards(ground: Playground, team: Team, count: int) -> list[tuple[str, Message]]:
    """A card for each of so many fans, in a post of their own."""
    fans = [f"soakfan{number:04}" for number in range(count)]
    for fan in fans:
        ground.fanvue.world.add_fan(team.handle, fan)
        await ground.fanvue.fan_writes(team.handle, fan, "Are you there?")
    await ground.discord.wait_for(lambda: len(_found(ground, fans)) == count, 60 + count)
    return list(_found(ground, fans).items())


def _found(ground: Playground, fans: Sequence[str]) -> dict[str, Message]:
    """The card in the post of each of these fans, as far as it is there."""
    wanted, found = set(fans), {}
    for channel in list(ground.discord.world.channels.values()):
        name = (channel.name or "").partition(" ")[0]
        if channel.thread is not None and name in wanted and (cards := _replyable(ground, channel)):
            found[name] = cards[0]
    return found


def _replyable(ground: Playground, post: Channel) -> list[Message]:
    return [one for one in ground.discord.messages(post) if _part(one, "reply")]


async def _write(ground: Playground, person: User, card: tuple[str, Message], text: str) -> Sent:
    fan, shown = card
    return Sent(person, text, fan, await ground.discord.say(person, shown.channel, text, reply_to=shown))


async def _make_trouble(ground: Playground, draw: Random, size: Size) -> None:
    """In short runs something is always wrong; in long ones most replies get through, and Fanvue is full up once."""
    is_long = size.replies > LONG
    for number in count():
        ground.fanvue.faults.add("sendMessage", draw.choice(KINDS), times=draw.randrange(1, 3))
        if is_long and number == LIMITED_AT:
            ground.fanvue.faults.add("sendMessage", LIMITED, times=1)
        await asyncio.sleep(draw.uniform(1, 3) if is_long else draw.uniform(0.1, 0.5))


async def _verdict(ground: Playground, written: list[Sent], size: Size) -> Outcome:
    arrived = Counter[str]()
    silent: list[Sent] = written
    async with asyncio.timeout(None):
        for _ in range(TOLD_SECONDS * 2):
            arrived = _arrived(ground, _fans(written))
            silent = [reply for reply in written if not arrived[reply.text] and not _is_told(ground, reply)]
            if not silent:
                break
            await asyncio.sleep(0.5)
    await asyncio.sleep(LIMIT_SECONDS if size.replies > LONG else SETTLED_SECONDS)
    late, arrived = silent, _arrived(ground, _fans(written))
    silent = [reply for reply in late if not arrived[reply.text] and not _is_told(ground, reply)]
    unasked = _answered_unasked(written, arrived)
    missing = [reply for reply in written if not arrived[reply.text]]
    pressed = await _press_again(ground, _some(missing))
    arrived = _arrived(ground, _fans(written))
    inside = sum(
        CANARY in (one.text or "") for fan in _fans(written) for one in ground.fanvue.messages("lunavale", fan)
    )
    doubled = sum(count - 1 for count in arrived.values() if count > 1)
    told = sum(_is_told(ground, reply) for reply in written)
    unmarked = sum(
        bool(arrived[reply.text]) and not _is_marked(reply) and not _is_told(ground, reply) for reply in written
    )
    detail = (
        f"{len(written)} replies, {size.reply_kills} kills, {len(arrived)} arrived ({pressed} sent again by a press), "
        f"{told} authors told, "
        f"{doubled} doubled, {len(silent)} lost in silence{await _stored(ground, silent)}, "
        f"{len(late) - len(silent)} told after more than a minute, {unmarked} arrived without the author knowing, "
        f"{unasked} to a fan somebody else was on without a question, {inside} internal words outside"
    )
    return Outcome(not (doubled or silent or inside or unasked), detail)


async def _stored(ground: Playground, silent: Sequence[Sent]) -> str:
    """How those stand in the bot's storage of whom nobody was told anything."""
    if not silent:
        return ""
    async with Database.open(ground.database_url) as database:
        store = Stores(database).replies
        found = [(reply.text, await store.by_source(f"message:{reply.message.id}")) for reply in silent]
    return " (" + ", ".join(f"{words}: {one.status if one else 'never seen'}" for words, one in found) + ")"


def _answered_unasked(written: Sequence[Sent], arrived: Counter[str]) -> int:
    """How many arrived though a colleague had answered before: that claims the fan for longer than this takes."""
    authors: dict[str, set[int]] = defaultdict(set)
    for reply in written:
        if arrived[reply.text]:
            authors[reply.fan].add(reply.author.id)
    return sum(len(found) - 1 for found in authors.values())


def _some(missing: Sequence[Sent]) -> list[Sent]:
    """Some of those whose authors press the button now."""
    return Random(1).sample(list(missing), min(len(missing), MOST_PRESSES))


async def _press_again(ground: Playground, missing: list[Sent]) -> int:
    """Authors who were told press the button under their reply, now that Fanvue works again; how many arrived."""
    answered = []
    for reply in missing:
        notice = next((one for one in _answers(ground, reply) if _part(one, "again")), None)
        if notice is not None:
            pressed = await ground.discord.click(reply.author, notice, _part(notice, "again"))
            await pressed.wait(15)
            answered.append(reply)
            await asyncio.sleep(PRESS_SECONDS)
    arrived = _arrived(ground, _fans(missing))
    return sum(bool(arrived[reply.text]) for reply in answered)


def _answers(ground: Playground, reply: Sent) -> list[Message]:
    answers = ground.discord.messages(reply.message.channel)
    return [message for message in answers if message.author.is_bot and message.referenced is reply.message]


def _fans(written: list[Sent]) -> set[str]:
    return {reply.fan for reply in written}


def _arrived(ground: Playground, fans: set[str]) -> Counter[str]:
    texts: Counter[str] = Counter()
    for fan in fans:
        for message in ground.fanvue.messages("lunavale", fan):
            if not message.is_from_fan and (message.text or "").startswith("Reply "):
                texts[message.text or ""] += 1
    return texts


def _is_marked(reply: Sent) -> bool:
    return "✅" in reply.message.reactions


def _is_told(ground: Playground, reply: Sent) -> bool:
    """Whether the bot answered this very message, or marked it as failed."""
    return bool(_answers(ground, reply)) or "⚠️" in reply.message.reactions
