"""A whole file arrives once, part by part, whatever goes wrong on the way."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.fanvue import uploads
from bot.fanvue.errors import AnswerLostError, ForbiddenError, InvalidRequestError, ServerError, UnexpectedAnswerError
from bot.fanvue.uploading import FileSource, Upload, Uploader
from bot.fanvue.wire import OWN, ActingAs
from sandbox.fanvue import SandboxFanvue
from tests.fanvue.linked import Linked, linked

MEGABYTE = 1024 * 1024
SIZE = 21 * MEGABYTE


@pytest.fixture
async def luna(fanvue: SandboxFanvue) -> AsyncIterator[Linked]:
    async with linked(fanvue) as account:
        yield account


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


def uploader(luna: Linked, **options: Any) -> Uploader:
    quick: dict[str, Any] = {"part_pause_seconds": 0.001, "poll_seconds": (0.001,), "allows_loopback": True}
    return Uploader(luna.send, luna.client.connections, **(quick | options))


def upload_of(path: Path, acting_as: ActingAs = OWN) -> Upload:
    return Upload(FileSource(path), "A film", path.name, "video", acting_as)


def calls(luna: Linked, operation: str) -> int:
    return sum(name == operation for name, _ in luna.ledger())


async def test_a_file_of_several_parts_is_there_and_becomes_ready(luna: Linked, film: Path) -> None:
    told: list[tuple[int, int]] = []
    sending = uploader(luna, on_progress=lambda arrived, size: told.append((arrived, size)))
    uuid = await sending.upload(upload_of(film))
    assert (await sending.finished(uuid)).status == "ready"
    assert [size for _, size in told] == [SIZE] * 3
    assert [arrived for arrived, _ in told] == sorted({arrived for arrived, _ in told})
    assert told[-1] == (SIZE, SIZE)


async def test_a_managed_creator_gets_the_file(fanvue: SandboxFanvue, film: Path) -> None:
    creator = fanvue.world.account("lunavale")
    async with linked(fanvue, "northstar_agency") as agency:
        uuid = await uploader(agency).upload(upload_of(film, ActingAs(creator.uuid)))
    assert fanvue.world.desk(creator).find_media(uuid) is not None


@pytest.mark.parametrize("kind", ["reset", "503", "applied_answer_cut"])
async def test_a_part_that_fails_is_put_again_alone(luna: Linked, film: Path, kind: str) -> None:
    fault = luna.fanvue.faults.add("upload", kind, times=2)
    await uploader(luna, parts_at_once=1).upload(upload_of(film))
    assert fault.hits == 2
    assert calls(luna, "getUploadPartUrl") == 3 + 2, "with an address of its own each time"
    assert calls(luna, "createUploadSession") == 1


@pytest.mark.parametrize(
    ("kind", "error"), [("reset", AnswerLostError), ("503", ServerError), ("403", InvalidRequestError)]
)
async def test_a_part_that_fails_for_good_ends_the_upload_in_its_name(
    luna: Linked, film: Path, kind: str, error: type[Exception]
) -> None:
    luna.fanvue.faults.add("upload", kind)
    with pytest.raises(error):
        await uploader(luna).upload(upload_of(film))
    assert calls(luna, "completeUploadSession") == 0


async def test_a_refusal_of_fanvues_ends_the_upload_at_once(luna: Linked, film: Path) -> None:
    luna.fanvue.faults.add("getUploadPartUrl", 403)
    with pytest.raises(ForbiddenError):
        await uploader(luna).upload(upload_of(film))


@pytest.mark.parametrize(("kind", "ends"), [("applied_answer_cut", 1), ("reset", 2), ("503", 2)])
async def test_an_end_whose_answer_was_lost_is_read_back_and_repeated_only_if_it_was_not_done(
    luna: Linked, film: Path, kind: str, ends: int
) -> None:
    luna.fanvue.faults.add("completeUploadSession", kind, times=1)
    sending = uploader(luna)
    uuid = await sending.upload(upload_of(film))
    assert calls(luna, "completeUploadSession") == ends
    assert (await sending.finished(uuid)).is_final


async def test_patience_with_a_medium_in_the_works_ends(luna: Linked, film: Path) -> None:
    sending = uploader(luna)
    session = await luna.send(uploads.create_session("a", "a.jpg", "image", size_bytes=3))
    assert (await sending.finished(session.media_uuid, patience_seconds=0.01)).status == uploads.BEGUN


class CountingSource:
    """Zeros, and how many readers there were at once."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.readers = self.most = 0
        self.short_by = 0

    async def read(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        self.readers += 1
        self.most = max(self.most, self.readers)
        try:
            left = length - self.short_by
            while left > 0:
                piece = bytes(min(MEGABYTE, left))
                left -= len(piece)
                yield piece
        finally:
            self.readers -= 1


async def test_parts_go_side_by_side_within_the_bound(luna: Linked) -> None:
    source = CountingSource(41 * MEGABYTE)
    await uploader(luna, parts_at_once=2).upload(Upload(source, "a", "a.mp4", "video"))
    assert source.most == 2


class KeptSource(CountingSource):
    """The same, and nobody but who reads it ends a reading."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.readings: list[AsyncGenerator[bytes, None]] = []

    def read(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        self.readings.append(super().read(offset, length))
        return self.readings[-1]


@pytest.mark.parametrize("kind", ["reset", "503", 403])
async def test_no_reading_of_a_file_stays_open_when_its_part_breaks_off(luna: Linked, kind: str | int) -> None:
    luna.fanvue.faults.add("upload", kind, times=2)
    source = KeptSource(21 * MEGABYTE)
    with suppress(InvalidRequestError):
        await uploader(luna).upload(Upload(source, "a", "a.mp4", "video"))
    assert len(source.readings) >= 3
    assert source.readers == 0


async def test_a_file_that_was_cut_meanwhile_is_named_instead_of_waited_for(luna: Linked) -> None:
    source = CountingSource(5 * MEGABYTE)
    source.short_by = 1
    with pytest.raises(UnexpectedAnswerError, match="file"):
        await uploader(luna).upload(Upload(source, "a", "a.mp4", "video"))


async def test_an_empty_file_is_not_even_begun(luna: Linked, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(InvalidRequestError):
        await uploader(luna).upload(upload_of(tmp_path / "empty.jpg"))
    assert luna.ledger() == []
