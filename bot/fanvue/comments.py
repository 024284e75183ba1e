"""What people say about posts, and what they give for them."""

from types import NoneType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, FanUser, Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation

READ = frozenset({Scope.READ_POST})
WRITE = frozenset({Scope.WRITE_POST})
TWIN_WRITE = WRITE | {Scope.WRITE_CREATOR}

GET_COMMENTS = Operation(
    "getPostComments",
    "GET",
    "/posts/{uuid}/comments",
    READ,
    twin_id="getCreatorPostComments",
    twin_scopes=READ | {Scope.READ_CREATOR},
)
CREATE_COMMENT = Operation(
    "createPostComment",
    "POST",
    "/posts/{uuid}/comments",
    WRITE,
    twin_id="createCreatorPostComment",
    twin_scopes=TWIN_WRITE,
)
DELETE_COMMENT = Operation(
    "deletePostComment",
    "DELETE",
    "/posts/{uuid}/comments/{commentUuid}",
    WRITE,
    twin_id="deleteCreatorPostComment",
    twin_scopes=TWIN_WRITE,
)
GET_LIKES = Operation("getPostLikes", "GET", "/posts/{uuid}/likes", READ)
GET_TIPS = Operation("getPostTips", "GET", "/posts/{uuid}/tips", READ)


class Comment(Shape, frozen=True, kw_only=True):
    """A comment; one's own fresh one comes without ``user``."""

    uuid: str
    text: str = ""
    created_at: Instant | None = None
    updated_at: Instant | None = None
    user: FanUser | None = None


class Like(Shape, frozen=True, kw_only=True):
    """That somebody liked a post."""

    created_at: Instant | None = None
    user: FanUser | None = None

    @property
    def identity(self) -> str | None:
        """The person, who can like it once."""
        return self.user.uuid if self.user else None


class PostTip(Shape, frozen=True, kw_only=True):
    """What somebody gave; USD cents."""

    gross: Cents
    net: Cents
    created_at: Instant | None = None
    user: FanUser | None = None


def list_comments(post: str, acting_as: ActingAs = OWN, *, size: int = 50) -> Call[Page[Comment]]:
    """``getPostComments``: ``size`` 1-50."""
    return GET_COMMENTS.call(Page[Comment], acting_as=acting_as, at={"uuid": post}, query={"size": size})


def create_comment(post: str, text: str, acting_as: ActingAs = OWN) -> Call[Comment]:
    """``createPostComment``: at least one character; there are no threads."""
    return CREATE_COMMENT.call(Comment, acting_as=acting_as, at={"uuid": post}, body={"text": text})


def delete_comment(post: str, comment: str, acting_as: ActingAs = OWN) -> Call[None]:
    """``deletePostComment``: removes it for good."""
    return DELETE_COMMENT.call(NoneType, acting_as=acting_as, at={"uuid": post, "commentUuid": comment})


def list_likes(post: str, *, size: int = 50) -> Call[Page[Like]]:
    """``getPostLikes``: ``size`` 1-50."""
    return GET_LIKES.call(Page[Like], at={"uuid": post}, query={"size": size})


def list_tips(post: str, *, size: int = 50) -> Call[Page[PostTip]]:
    """``getPostTips``: ``size`` 1-50."""
    return GET_TIPS.call(Page[PostTip], at={"uuid": post}, query={"size": size})
