"""Writes that Fanvue did, and whose answer was cut: found by reading back, never done twice."""

from collections import Counter

from bot.app import App, open_app
from bot.domain.access import Actor, Capability
from bot.domain.accounts import FanId
from bot.domain.drafts import Draft
from bot.domain.errors import OutcomeUnknownError
from bot.domain.posting import Content, DraftKind
from bot.services.inbox.replies import Recipient
from sandbox.fanvue import SandboxFanvue
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.refresher import OWNER
from sandbox.soak.refreshing import HANDLE, grounded

WRITES = 100
LIFE_SECONDS = 3600


async def each_write_is_there_once(_size: Size) -> Outcome:
    """Replies and posts, the answer to each of them lost: 200 writes, each there once or its author told."""
    async with grounded(LIFE_SECONDS) as ground:
        fanvue, told = ground.fanvue, 0
        for operation, write in (("sendMessage", _replies), ("createPost", _posts)):
            fanvue.faults.add(operation=operation, kind="applied_answer_cut", times=None)
            # An app of its own each: answers that never come tell nothing of the limit, which is 200 until one does.
            async with open_app(ground.settings()) as app:
                told += await write(app, fanvue)
        return _outcome(fanvue, told)


async def _replies(app: App, fanvue: SandboxFanvue) -> int:
    """How many authors were told that nobody knows."""
    actor = Actor(OWNER, "owner")
    grant = await app.services.access.choose(actor, HANDLE, Capability.REPLY)
    to = Recipient(grant, FanId(_fan(fanvue)[1]))
    told = 0
    for number in range(WRITES):
        try:
            await app.services.replies.send(to, Draft(f"lost reply {number}"), source=f"soak:{number}")
        except OutcomeUnknownError:
            told += 1
    return told


async def _posts(app: App, _fanvue: SandboxFanvue) -> int:
    grant = await app.services.access.choose(Actor(OWNER, "owner"), HANDLE, Capability.POST)
    told = 0
    for number in range(WRITES):
        try:
            content = Content(text=f"lost post {number}")
            await app.services.drafts.confirm(await app.services.drafts.begin(grant, content, DraftKind.POST))
        except OutcomeUnknownError:
            told += 1
    return told


def _fan(fanvue: SandboxFanvue) -> tuple[str, str]:
    """Handle and id of a fan with a chat, who can be written to."""
    desk = fanvue.world.desk(fanvue.world.account(HANDLE))
    fan = next(chat.fan for chat in desk.chats.values() if chat.fan.is_contactable)
    return fan.user.handle, fan.user.uuid


def _outcome(fanvue: SandboxFanvue, told: int) -> Outcome:
    desk = fanvue.world.desk(fanvue.world.account(HANDLE))
    texts = [message.text for message in fanvue.messages(HANDLE, _fan(fanvue)[0])] + [post.text for post in desk.posts]
    counts = Counter(text for text in texts if text and text.startswith("lost "))
    doubled = sum(count > 1 for count in counts.values())
    lost = 2 * WRITES - len(counts) - told
    detail = f"{2 * WRITES} answers cut: {len(counts)} there, {doubled} doubled, {told} authors told, {lost} lost"
    return Outcome(is_kept=doubled == 0 and lost <= 0, detail=detail)
