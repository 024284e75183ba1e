"""Posts: reading, writing, scheduling, pinning."""

from collections.abc import Sequence
from datetime import datetime
from types import NoneType

from msgspec import UNSET, UnsetType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue, changed, given

READ = frozenset({Scope.READ_POST})
WRITE = frozenset({Scope.WRITE_POST})
TWIN_READ = READ | {Scope.READ_CREATOR}
TWIN_WRITE = WRITE | {Scope.WRITE_CREATOR}

GET_POSTS = Operation("getPosts", "GET", "/posts", READ, twin_id="getCreatorPosts", twin_scopes=TWIN_READ)
GET_POST = Operation("getPostByUuid", "GET", "/posts/{uuid}", READ)
CREATE_POST = Operation("createPost", "POST", "/posts", WRITE, twin_id="createCreatorPost", twin_scopes=TWIN_WRITE)
DELETE_POST = Operation(
    "deletePost", "DELETE", "/posts/{uuid}", WRITE, twin_id="deleteCreatorPost", twin_scopes=TWIN_WRITE
)

UPDATE_POST = Operation(
    "updatePost", "PATCH", "/posts/{uuid}", WRITE, twin_id="updateCreatorPost", twin_scopes=TWIN_WRITE
)
PIN_POST = Operation("pinPost", "POST", "/posts/{uuid}/pin", WRITE, twin_id="pinCreatorPost", twin_scopes=TWIN_WRITE)
UNPIN_POST = Operation(
    "unpinPost", "DELETE", "/posts/{uuid}/pin", WRITE, twin_id="unpinCreatorPost", twin_scopes=TWIN_WRITE
)
REPOST = Operation(
    "repostPost", "POST", "/posts/{uuid}/repost", WRITE, twin_id="repostCreatorPost", twin_scopes=TWIN_WRITE
)


class PostTips(Shape, frozen=True, kw_only=True):
    """What a post was tipped; USD cents."""

    count: int = 0
    total_gross: Cents = Cents(0)
    total_net: Cents = Cents(0)


class PostCollection(Shape, frozen=True, kw_only=True):
    """A collection a post is in."""

    uuid: str
    label: str = ""


class Post(Shape, frozen=True, kw_only=True):
    """A post; a fresh one comes without media, counters and collections."""

    uuid: str
    created_at: Instant
    text: str | None = None
    price: Cents | None = None
    """Cents; ``None`` is free."""
    audience: str = ""
    media_preview_uuid: str | None = None
    publish_at: Instant | None = None
    """Set while it is scheduled."""
    published_at: Instant | None = None
    expires_at: Instant | None = None
    media_uuids: tuple[str, ...] = ()
    is_pinned: bool = False
    likes_count: int = 0
    comments_count: int = 0
    tips: PostTips = PostTips()
    collections: tuple[PostCollection, ...] = ()


def list_posts(acting_as: ActingAs = OWN, *, size: int = 50, with_unpublished: bool = True) -> Call[Page[Post]]:
    """``getPosts``: pinned first, then newest; drafts and scheduled ones unless left out; ``size`` 1-50."""
    query: dict[str, QueryValue] = {"size": size, "includeUnpublished": with_unpublished}
    return GET_POSTS.call(Page[Post], acting_as=acting_as, query=query)


def post(uuid: str) -> Call[Post]:
    """``getPostByUuid``: one post."""
    return GET_POST.call(Post, at={"uuid": uuid})


def create_post(
    audience: str,
    text: str | None = None,
    acting_as: ActingAs = OWN,
    *,
    media: Sequence[str] = (),
    preview: str | None = None,
    price: int | None = None,
    publish_at: datetime | None = None,
    expires_at: datetime | None = None,
    collections: Sequence[str] = (),
) -> Call[Post]:
    """``createPost``: for ``subscribers`` or ``followers-and-subscribers``, now or at ``publish_at``.

    Text up to 5000 characters; ``price`` in cents from 300, with media only.
    """
    body = given(
        audience=audience,
        text=text,
        mediaUuids=list(media) or None,
        mediaPreviewUuid=preview,
        price=price,
        publishAt=publish_at,
        expiresAt=expires_at,
        collectionUuids=list(collections) or None,
    )
    return CREATE_POST.call(Post, acting_as=acting_as, body=body)


def delete_post(uuid: str, acting_as: ActingAs = OWN) -> Call[None]:
    """``deletePost``: removes it for good."""
    return DELETE_POST.call(NoneType, acting_as=acting_as, at={"uuid": uuid})


def update_post(
    uuid: str,
    acting_as: ActingAs = OWN,
    *,
    audience: str | UnsetType = UNSET,
    text: str | UnsetType | None = UNSET,
    media: Sequence[str] | UnsetType = UNSET,
    preview: str | UnsetType | None = UNSET,
    price: int | UnsetType | None = UNSET,
    publish_at: datetime | UnsetType | None = UNSET,
    expires_at: datetime | UnsetType | None = UNSET,
    collections: Sequence[str] | UnsetType | None = UNSET,
) -> Call[Post]:
    """``updatePost``: what is not given stays, ``None`` empties; ``publish_at=None`` publishes a scheduled one now."""
    body = changed(
        audience=audience,
        text=text,
        mediaUuids=media,
        mediaPreviewUuid=preview,
        price=price,
        publishAt=publish_at,
        expiresAt=expires_at,
        collectionUuids=collections,
    )
    return UPDATE_POST.call(Post, acting_as=acting_as, at={"uuid": uuid}, body=body)


def pin_post(uuid: str, acting_as: ActingAs = OWN) -> Call[Post]:
    """``pinPost``: to the top of the profile."""
    return PIN_POST.call(Post, acting_as=acting_as, at={"uuid": uuid})


def unpin_post(uuid: str, acting_as: ActingAs = OWN) -> Call[Post]:
    """``unpinPost``: back to its place."""
    return UNPIN_POST.call(Post, acting_as=acting_as, at={"uuid": uuid})


def repost(uuid: str, acting_as: ActingAs = OWN) -> Call[Post]:
    """``repostPost``: to the top of the feed once more."""
    return REPOST.call(Post, acting_as=acting_as, at={"uuid": uuid})
