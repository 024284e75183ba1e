"""Reading what is written otherwise than agreed: moments without zone, fractions of a cent, nulls. Pure.

Answers are read by msgspec's own types at full speed. Only what those refuse comes here: the places it complains of are
mended, all rows of a list at once, and it is asked again.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from bot.fanvue.shapes import MAX_CENTS, instant_of

T = TypeVar("T")
LeftOut = Callable[[str], object]

MOST_MENDED = 30
"""Fields of one answer; a row's field is mended in every row."""
PLACE = re.compile(r" - at `\$?\.?([^`]*)`$")
MISSING = re.compile(r"missing required field `(\w+)`")
ROW = re.compile(r"(?:data)?\[(\d+)\]")
NULL = re.compile(r"Expected `(?:str|bool)`, got `null`|Expected `(?:object|array)`, got `null` - at `\$\.data\[")
"""No numbers, and no objects but those of a list's rows: an amount that is null is not nothing."""
OPTIONAL = re.compile(r"Expected `[^`]* \| null`, got `(array|object|str|int|float|bool)`")
TYPES = {"array": list, "object": dict, "str": str, "int": int, "float": float, "bool": bool}
STEP = re.compile(r"[^.\[\]]+|\[[^\]]*\]")
FIRST_MOMENT = re.compile(rb"T\d\d:\d\d[\d:.]{0,20}([Z+-])")
OFFSET = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]{0,20}[+-]\d\d:?\d\d)"')


def with_utc(body: bytes) -> bytes:
    """The body with moments of other offsets written in UTC.

    Looked for only where the first moment or a plus sign hints at one: that costs nothing with what Fanvue writes.
    """
    first = FIRST_MOMENT.search(body)
    is_plain = b"+" not in body and (first is None or first[1] == b"Z")
    return body if is_plain else OFFSET.sub(_in_utc, body)


def well_formed(body: bytes) -> bytes:
    """The same JSON without halves of characters, which a text cut in the middle of an emoji ends with.

    ValueError or RecursionError for what is no JSON.
    """
    value = json.loads(body.decode(), strict=False)
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")


def mended(
    body: bytes,
    wanted: type[T],
    complaint: msgspec.ValidationError,
    left_out: LeftOut | None = None,
    *,
    fills_gaps: bool = False,
) -> T:
    """The answer after mending; the last complaint is raised when nothing more can be mended.

    If there is ``left_out``, rows of a page, or parts of a map, that cannot be mended are left out as long as others
    are left: it is told why. With ``fills_gaps`` what may be null and is of another type is null.
    """
    value, reasons = msgspec.json.decode(body), list[str]()
    for _ in range(MOST_MENDED):
        if not (_mend(value, str(complaint)) or (fills_gaps and _empty(value, str(complaint)))):
            if left_out is None or not _leave_out(value, wanted, str(complaint)):
                break
            reasons.append(ROW.sub("data[]", field_of(str(complaint))))
        try:
            found = msgspec.convert(value, wanted)
        except msgspec.ValidationError as error:
            complaint = error
        else:
            if left_out is not None:
                for reason in reasons:
                    left_out(reason)
            return found
    raise complaint


def field_of(complaint: str) -> str:
    """The field complained of, in our names for it."""
    place, missing = PLACE.search(complaint), MISSING.search(complaint)
    parts = [place[1] if place else "", missing[1] if missing else ""]
    return ".".join(part for part in parts if part) or "body"


def _empty(value: Any, complaint: str) -> bool:
    """Whether the field complained of may be null, and is now, in every row where it is of that type.

    What tells where the next page is stays: without it the rest would be missing without a word.
    """
    found, place = OPTIONAL.match(complaint), PLACE.search(complaint)
    if found is None or place is None:
        return False
    *steps, last = STEP.findall(place[1])
    if not steps:
        return False
    for holder in _holders(value, steps):
        for key in _keys(holder, last):
            if type(holder[key]) is TYPES[found[1]]:
                holder[key] = None
    return True


def _leave_out(value: Any, wanted: Any, complaint: str) -> bool:
    """Whether the row complained of could be left out; of a map, whatever cannot be read."""
    place = field_of(complaint)
    if place.startswith("[...]"):
        for key in [key for key, row in value.items() if not _is_readable({key: row}, wanted)]:
            del value[key]
        return bool(value)
    row = ROW.match(place)
    if row is None:
        return False
    rows = value["data"] if isinstance(value, dict) else value
    if len(rows) == 1:
        return False
    del rows[int(row[1])]
    return True


def _is_readable(value: Any, wanted: Any) -> bool:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True


def _in_utc(found: re.Match[bytes]) -> bytes:
    try:
        return b'"' + instant_of(found[1].decode()).isoformat().encode() + b'"'
    except ValueError:
        return found[0]


def _mend(value: Any, complaint: str) -> bool:
    """Whether anything could be changed where the complaint points to."""
    place, repair = PLACE.search(complaint), _repair(complaint)
    steps = STEP.findall(place[1]) if place else []
    if repair is None or not steps:
        return False
    has_changed = False
    for holder in _holders(value, steps[:-1]):
        for key in _keys(holder, steps[-1]):
            has_changed |= _put(holder, key, repair(holder[key]))
    return has_changed


def _put(holder: Any, key: Any, fresh: object | None) -> bool:
    """Whether that changes anything."""
    if fresh is msgspec.UNSET and isinstance(holder, dict):
        del holder[key]
        return True
    if fresh is None or fresh is msgspec.UNSET:
        return False
    holder[key] = fresh
    return True


def _repair(complaint: str) -> Callable[[object], object | None] | None:
    if complaint.startswith("Expected `int") and "got `float`" in complaint:
        return _whole
    if complaint.startswith(("Invalid RFC3339 encoded datetime", "Expected `datetime` with a timezone")):
        return _moment
    if NULL.match(complaint):
        return _missing
    return None


def _whole(number: object) -> int | None:
    return round(number) if isinstance(number, float) and abs(number) <= MAX_CENTS else None


def _missing(field: object) -> object | None:
    """What is null reads as if it were not there; whether it may be missing, the shape says."""
    return msgspec.UNSET if field is None else None


def _moment(text: object) -> object | None:
    try:
        return instant_of(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _holders(value: Any, steps: list[str]) -> Iterator[Any]:
    """Everything a path leads to, each index standing for all of them."""
    if not steps:
        yield value
        return
    for key in _keys(value, steps[0]):
        yield from _holders(value[key], steps[1:])


def _keys(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value) if step.startswith("[") else [step] if step in value else []
    return list(range(len(value))) if isinstance(value, list) and step.startswith("[") else []
