"""Vault folders and what lies in them."""

from typing import Annotated

from pydantic import Field

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world.records import Folder, MediaItem

from .answers import invalid, message, not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import Body, Paged, Uuid


class FolderName(Body):
    name: Annotated[str, Field(min_length=1, max_length=100)]


class MediaChosen(Body):
    media_uuids: list[Uuid]


def list_folders(call: Call) -> Shown:
    return call.list(call.desk.folders, lambda row: _folder(call, row))


def _folder(call: Call, row: Folder) -> Shown:
    count = sum(1 for item in call.desk.media if row.name in item.folders)
    return {"name": row.name, "createdAt": stamp(row.created_at), "mediaCount": count}


def _require(call: Call) -> Folder:
    for row in call.desk.folders:
        if row.name == call.path["folderName"]:
            return row
    raise not_found("Folder")


def _refuse_taken(call: Call) -> None:
    if any(row.name == call.body.name for row in call.desk.folders):
        raise message(409, "A folder with this name already exists")


def create_folder(call: Call) -> Shown:
    _refuse_taken(call)
    row = Folder(call.body.name, call.now)
    call.desk.folders.insert(0, row)
    return _folder(call, row)


def get_folder(call: Call) -> Shown:
    return _folder(call, _require(call))


def rename_folder(call: Call) -> None:
    row = _require(call)
    _refuse_taken(call)
    for item in call.desk.media:
        if row.name in item.folders:
            item.folders.remove(row.name)
            item.folders.add(call.body.name)
    row.name = call.body.name


def delete_folder(call: Call) -> None:
    row = _require(call)
    call.desk.folders.remove(row)
    for item in call.desk.media:
        item.folders.discard(row.name)


def list_folder_media(call: Call) -> Shown:
    name = _require(call).name
    return call.list([item for item in call.desk.media if name in item.folders], _folder_media)


def _folder_media(item: MediaItem) -> Shown:
    return {"uuid": item.uuid, "mediaType": item.media_type, "name": item.name, "createdAt": stamp(item.created_at)}


def attach_media(call: Call) -> Shown:
    name = _require(call).name
    items = [call.desk.find_media(uuid) for uuid in call.body.media_uuids]
    found = [item for item in items if item is not None]
    if len(found) != len(items):
        raise invalid("mediaUuids: not found or not owned by you")
    added = [item for item in found if name not in item.folders]
    for item in added:
        item.folders.add(name)
    return {"addedCount": len(added)}


def detach_media(call: Call) -> None:
    name = _require(call).name
    item = call.desk.find_media(call.path["mediaUuid"])
    if item is None or name not in item.folders:
        raise not_found("Media")
    item.folders.remove(name)


READ, WRITE = ("read:media",), ("write:media",)
ALL = "/vault/folders"
ONE = "/vault/folders/{folderName}"
FREE = ("folderName",)
ACTING = "write:creator"
OPERATIONS = (
    Operation("listVaultFolders", "GET", ALL, READ, list_folders, query=Paged, twin="listCreatorVaultFolders"),
    Operation(
        "createVaultFolder",
        "POST",
        ALL,
        WRITE,
        create_folder,
        201,
        body=FolderName,
        twin="createCreatorVaultFolder",
        twin_scope=ACTING,
    ),
    Operation("getVaultFolder", "GET", ONE, READ, get_folder, free=FREE, twin="getCreatorVaultFolder"),
    Operation(
        "renameVaultFolder",
        "PATCH",
        ONE,
        WRITE,
        rename_folder,
        204,
        body=FolderName,
        free=FREE,
        twin="renameCreatorVaultFolder",
        twin_scope=ACTING,
    ),
    Operation(
        "deleteVaultFolder",
        "DELETE",
        ONE,
        WRITE,
        delete_folder,
        204,
        free=FREE,
        twin="deleteCreatorVaultFolder",
        twin_scope=ACTING,
    ),
    Operation(
        "listVaultFolderMedia",
        "GET",
        f"{ONE}/media",
        READ,
        list_folder_media,
        query=Paged,
        free=FREE,
        twin="listCreatorVaultFolderMedia",
    ),
    Operation(
        "attachMediaToVaultFolder",
        "POST",
        f"{ONE}/media",
        WRITE,
        attach_media,
        201,
        body=MediaChosen,
        free=FREE,
        twin="attachCreatorVaultMedia",
        twin_scope=ACTING,
    ),
    Operation(
        "detachMediaFromVaultFolder",
        "DELETE",
        f"{ONE}/media/{{mediaUuid}}",
        WRITE,
        detach_media,
        204,
        free=FREE,
        twin="detachCreatorVaultMedia",
        twin_scope=ACTING,
    ),
)
