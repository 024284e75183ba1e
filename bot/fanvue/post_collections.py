"""Collections that posts are sorted into."""

from types import NoneType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Instant, Page, Shape
from bot.fanvue.wire import Call, Operation

WRITE = frozenset({Scope.WRITE_POST})

LIST_COLLECTIONS = Operation("listCollections", "GET", "/collections", frozenset({Scope.READ_POST}))
CREATE_COLLECTION = Operation("createCollection", "POST", "/collections", WRITE)
RENAME_COLLECTION = Operation("renameCollection", "PATCH", "/collections/{uuid}", WRITE)
DELETE_COLLECTION = Operation("deleteCollection", "DELETE", "/collections/{uuid}", WRITE)


class Collection(Shape, frozen=True, kw_only=True):
    """A collection of posts."""

    uuid: str
    label: str = ""
    created_at: Instant | None = None


def list_collections() -> Call[Page[Collection]]:
    """``listCollections``: Fanvue declares no size for its pages."""
    return LIST_COLLECTIONS.call(Page[Collection])


def create_collection(label: str) -> Call[Collection]:
    """``createCollection``: an empty one."""
    return CREATE_COLLECTION.call(Collection, body={"label": label})


def rename_collection(uuid: str, label: str) -> Call[None]:
    """``renameCollection``: its label alone."""
    return RENAME_COLLECTION.call(NoneType, at={"uuid": uuid}, body={"label": label})


def delete_collection(uuid: str) -> Call[None]:
    """``deleteCollection``: the collection, not the posts."""
    return DELETE_COLLECTION.call(NoneType, at={"uuid": uuid})
