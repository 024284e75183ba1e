"""Posts: list, write, change, pin, repost."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from sandbox.fanvue.instants import stamp, stamp_or_none
from sandbox.fanvue.world.records import Post, fresh_uuid

from .answers import invalid, not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import Body, Flag, Instant, Paged, Price, Uuid

Audience = Literal["subscribers", "followers-and-subscribers"]
SENT_AS_IS = ("audience", "text", "price", "expires_at")


class PostsAsked(Paged):
    include_unpublished: Flag = "true"


class NewPost(Body):
    audience: Audience
    text: str | None = Field(None, max_length=5000)
    media_uuids: list[Uuid] = Field(default_factory=list)
    media_preview_uuid: Uuid | None = None
    price: Price | None = None
    publish_at: Instant | None = None
    expires_at: Instant | None = None
    collection_uuids: list[Uuid] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_content(self) -> "NewPost":
        if not self.text and not self.media_uuids:
            raise ValueError("Give text or media")
        if self.price is not None and not self.media_uuids:
            raise ValueError("A price needs media")
        return self


class PostChange(Body):
    audience: Audience | None = None
    text: str | None = Field(None, max_length=5000)
    media_uuids: list[Uuid] = Field(default_factory=list)
    media_preview_uuid: Uuid | None = None
    price: Price | None = None
    publish_at: Instant | None = None
    expires_at: Instant | None = None
    collection_uuids: list[Uuid] | None = None


def get_posts(call: Call) -> Shown:
    """Pinned first, then newest publication first; those still to come lead their group."""
    rows = []
    for post in call.desk.posts:
        post.settle(call.now)
        if post.published_at is not None or call.query.include_unpublished == "true":
            rows.append(post)
    rows.sort(key=_publication, reverse=True)
    rows.sort(key=lambda post: post.pinned_at is None)
    return call.list(rows, lambda post: post_row(call, post))


def _publication(post: Post) -> float:
    return (post.publish_at or post.published_at or post.created_at).timestamp()


def require_post(call: Call) -> Post:
    """Raises RefusedError 404."""
    post = call.desk.find_post(call.path["uuid"])
    if post is None:
        raise not_found("Post")
    post.settle(call.now)
    return post


def get_post(call: Call) -> Shown:
    return post_row(call, require_post(call))


def created_row(post: Post) -> Shown:
    return {
        "uuid": post.uuid,
        "createdAt": stamp(post.created_at),
        "text": post.text,
        "price": post.price,
        "mediaPreviewUuid": post.preview_uuid,
        "audience": post.audience,
        "publishAt": stamp_or_none(post.publish_at),
        "publishedAt": stamp_or_none(post.published_at),
        "expiresAt": stamp_or_none(post.expires_at),
    }


def post_row(call: Call, post: Post) -> Shown:
    names = {row.uuid: row.name for row in call.desk.collections}
    return {
        **created_row(post),
        "mediaUuids": list(post.media_uuids),
        "isPinned": post.pinned_at is not None,
        "likesCount": len(post.likes),
        "commentsCount": len(post.comments),
        "tips": {
            "count": len(post.tips),
            "totalGross": sum(sale.gross for sale in post.tips),
            "totalNet": sum(sale.net for sale in post.tips),
        },
        "collections": [{"uuid": uuid, "label": names[uuid]} for uuid in post.collections if uuid in names],
    }


def create_post(call: Call) -> Shown:
    body = call.body
    is_later = body.publish_at is not None and body.publish_at > call.now
    out_at = body.publish_at if is_later else call.now
    _check(call, body, out_at)
    post = Post(
        fresh_uuid(),
        call.now,
        body.text,
        body.audience,
        media_uuids=tuple(body.media_uuids),
        preview_uuid=body.media_preview_uuid,
        price=round(body.price) if body.price else None,
        publish_at=body.publish_at if is_later else None,
        published_at=None if is_later else call.now,
        expires_at=body.expires_at,
        collections=tuple(body.collection_uuids),
    )
    call.desk.posts.insert(0, post)
    return created_row(post)


def _check(call: Call, body: NewPost | PostChange, out_at: datetime) -> None:
    mistakes = []
    wanted = [*body.media_uuids, *([body.media_preview_uuid] if body.media_preview_uuid else [])]
    items = [call.desk.find_media(uuid) for uuid in wanted]
    if any(item is None for item in items):
        mistakes.append("mediaUuids: not found or not owned by you")
    elif any(item.status != "ready" for item in items if item):
        mistakes.append("mediaUuids: media is not ready")
    if body.expires_at is not None and body.expires_at <= out_at:
        mistakes.append("expiresAt: must be after publication")
    known = {row.uuid for row in call.desk.collections}
    if not set(body.collection_uuids or ()) <= known:
        mistakes.append("collectionUuids: collection not found")
    if mistakes:
        raise invalid(*mistakes)


def update_post(call: Call) -> Shown:
    post, body = require_post(call), call.body
    out_at = body.publish_at or post.publish_at or post.published_at or call.now
    _check(call, body, out_at)
    media = tuple(body.media_uuids) if body.was_sent("media_uuids") else post.media_uuids
    price = body.price if body.was_sent("price") else post.price
    if price and not media:
        raise invalid("price: needs media")
    if body.was_sent("audience") and body.audience is None:
        raise invalid("audience: must be one of subscribers, followers-and-subscribers")
    for name in SENT_AS_IS:
        if body.was_sent(name):
            setattr(post, name, getattr(body, name))
    post.media_uuids, post.price = media, round(price) if price else None
    if body.was_sent("media_preview_uuid"):
        post.preview_uuid = body.media_preview_uuid
    if body.was_sent("collection_uuids"):
        post.collections = tuple(body.collection_uuids or ())
    if body.was_sent("publish_at"):
        _reschedule(call, post, body)
    return post_row(call, post)


def _reschedule(call: Call, post: Post, body: PostChange) -> None:
    if post.published_at is not None:
        raise invalid("publishAt: the post is already published")
    if body.publish_at is None or body.publish_at <= call.now:
        post.publish_at, post.published_at = None, call.now
    else:
        post.publish_at = body.publish_at


def delete_post(call: Call) -> None:
    call.desk.posts.remove(require_post(call))


def pin_post(call: Call) -> Shown:
    post = require_post(call)
    if post.published_at is None:
        raise invalid("A scheduled post cannot be pinned")
    post.pinned_at = call.now
    return post_row(call, post)


def unpin_post(call: Call) -> Shown:
    post = require_post(call)
    post.pinned_at = None
    return post_row(call, post)


def repost_post(call: Call) -> Shown:
    post = require_post(call)
    if post.published_at is None:
        raise invalid("A scheduled post cannot be reposted")
    post.published_at = call.now
    return post_row(call, post)


READ, WRITE = ("read:post",), ("write:post",)
ONE = "/posts/{uuid}"
OPERATIONS = (
    Operation("getPosts", "GET", "/posts", READ, get_posts, query=PostsAsked, twin="getCreatorPosts"),
    Operation(
        "createPost",
        "POST",
        "/posts",
        WRITE,
        create_post,
        201,
        body=NewPost,
        twin="createCreatorPost",
        twin_scope="write:creator",
    ),
    Operation("getPostByUuid", "GET", ONE, READ, get_post),
    Operation(
        "updatePost",
        "PATCH",
        ONE,
        WRITE,
        update_post,
        body=PostChange,
        twin="updateCreatorPost",
        twin_scope="write:creator",
    ),
    Operation(
        "deletePost", "DELETE", ONE, WRITE, delete_post, 204, twin="deleteCreatorPost", twin_scope="write:creator"
    ),
    Operation("pinPost", "POST", f"{ONE}/pin", WRITE, pin_post, twin="pinCreatorPost", twin_scope="write:creator"),
    Operation(
        "unpinPost", "DELETE", f"{ONE}/pin", WRITE, unpin_post, twin="unpinCreatorPost", twin_scope="write:creator"
    ),
    Operation(
        "repostPost",
        "POST",
        f"{ONE}/repost",
        WRITE,
        repost_post,
        twin="repostCreatorPost",
        twin_scope="write:creator",
    ),
)
