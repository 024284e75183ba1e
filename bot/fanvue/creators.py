"""The creators an agency member manages."""

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Page, Shape
from bot.fanvue.wire import Call, Operation

LIST_CREATORS = Operation("listCreators", "GET", "/creators", frozenset({Scope.READ_CREATOR}), is_exact=True)


class ManagedCreator(Shape, frozen=True, kw_only=True):
    """A creator this account may act for."""

    uuid: str
    handle: str = ""
    display_name: str = ""
    nickname: str | None = None


def list_creators(*, size: int = 50) -> Call[Page[ManagedCreator]]:
    """``listCreators``: empty for an account without an agency; ``size`` 1-50."""
    return LIST_CREATORS.call(Page[ManagedCreator], query={"size": size})
