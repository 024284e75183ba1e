"""Files on their way to Fanvue, and what is in its library already: ids are kept, addresses never."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

from bot.domain.access import Grant
from bot.domain.errors import BadInputError, DomainError, FanvueDownError, GoneError, OutcomeUnknownError
from bot.domain.posting import Medium, kind_of
from bot.fanvue import media, uploads, vault
from bot.fanvue.errors import FanvueError, UnexpectedAnswerError
from bot.fanvue.media import Media
from bot.fanvue.transport import Connections
from bot.fanvue.uploading import Source, Upload, Uploader
from bot.fanvue.wire import ActingAs, Call
from bot.services.bounds import listed
from bot.vault.gate import Gate

T = TypeVar("T")

LARGEST_BYTES = 1_610_612_736
CALL_SECONDS = 30
READY_SECONDS = 240
NAME_LIMIT = 200
LISTED = 25
SEARCHED = 300
BLURRED = "blurred"
THUMBNAIL_BYTES = 512 * 1024
THUMBNAIL_SECONDS = 5
PICTURES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
"""What Fanvue's blurred pictures may be; anything else is not handed on."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, repr=False)
class IncomingFile:
    """A file somebody sent in Discord; ``source`` can be read at any place, more than once."""

    name: str
    content_type: str | None
    source: Source


@dataclass(frozen=True, slots=True, repr=False)
class Thumbnail:
    """A blurred picture of a medium."""

    uuid: str
    ending: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class PeekedMedium:
    """A medium in the library, without its picture."""

    uuid: str
    kind: str
    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class VaultFolder:
    """A folder, known by its name."""

    name: str
    count: int


