"""What people do with posts: comments, likes, tips; and the collections that posts are sorted into."""

from typing import Annotated

from pydantic import Field

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world.records import Comment, NamedGroup, fresh_uuid

from .answers import not_found
from .operation import Call, Operation
from .paging import Shown
from .posts import require_post
from .reading import Body, Paged
from .shapes import fan_user

MAX_COMMENT = 5000


class NewComment(Body):
    text: Annotated[str, Field(min_length=1, max_length=MAX_COMMENT)]


class CollectionName(Body):
    label: Annotated[str, Field(min_length=1, max_length=100)]


def get_comments(call: Call) -> Shown:
    return call.list(require_post(call).comments, lambda row: _comment(call, row))


def _comment(call: Call, row: Comment) -> Shown:
    fan = call.desk.fans.get(row.user.uuid) if row.user else None
    user = None
    if row.user is not None:
        user = {
            "uuid": row.user.uuid,
            "handle": row.user.handle,
            "displayName": row.user.display_name,
            "nickname": fan.nickname if fan else None,
            "isTopSpender": fan.is_top_spender if fan else False,
        }
    return {**_created(row), "user": user}


def _created(row: Comment) -> Shown:
    return {"uuid": row.uuid, "text": row.text, "createdAt": stamp(row.created_at), "updatedAt": None}


def create_comment(call: Call) -> Shown:
    post = require_post(call)
    row = Comment(fresh_uuid(), call.body.text, call.now, call.desk.owner)
    post.comments.insert(0, row)
    return _created(row)


def delete_comment(call: Call) -> None:
    post = require_post(call)
    for row in post.comments:
        if row.uuid == call.path["commentUuid"]:
            post.comments.remove(row)
            return
    raise not_found("Comment")


def get_likes(call: Call) -> Shown:
    rows = require_post(call).likes
    return call.list(rows, lambda like: {"createdAt": stamp(like[0]), "user": fan_user(call, like[1])})


def get_tips(call: Call) -> Shown:
    rows = sorted(require_post(call).tips, key=lambda sale: sale.at, reverse=True)
    return call.list(
        rows,
        lambda sale: {
            "createdAt": stamp(sale.at),
            "gross": sale.gross,
            "net": sale.net,
            "user": fan_user(call, call.desk.fans[sale.fan_uuid]) if sale.fan_uuid else None,
        },
    )


def list_collections(call: Call) -> Shown:
    return call.list(call.desk.collections, _collection)


def _collection(row: NamedGroup) -> Shown:
    return {"uuid": row.uuid, "label": row.name, "createdAt": stamp(row.created_at)}


def create_collection(call: Call) -> Shown:
    row = NamedGroup(fresh_uuid(), call.body.label, call.now)
    call.desk.collections.insert(0, row)
    return _collection(row)


def _require_collection(call: Call) -> NamedGroup:
    for row in call.desk.collections:
        if row.uuid == call.path["uuid"]:
            return row
    raise not_found("Collection")


def rename_collection(call: Call) -> None:
    _require_collection(call).name = call.body.label


def delete_collection(call: Call) -> None:
    call.desk.collections.remove(_require_collection(call))


READ, WRITE = ("read:post",), ("write:post",)
ONE = "/posts/{uuid}"
COLLECTION = "/collections/{uuid}"
OPERATIONS = (
    Operation(
        "getPostComments", "GET", f"{ONE}/comments", READ, get_comments, query=Paged, twin="getCreatorPostComments"
    ),
    Operation(
        "createPostComment",
        "POST",
        f"{ONE}/comments",
        WRITE,
        create_comment,
        201,
        body=NewComment,
        twin="createCreatorPostComment",
        twin_scope="write:creator",
    ),
    Operation(
        "deletePostComment",
        "DELETE",
        f"{ONE}/comments/{{commentUuid}}",
        WRITE,
        delete_comment,
        204,
        twin="deleteCreatorPostComment",
        twin_scope="write:creator",
    ),
    Operation("getPostLikes", "GET", f"{ONE}/likes", READ, get_likes, query=Paged),
    Operation("getPostTips", "GET", f"{ONE}/tips", READ, get_tips, query=Paged),
    Operation("listCollections", "GET", "/collections", READ, list_collections, query=Paged),
    Operation("createCollection", "POST", "/collections", WRITE, create_collection, 201, body=CollectionName),
    Operation("renameCollection", "PATCH", COLLECTION, WRITE, rename_collection, 204, body=CollectionName),
    Operation("deleteCollection", "DELETE", COLLECTION, WRITE, delete_collection, 204),
)
