"""Vault folders: media sorted by name."""

from collections.abc import Sequence
from types import NoneType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation

READ = frozenset({Scope.READ_MEDIA})
WRITE = frozenset({Scope.WRITE_MEDIA})
TWIN_READ = READ | {Scope.READ_CREATOR}
TWIN_WRITE = WRITE | {Scope.WRITE_CREATOR}
PATH = "/vault/folders"
ONE = PATH + "/{folderName}"

LIST_FOLDERS = Operation(
    "listVaultFolders", "GET", PATH, READ, twin_id="listCreatorVaultFolders", twin_scopes=TWIN_READ
)
CREATE_FOLDER = Operation(
    "createVaultFolder", "POST", PATH, WRITE, twin_id="createCreatorVaultFolder", twin_scopes=TWIN_WRITE
)
GET_FOLDER = Operation("getVaultFolder", "GET", ONE, READ, twin_id="getCreatorVaultFolder", twin_scopes=TWIN_READ)
RENAME_FOLDER = Operation(
    "renameVaultFolder", "PATCH", ONE, WRITE, twin_id="renameCreatorVaultFolder", twin_scopes=TWIN_WRITE
)
DELETE_FOLDER = Operation(
    "deleteVaultFolder", "DELETE", ONE, WRITE, twin_id="deleteCreatorVaultFolder", twin_scopes=TWIN_WRITE
)
LIST_FOLDER_MEDIA = Operation(
    "listVaultFolderMedia",
    "GET",
    ONE + "/media",
    READ,
    twin_id="listCreatorVaultFolderMedia",
    twin_scopes=TWIN_READ,
)
ATTACH = Operation(
    "attachMediaToVaultFolder",
    "POST",
    ONE + "/media",
    WRITE,
    twin_id="attachCreatorVaultMedia",
    twin_scopes=TWIN_WRITE,
)
DETACH = Operation(
    "detachMediaFromVaultFolder",
    "DELETE",
    ONE + "/media/{mediaUuid}",
    WRITE,
    twin_id="detachCreatorVaultMedia",
    twin_scopes=TWIN_WRITE,
)


class Folder(Shape, frozen=True, kw_only=True):
    """A folder, known by its name."""

    name: str
    created_at: Instant | None = None
    media_count: int = 0

    @property
    def identity(self) -> str | None:
        """The name: there is one folder of each."""
        return self.name


class FolderMedia(Shape, frozen=True, kw_only=True):
    """A medium in a folder."""

    uuid: str
    media_type: str = ""
    name: str | None = None
    created_at: Instant | None = None


class Attached(Shape, frozen=True, kw_only=True):
    """How many were added."""

    added_count: int = 0


def list_folders(acting_as: ActingAs = OWN) -> Call[Page[Folder]]:
    """``listVaultFolders``: Fanvue declares no size for its pages."""
    return LIST_FOLDERS.call(Page[Folder], acting_as=acting_as)


def create_folder(name: str, acting_as: ActingAs = OWN) -> Call[Folder]:
    """``createVaultFolder``: ConflictError when there is one of that name."""
    return CREATE_FOLDER.call(Folder, acting_as=acting_as, body={"name": name})


def folder(name: str, acting_as: ActingAs = OWN) -> Call[Folder]:
    """``getVaultFolder``: one of them."""
    return GET_FOLDER.call(Folder, acting_as=acting_as, at={"folderName": name})


def rename_folder(name: str, new_name: str, acting_as: ActingAs = OWN) -> Call[None]:
    """``renameVaultFolder``: ConflictError when there is one of that name."""
    return RENAME_FOLDER.call(NoneType, acting_as=acting_as, at={"folderName": name}, body={"name": new_name})


def delete_folder(name: str, acting_as: ActingAs = OWN) -> Call[None]:
    """``deleteVaultFolder``: the folder, not the media."""
    return DELETE_FOLDER.call(NoneType, acting_as=acting_as, at={"folderName": name})


def folder_media(name: str, acting_as: ActingAs = OWN, *, size: int = 50) -> Call[Page[FolderMedia]]:
    """``listVaultFolderMedia``: ``size`` 1-50."""
    at = {"folderName": name}
    return LIST_FOLDER_MEDIA.call(Page[FolderMedia], acting_as=acting_as, at=at, query={"size": size})


def attach_media(name: str, uuids: Sequence[str], acting_as: ActingAs = OWN) -> Call[Attached]:
    """``attachMediaToVaultFolder``: media may be in several folders."""
    return ATTACH.call(Attached, acting_as=acting_as, at={"folderName": name}, body={"mediaUuids": list(uuids)})


def detach_media(name: str, uuid: str, acting_as: ActingAs = OWN) -> Call[None]:
    """``detachMediaFromVaultFolder``: out of the folder, not deleted."""
    return DETACH.call(NoneType, acting_as=acting_as, at={"folderName": name, "mediaUuid": uuid})
