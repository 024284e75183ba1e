"""Posts and mass messages while Fanvue does its worst: each is there once, or its author was told."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

from bot.app import App, open_app
from bot.domain.access import Actor, Capability, Grant
from bot.domain.errors import BusyError, DomainError
from bot.domain.posting import Content, DraftKind, Medium
from bot.fanvue.uploading import FileSource
from bot.services.posts.drafts import Opened
from bot.services.posts.media import IncomingFile
from sandbox.fanvue import SandboxFanvue
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.refresher import OWNER
from sandbox.soak.refreshing import HANDLE, grounded

LIFE_SECONDS = 7200
AT_ONCE = 4
KINDS = ("applied_answer_cut", "reset", "502", "503", "garbage")
LIMITED_EVERY = 100
"""A 429 closes the account's minute, so there are few of them; whoever is told to wait waits, and presses again."""
HANGING_EVERY = 50
LEAST_SHARE = 0.6
"""Of all that was written: a run in which hardly anything was sent proves nothing."""
TRIES = 4
MOST_WAITING = 4
"""Faults that did not strike yet: they do not pile up while everybody waits."""
OPERATIONS = ("createPost", "sendMassMessage", "getPosts", "listMassMessages", "createUploadSession", "upload")
FILE_EVERY = 10
EQUAL_EVERY = 5
"""Every so many say the same words as the one before, which must not be taken for them."""


async def each_post_is_there_once(size: Size) -> Outcome:
    """Through the drafts, as people send them, several at a time."""
    async with grounded(LIFE_SECONDS) as ground, open_app(ground.settings()) as app:
        trouble = asyncio.create_task(_make_trouble(ground.fanvue, Random(8), size))
        told = Counter[str]()
        told.update(await _all(app, DraftKind.POST, size.posts, ground.folder))
        told.update(await _all(app, DraftKind.MASS, size.mass_messages, ground.folder))
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        return _outcome(ground.fanvue, told, size)


async def _all(app: App, kind: DraftKind, number: int, folder: Path) -> list[str]:
    """The words of those whose authors were told that something is wrong."""
    turns, told = asyncio.Semaphore(AT_ONCE), list[str]()
    grant = await app.services.access.choose(Actor(OWNER, "owner"), HANDLE, Capability.POST)
    path = folder / "film.mp4"
    path.write_bytes(b"film" * 4096)

    async def one(count: int) -> None:
        words = _words(kind, count)
        async with turns:
            try:
                await _patiently(app, grant, kind, words, path if count % FILE_EVERY == 0 else None)
            except DomainError:
                told.append(words)

    async with asyncio.TaskGroup() as group:
        for count in range(number):
            group.create_task(one(count))
    return told


async def _patiently(app: App, grant: Grant, kind: DraftKind, words: str, path: Path | None) -> None:
    """As people do: told to wait, they wait and press again; anything else they are told ends it."""
    media: list[Medium] = []
    opened: Opened | None = None
    for attempt in range(1, TRIES + 1):
        try:
            if path is not None and not media:
                media.append(await app.services.media.upload(grant, _file(path)))
            opened = opened or await _draft(app, grant, kind, words, media)
            await _send(app, opened)
        except BusyError as error:
            if attempt == TRIES:
                raise
            await asyncio.sleep(max(0.0, (error.until - app.clock.now()).total_seconds()) + 0.1)
        else:
            return


def _file(path: Path) -> IncomingFile:
    return IncomingFile(path.name, "video/mp4", FileSource(path))


async def _draft(app: App, grant: Grant, kind: DraftKind, words: str, media: list[Medium]) -> Opened:
    content = Content(text=words, media=tuple(media), to=("smart:subscribers",) if kind is DraftKind.MASS else ())
    return await app.services.drafts.begin(grant, content, kind)


async def _send(app: App, opened: Opened) -> None:
    """A post goes by itself; for a mass message the publisher is asked, as after an approval."""
    drafts = app.services.drafts
    if opened.draft.kind is DraftKind.POST:
        await drafts.confirm(opened)
        return
    await drafts.publisher.send(opened.grant, opened.draft, (opened.draft.status,))


def _words(kind: DraftKind, count: int) -> str:
    number = count - 1 if count and count % EQUAL_EVERY == 0 else count
    return f"soaked {kind} {number}"


async def _make_trouble(fanvue: SandboxFanvue, draw: Random, size: Size) -> None:
    for kind, every in (("429", LIMITED_EVERY), ("hang", HANGING_EVERY)):
        for number in range(size.posts // every):
            fanvue.faults.add("createPost", kind, times=1, after=(number + 1) * every - 1)
    while True:
        waiting = sum(not fault.is_spent and fault.kind in KINDS for fault in fanvue.faults.rules)
        if waiting < MOST_WAITING:
            fanvue.faults.add(draw.choice(OPERATIONS), draw.choice(KINDS), times=1)
        await asyncio.sleep(draw.uniform(0.02, 0.15))


def _outcome(fanvue: SandboxFanvue, told: Counter[str], size: Size) -> Outcome:
    desk = fanvue.world.desk(fanvue.world.account(HANDLE))
    there = Counter(
        row.text for row in (*desk.posts, *desk.mass_messages) if row.text and row.text.startswith("soaked ")
    )
    wanted = Counter(
        _words(kind, count)
        for kind, number in ((DraftKind.POST, size.posts), (DraftKind.MASS, size.mass_messages))
        for count in range(number)
    )
    doubled = sum(max(0, there[words] - number) for words, number in wanted.items())
    silent = sum(max(0, number - there[words] - told[words]) for words, number in wanted.items())
    detail = (
        f"{size.posts} posts and {size.mass_messages} mass messages: {there.total()} there, {doubled} doubled, "
        f"{told.total()} authors told, {silent} lost in silence"
    )
    is_meaningful = there.total() >= LEAST_SHARE * wanted.total()
    return Outcome(is_meaningful and not (doubled or silent), detail)
