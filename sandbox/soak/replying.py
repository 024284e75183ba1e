"""Replies while Fanvue fails and the bot is killed: each reaches the fan once, or its author is told."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random

from sandbox.discord.model import Message
from sandbox.playground import Playground
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.world import Team, teams

FANS = 4
AT_ONCE = 3
KINDS = ("applied_answer_cut", "reset", "502", "429", "503")
TOLD_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """One reply somebody wrote to a card."""

    text: str
    fan: str
    message: Message


async def replies_arrive_or_are_told(size: Size) -> Outcome:
    """Write replies to cards, break Fanvue, kill the bot; then compare chats and what the authors were told."""
    draw = Random(20261)
    async with teams(1) as (ground, (team,)):
        ground.fanvue.rate_limit = 1_000_000
        cards = await _cards(ground, team)
        written: list[Sent] = []
        trouble = asyncio.create_task(_make_trouble(ground, draw))
        per_kill = max(1, size.replies // (size.reply_kills + 1))
        for number in range(size.replies):
            written.append(await _write(ground, team, draw.choice(cards), f"Reply {number:05}"))
            if len(written) % AT_ONCE == 0:
                await asyncio.sleep(draw.uniform(0.02, 0.4))
            if len(written) % per_kill == 0 and len(written) // per_kill <= size.reply_kills:
                await asyncio.sleep(draw.uniform(0, 0.15))
                await ground.bot.kill()
                await ground.bot.start()
                await ground.discord.wait_ready()
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        ground.fanvue.faults.clear()
        return await _verdict(ground, written, size)


async def _cards(ground: Playground, team: Team) -> list[tuple[str, Message]]:
    """A card for each of a few fans, in the creator's DM."""
    desk = ground.fanvue.world.desk(ground.fanvue.world.account(team.handle))
    fans = [chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable][:FANS]
    cards = []
    for fan in fans:
        before = {message.id for message in _messages(ground, team)}
        await ground.fanvue.fan_writes(team.handle, fan, "Are you there?")
        await ground.discord.wait_for(lambda before=before: _new(ground, team, before), 20)
        cards.append((fan, _new(ground, team, before)[0]))
    return cards


def _messages(ground: Playground, team: Team) -> list[Message]:
    dm = ground.discord.dm(team.owner)
    return ground.discord.messages(dm) if dm else []


def _new(ground: Playground, team: Team, before: set[int]) -> list[Message]:
    return [message for message in _messages(ground, team) if message.id not in before and message.components]


async def _write(ground: Playground, team: Team, card: tuple[str, Message], text: str) -> Sent:
    fan, shown = card
    return Sent(text, fan, await ground.discord.say(team.owner, ground.discord.dm(team.owner), text, reply_to=shown))


async def _make_trouble(ground: Playground, draw: Random) -> None:
    while True:
        ground.fanvue.faults.add("sendMessage", draw.choice(KINDS), times=draw.randrange(1, 3))
        await asyncio.sleep(draw.uniform(0.1, 0.5))


async def _verdict(ground: Playground, written: list[Sent], size: Size) -> Outcome:
    arrived = Counter[str]()
    silent: list[Sent] = written
    async with asyncio.timeout(None):
        for _ in range(TOLD_SECONDS * 2):
            arrived = _arrived(ground, {reply.fan for reply in written})
            silent = [reply for reply in written if not arrived[reply.text] and not _is_told(ground, reply)]
            if not silent:
                break
            await asyncio.sleep(0.5)
    doubled = sum(count - 1 for count in arrived.values() if count > 1)
    told = sum(_is_told(ground, reply) for reply in written)
    unmarked = sum(
        bool(arrived[reply.text]) and not _is_marked(reply) and not _is_told(ground, reply) for reply in written
    )
    detail = (
        f"{len(written)} replies, {size.reply_kills} kills, {len(arrived)} arrived, {told} authors told, "
        f"{doubled} doubled, {len(silent)} lost in silence, {unmarked} arrived without the author knowing"
    )
    return Outcome(not (doubled or silent), detail)


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
    answers = ground.discord.messages(reply.message.channel)
    is_answered = any(message.author.is_bot and message.referenced is reply.message for message in answers)
    return is_answered or "⚠️" in reply.message.reactions
