"""Reading what webhooks carry: nothing in them is trusted to be there or to be of its type. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.accounts import FanId
from bot.domain.events import Fan
from bot.domain.money import Money
from bot.fanvue.shapes import instant_of

MAX_TEXT_LENGTH = 10_000
MAX_NAME_LENGTH = 200
MAX_MINOR = 10**12
MAX_NUMERIC_ID = 10**18
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST_AFTER = timedelta(days=1)
IDENTIFIER = re.compile(r"[!-~]{1,100}")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CURRENCY = re.compile(r"[A-Za-z]{3}")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, repr=False)
class Payload:
    """A JSON object read field by field; what is missing or of another type reads as empty."""

    fields: Mapping[str, Any]

    def __repr__(self) -> str:
        return "Payload(…)"

    def has(self, *names: str) -> bool:
        """Whether one of the fields is there and not null."""
        return any(self.fields.get(name) is not None for name in names)

    def mentions(self, name: str) -> bool:
        """Whether the field is there, be it null."""
        return name in self.fields

    def child(self, *names: str) -> "Payload":
        """The first of these that is an object; an empty one otherwise."""
        found = (self.fields.get(name) for name in names)
        return Payload(next((value for value in found if isinstance(value, dict)), {}))

    def text(self, name: str) -> str:
        """A text that can be stored anywhere, of bounded length."""
        value = self.fields.get(name)
        return UNSTORABLE.sub("", value[:MAX_TEXT_LENGTH]) if isinstance(value, str) else ""

    def id(self, *names: str) -> str:
        """The first of these that is an identifier: printable ASCII, uuids in lower case."""
        return next((found for found in map(self._id, names) if found), "")

    def flag(self, name: str) -> bool:
        """Whether the field says true."""
        return self.fields.get(name) is True

    def has_media(self, *names: str) -> bool:
        """Whether a flag is set or a list has something in it."""
        return any(self.fields.get(name) is True or _is_filled_list(self.fields.get(name)) for name in names)

    def moment(self, *names: str) -> datetime | None:
        """The first of these that is an instant; aware, UTC."""
        return next((found for found in map(self._moment, names) if found), None)

    def money(self, *names: str, currency: str = "USD") -> Money | None:
        """The first of these that is an amount in minor units."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MAX_MINOR:
                continue
            return Money(round(value), currency)
        return None

    def currency(self) -> str:
        """The currency named, or USD."""
        named = self.fields.get("currency")
        return named.upper() if isinstance(named, str) and CURRENCY.fullmatch(named) else "USD"

    def fan(self) -> Fan | None:
        """The person this object describes; an e-mail address in it is left alone."""
        uuid = self.id("uuid")
        if not uuid:
            return None
        handle = self.text("handle")[:MAX_NAME_LENGTH]
        name = (self.text("display_name") or self.text("displayName"))[:MAX_NAME_LENGTH]
        return Fan(FanId(uuid), handle, name)

    def _id(self, name: str) -> str:
        value = self.fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_NUMERIC_ID:
            return str(value)
        if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
            return ""
        return value.lower() if UUID.fullmatch(value) else value

    def _moment(self, name: str) -> datetime | None:
        value = self.fields.get(name)
        if not isinstance(value, str):
            return None
        try:
            moment = instant_of(value)
        except ValueError:
            return None
        # A plain one: what leaves this room is made of the standard library's types alone.
        return datetime.fromisoformat(moment.isoformat())


def likely(moment: datetime | None, received_at: datetime) -> datetime:
    """The moment, unless it is missing or absurd."""
    if moment is None or not EARLIEST <= moment <= received_at + LATEST_AFTER:
        return received_at
    return moment


def _is_filled_list(value: object) -> bool:
    return isinstance(value, list) and bool(value)
