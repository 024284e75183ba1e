"""Files on their way to Fanvue: how far they are is shown; what goes wrong with one leaves the rest of the draft."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.rig import CREATOR, Rig, words_of

PICTURE = ("beach.jpg", b"\xff\xd8 not really a picture")


def media_of(rig: Rig) -> list[Any]:
    return list(rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR)).media)


@asynccontextmanager
async def watching(look: Callable[[], object], pause_seconds: float = 0) -> AsyncIterator[None]:
    """Look at the world meanwhile: at every turn of the loop, or less often."""

    async def go_on() -> None:
        while True:
            look()
            await asyncio.sleep(pause_seconds)

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        task.cancel()


async def test_how_far_the_files_are_is_shown_while_they_go_and_gone_when_the_card_is_there(connected: Rig) -> None:
    said: set[str] = set()

    def look() -> None:
        for channel in connected.env.backend.messages.values():
            said.update(message.content for message in channel.values() if message.content)

    async with watching(look):
        shown = await connected.luna.slash(
            connected.desk, "post create", text="Three", file=PICTURE, file2=PICTURE, file3=PICTURE
        )
    told = [words for words in said if words.startswith("Uploading 3 files to Fanvue")]
    assert told
    assert all("▱" in words or "100%" in words for words in told)
    assert "Uploading" not in words_of(shown)
    assert "3 images" in words_of(shown)


async def test_a_file_that_takes_long_leaves_what_arrived_before_it_in_sight(connected: Rig) -> None:
    stuck = connected.fanvue.faults.add("upload", "hang", times=1, after=1)
    said: set[str] = set()

    def look() -> None:
        for channel in connected.env.backend.messages.values():
            said.update(message.content for message in channel.values() if message.content)
        if any("**50%**" in words for words in said):
            stuck.released.set()

    async with watching(look, pause_seconds=0.02):
        shown = await connected.luna.slash(connected.desk, "post create", text="Two", file=PICTURE, file2=PICTURE)
    assert stuck.released.is_set()
    assert "2 images" in words_of(shown)


async def test_a_file_fanvue_cannot_process_is_named_and_the_others_are_kept(connected: Rig) -> None:
    before = {one.uuid for one in media_of(connected)}

    def look() -> None:
        for one in media_of(connected):
            if one.uuid not in before and one.media_type == "video" and one.status == "processing":
                one.status = "error"

    async with watching(look):
        shown = await connected.luna.slash(
            connected.desk, "post create", text="Kept", file=PICTURE, file2=("clip.mp4", b"film")
        )
    for part in ("Kept", "1 image", "Not attached: clip.mp4", "Try it in another format"):
        assert part in words_of(shown)


async def test_a_part_that_is_lost_goes_again_and_one_that_never_arrives_costs_its_file_alone(connected: Rig) -> None:
    connected.fanvue.faults.add("upload", "reset", times=2)
    shown = await connected.luna.slash(connected.desk, "post create", text="Again", file=PICTURE)
    assert "1 image" in words_of(shown)
    connected.fanvue.faults.add("upload", "reset", times=3)
    shown = await connected.luna.slash(
        connected.desk, "post create", text="Half", file=("lost.png", b"lost"), file2=PICTURE
    )
    for part in ("Half", "1 image", "Not attached: lost.png"):
        assert part in words_of(shown)


async def test_a_file_too_large_or_cut_on_its_way_is_named_and_the_rest_of_the_draft_is_kept(connected: Rig) -> None:
    announce(connected, {"film.mp4": 2_000_000_000, "short.png": 20})
    shown = await connected.luna.slash(
        connected.desk,
        "post create",
        text="The rest",
        file=("film.mp4", b"film"),
        file2=("short.png", b"half of it"),
        file3=PICTURE,
    )
    said = words_of(shown)
    for part in ("The rest", "1 image", "film.mp4` is larger than the 1.5 GB", "short.png` ended early on its way"):
        assert part in said


def announce(rig: Rig, sizes: dict[str, int]) -> None:
    """Discord says of these files that they are as large as that; it gives what it has."""
    cdn = rig.env.backend.cdn
    store = cdn.store_attachment

    def announced(*arguments: Any) -> Any:
        entry = store(*arguments)
        return entry | {"size": sizes.get(entry["filename"], entry["size"])}

    cdn.store_attachment = announced