class MediaService:
    """Uploads in parts, never a whole large file in memory; a medium is ready before its id is handed out."""

    def __init__(self, gate: Gate, connections: Connections, *, allows_loopback: bool = False) -> None:
        self._gate = gate
        self._connections = connections
        self._allows_loopback = allows_loopback

    def check(self, grant: Grant, file: IncomingFile) -> str:
        """What kind of medium it becomes; BadInputError names the file and what is wrong with it."""
        acting_as = ActingAs(grant.managed)
        self._gate.require_scopes(grant, uploads.create_session("x", "x", "image", acting_as))
        self._gate.require_scopes(grant, media.media("x", acting_as))
        kind = kind_of(file.content_type, file.name)
        if kind is None:
            raise BadInputError(f"{_called(file)} is no picture, video or sound, so Fanvue cannot post it.")
        if file.source.size <= 0:
            raise BadInputError(f"{_called(file)} is empty. Send it again.")
        if file.source.size > LARGEST_BYTES:
            raise BadInputError(f"{_called(file)} is larger than the 1.5 GB that Fanvue takes.")
        return kind

    async def upload(self, grant: Grant, file: IncomingFile, on_progress: Progress = lambda _a, _b: None) -> Medium:
        """The medium, ready to be posted. BadInputError for a file Fanvue cannot use, and what the gate raises."""
        kind = self.check(grant, file)

        async def send(call: Call[T], /) -> T:
            return await self._gate.call(grant, call, deadline_seconds=CALL_SECONDS)

        uploader = Uploader(
            send,
            self._connections,
            outcome_unknown=(OutcomeUnknownError,),
            on_progress=on_progress,
            allows_loopback=self._allows_loopback,
        )
        acting_as = ActingAs(grant.managed)
        name = f"discord-{uuid4().hex[:12]}.{file.name.rpartition('.')[2][:8] or kind}"
        try:
            uuid = await uploader.upload(Upload(file.source, name, name, kind, acting_as))
            found = await uploader.finished(uuid, acting_as, patience_seconds=READY_SECONDS)
        except UnexpectedAnswerError as error:
            if error.field == "file":
                raise BadInputError(f"{_called(file)} ended early on its way here. Send it again.") from None
            raise FanvueDownError from None
        except (FanvueError, OutcomeUnknownError):
            raise FanvueDownError from None
        if found.status == media.FAILED:
            raise BadInputError(f"Fanvue cannot use {_called(file)}. Try it in another format.")
        if found.status != media.READY:
            raise BadInputError(f"Fanvue still works on {_called(file)}. It will be in the vault in a few minutes.")
        return Medium(uuid, kind, file.name[:NAME_LIMIT])

    async def upload_all(
        self, grant: Grant, files: Sequence[IncomingFile], on_progress: Progress, folder: str | None = None
    ) -> tuple[list[Medium], list[tuple[str, DomainError]]]:
        """One after the other, into a folder if one is named: those that are ready, and what went wrong by its name."""
        ready: list[Medium] = []
        problems: list[tuple[str, DomainError]] = []
        for file in files:
            on_progress(0, file.source.size)
            try:
                ready.append(await self.upload(grant, file, on_progress))
            except DomainError as error:
                problems.append((file.name, error))
        if folder and ready:
            try:
                await self._sort_in(grant, folder, ready)
            except DomainError as error:
                problems.append((folder, error))
        return ready, problems

    async def folders(self, grant: Grant) -> list[VaultFolder]:
        """The vault's folders."""
        page = await self._gate.call(grant, vault.list_folders(ActingAs(grant.managed)))
        return [VaultFolder(one.name, one.media_count) for one in page.data]

    async def newest(self, grant: Grant, folder: str | None = None, find: str | None = None) -> list[PeekedMedium]:
        """The newest media that can be posted: of a folder or of all, those whose name holds some words."""
        wanted = (find or "").strip().lower()
        call = media.list_media(ActingAs(grant.managed), folder=folder, status=(media.READY,))
        rows = self._gate.rows(grant, call, SEARCHED if wanted else LISTED)
        found = [
            PeekedMedium(one.uuid, one.media_type, one.name or "", one.created_at)
            for one in (await listed(rows, SEARCHED, "media") if wanted else [row async for row in rows])
            if one.status == media.READY and wanted in (one.name or "").lower()
        ]
        return found[:LISTED]

    async def _sort_in(self, grant: Grant, folder: str, ready: Sequence[Medium]) -> None:
        call = vault.attach_media(folder, [one.uuid for one in ready], ActingAs(grant.managed))
        try:
            await self._gate.call(grant, call)
        except GoneError:
            raise BadInputError("The vault has no folder of that name. `/media vault` lists them.") from None

    async def one(self, grant: Grant, uuid: str) -> Medium:
        """A medium by its id, as it can be posted. GoneError; BadInputError while it is not ready."""
        found = await self._gate.call(grant, media.media(uuid, ActingAs(grant.managed)))
        if found.status != media.READY:
            raise BadInputError("Fanvue still works on that one. Try it again in a minute.")
        return Medium(found.uuid, found.media_type or "image", (found.name or "")[:NAME_LIMIT])

    async def thumbnails(self, grant: Grant, uuids: Sequence[str]) -> list[Thumbnail]:
        """Blurred pictures of media, where there are some; what cannot be had is left out."""
        found = []
        for uuid in uuids:
            call = media.media(uuid, ActingAs(grant.managed), variants=(BLURRED,))
            try:
                shown = await self._fetched(await self._gate.call(grant, call))
            except DomainError:
                continue
            if shown is not None:
                found.append(shown)
        return found

    async def _fetched(self, medium: Media) -> Thumbnail | None:
        url = next((one.url for one in medium.variants if one.variant_type == BLURRED and one.url), None)
        if url is None or not uploads.is_allowed(url, allows_loopback=self._allows_loopback):
            return None
        try:
            answer = await self._connections.exchange(
                "thumbnail", "GET", url, headers={}, timeout_seconds=THUMBNAIL_SECONDS, max_bytes=THUMBNAIL_BYTES
            )
        except FanvueError:
            return None
        ending = PICTURES.get(answer.headers.get("content-type", "").partition(";")[0])
        return Thumbnail(medium.uuid, ending, answer.body) if answer.status == 200 and ending else None  # noqa: PLR2004


def _called(file: IncomingFile) -> str:
    return f"`{file.name[:60].replace('`', '')}`"
