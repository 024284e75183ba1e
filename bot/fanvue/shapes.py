"""Shapes that several chapters share; unknown fields are ignored and optional ones may be missing or null."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Generic, NewType, TypeAlias, TypeVar

import msgspec

from bot.domain.accounts import FanId
from bot.domain.events import Fan

T = TypeVar("T")

MAX_CENTS = 10**13


if TYPE_CHECKING:
    Instant: TypeAlias = datetime
    Cents = NewType("Cents", int)
else:
    Instant = Annotated[datetime, msgspec.Meta(tz=True)]
    """A moment (aware, UTC); other offsets, bare days and no offset at all are read too, see ``lenient``."""
    Cents = NewType("Cents", Annotated[int, msgspec.Meta(ge=-MAX_CENTS, le=MAX_CENTS)])
    """Money in minor units; fractions of a cent, which shares can have, are rounded to even."""


def instant_of(text: str) -> datetime:
    """A moment (aware, UTC), read leniently. Raises ``ValueError`` for what is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


class Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of an answer; prints as its name alone, since it holds people's words."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    @property
    def identity(self) -> str | None:
        """What tells rows of a list apart; ``None`` where nothing does."""
        found = getattr(self, "uuid", None)
        return found if isinstance(found, str) else None


class Pagination(Shape, frozen=True, kw_only=True):
    """Where a numbered page stands."""

    page: int = 1
    size: int = 0
    """Records in this answer."""
    has_more: bool | None = False
    """``None`` where Fanvue does not say."""


class Page(Shape, Generic[T], frozen=True, kw_only=True):
    """One piece of a list, in any of the paging styles."""

    data: list[T]
    pagination: Pagination | None = None
    next_cursor: str | int | None = None
    date_filter: str | dict[str, Any] | None = None
    """Messages on ``/v1``: what to give back to get the next older piece."""


class FanUser(Shape, frozen=True, kw_only=True):
    """A person as lists show them; names are their own words."""

    uuid: str
    handle: str = ""
    display_name: str = ""
    nickname: str | None = None
    """The creator's own name for them."""
    is_top_spender: bool = False
    avatar_url: str | None = None
    registered_at: Instant | None = None

    @property
    def fan(self) -> Fan:
        """Whom it shows, by the creator's own name for them where there is one."""
        return Fan(FanId(self.uuid), self.handle, self.nickname or self.display_name)


class Amounts(Shape, frozen=True, kw_only=True):
    """USD cents: paid by fans, and the creator's share of it before reversals."""

    gross: Cents = Cents(0)
    net: Cents = Cents(0)


class KeyProblem(Shape, frozen=True, kw_only=True):
    """Why one of several things asked for is missing: NOT_FOUND, NOT_IN_MESSAGE, INTERNAL, ..."""

    code: str = ""
    media_uuid: str = ""
    fan_uuid: str = ""
