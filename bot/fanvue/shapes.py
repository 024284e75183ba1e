"""Shapes that several chapters share; unknown fields are ignored and optional ones may be missing or null."""

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")

MAX_CENTS = 10**13


class Instant(datetime):
    """A moment (aware, UTC), read leniently: full timestamps, other offsets, bare days, no offset at all."""

    @classmethod
    def parse(cls, text: str) -> "Instant":
        """Raises ``ValueError`` for what is no moment."""
        try:
            moment = datetime.fromisoformat(text)
            aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except OverflowError:
            raise ValueError("out of range") from None
        return cls.fromisoformat(aware.isoformat())


class Cents(int):
    """Money in minor units; fractions of a cent, which shares can have, are rounded to even."""

    @classmethod
    def parse(cls, number: object) -> "Cents":
        """Raises ``ValueError`` for what is no amount."""
        if isinstance(number, bool) or not isinstance(number, int | float) or abs(number) > MAX_CENTS:
            raise ValueError("not an amount")
        return cls(round(number))


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
    has_more: bool = False


class Page(Shape, Generic[T], frozen=True, kw_only=True):
    """One piece of a list, in any of the paging styles."""

    data: list[T]
    pagination: Pagination | None = None
    next_cursor: str | None = None
    date_filter: str | dict[str, Any] | None = None
    """Messages on ``/v1``: what to give back to get the next older piece."""
    total: int | None = None


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


class Amounts(Shape, frozen=True, kw_only=True):
    """USD cents: paid by fans, and the creator's share of it before reversals."""

    gross: Cents = Cents(0)
    net: Cents = Cents(0)


class KeyProblem(Shape, frozen=True, kw_only=True):
    """Why one of several things asked for is missing: NOT_FOUND, NOT_IN_MESSAGE, INTERNAL, ..."""

    code: str = ""
    media_uuid: str = ""
    fan_uuid: str = ""


def decode_hook(wanted: type, value: object) -> object:
    """Reads the types that JSON does not know."""
    if wanted is Cents:
        return Cents.parse(value)
    if wanted is Instant and isinstance(value, str):
        return Instant.parse(value)
    raise ValueError("not of the type expected")
