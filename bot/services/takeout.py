"""What somebody takes along: their own, with other people in it only as "person 1", "fan 2"."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain.accounts import DiscordUserId
from bot.domain.errors import BadInputError

Rows = list[dict[str, Any]]
Stored = Mapping[str, Sequence[Mapping[str, Any]]]

NAME = "my-data"
ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[^\W_]+")
"""What an id can be inside a longer text: each is looked up once, however many people there are."""

PLACES = frozenset(
    {
        "card_message",
        "channel",
        "channel_id",
        "delivery_id",
        "event_id",
        "forum_id",
        "guild",
        "id",
        "message_id",
        "role",
    }
)
"""Numbers that name no person; a long number anywhere else is taken for one."""
SNOWFLAKE = 10**12
CREATORS = frozenset({"account_id", "creator_id"})
FANS = frozenset({"fan_id"})
NAMES = {"answered_name": "answered_by"}
"""Names, and whose they are: left out when they are somebody else's."""


def packed(person: DiscordUserId, data: Stored, most_bytes: int) -> tuple[str, bytes]:
    """The file's name and its bytes: JSON, compressed when it is larger than ``most_bytes``.

    BadInputError when it is too large even so. Takes seconds for a hundred thousand rows.
    """
    content = json.dumps(Takeout(person, data).rows(), default=str, indent=1).encode()
    if len(content) <= most_bytes:
        return f"{NAME}.json", content
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{NAME}.json", content)
    if held.tell() > most_bytes:
        raise BadInputError("It is more than a message here can hold. Ask whoever runs this bot for your data.")
    return f"{NAME}.zip", held.getvalue()


class Takeout:
    """Replaces everybody but one person, the same way throughout."""

    def __init__(self, person: DiscordUserId, data: Stored) -> None:
        self._person = person
        self._data = data
        own = (*data.get("connections", ()), *data.get("creators", ()))
        self._own_creators = {str(row["creator_id"]) for row in own}
        self._stand_ins: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._odd: list[str] = []
        """Ids of another form than Fanvue's and Discord's."""

    def rows(self) -> dict[str, Rows]:
        """Everything, by subject."""
        named = {subject: [dict(self._row(row)) for row in rows] for subject, rows in self._data.items()}
        self._odd = [known for known in self._stand_ins if not ID.fullmatch(known)]
        return {
            subject: [{column: self._inside(value) for column, value in row.items()} for row in rows]
            for subject, rows in named.items()
        }

    def _row(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for column, value in row.items():
            if column in NAMES and row.get(NAMES[column]) != self._person:
                continue
            yield column, self._value(column, value, row)

    def _value(self, column: str, value: Any, row: Mapping[str, Any]) -> Any:
        if column in FANS or (column == "value" and row.get("subject") == "fan"):
            return value and self._stand_in("fan", value)
        if column in CREATORS:
            return value if value is None or str(value) in self._own_creators else self._stand_in("creator", value)
        if column == "target" and row.get("place_kind") != "dm":
            return value
        if _is_person(column, value) and int(value) != self._person:
            return self._stand_in("person", value)
        return value

    def _inside(self, value: Any) -> Any:
        """The same people inside longer texts, such as a place's key."""
        if not isinstance(value, str):
            return value
        value = ID.sub(lambda found: self._stand_ins.get(found[0], found[0]), value)
        for known in self._odd:
            value = value.replace(known, self._stand_ins[known])
        return value

    def _stand_in(self, kind: str, value: Any) -> str:
        key = str(value)
        if key not in self._stand_ins:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            self._stand_ins[key] = f"{kind} {self._numbers[kind]}"
        return self._stand_ins[key]


def _is_person(column: str, value: Any) -> bool:
    if column in PLACES or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and int(value) > SNOWFLAKE
    return isinstance(value, int) and value > SNOWFLAKE
