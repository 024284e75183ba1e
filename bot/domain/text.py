"""Making other people's words inert, in linear time."""

import re
import unicodedata
from collections.abc import Collection, Sequence

LINK = re.compile(r"(h)(ttps?)", re.IGNORECASE)
ZERO_WIDTH_SPACE = "\u200b"
JOINER = "\u200d"
"""Holds the parts of one emoji together."""
MAX_MARKS_PER_CHARACTER = 2
INERT = {ord(sign): f"\\{sign}" for sign in r"\`*_~|<>[]#:@-"}
MARKS = frozenset({"Mn", "Me"})
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def escape(text: str) -> str:
    """Text that shows as it is: no markdown, mention, link, direction trick or stacked marks; linear in its length."""
    if text.isascii() and text.replace(" ", "").isalnum() and not LINK.search(text):
        return text
    return LINK.sub(rf"\1{ZERO_WIDTH_SPACE}\2", clean(text).translate(INERT))


def clean(text: str) -> str:
    """The text without control characters, direction marks and stacks of combining marks; new lines stay.

    Nothing unseen between two marks makes a new stack of them.
    """
    categories = {character: unicodedata.category(character) for character in set(text)}
    unseen = [one for one, category in categories.items() if category in UNSEEN and one not in {"\n", JOINER}]
    if unseen:
        text = text.translate(dict.fromkeys(map(ord, unseen)))
    marks = {character for character, category in categories.items() if category in MARKS}
    return _unstacked(text, marks) if marks else text


def _unstacked(text: str, marks: Collection[str]) -> str:
    kept: list[str] = []
    height = 0
    for character in text:
        if character in marks:
            height += 1
        elif character != JOINER:
            height = 0
        if height <= MAX_MARKS_PER_CHARACTER:
            kept.append(character)
    return "".join(kept)


def name(text: str, limit: int = 40) -> str:
    """A name for one line: inert, no new lines, at most ``limit`` characters before escaping."""
    return escape(shorten(" ".join(clean(text).split()), limit)) or "someone"


def plain_name(text: str, limit: int = 40) -> str:
    """A name for places that know no markdown (labels, footers, pictures): cleaned and shortened only."""
    return shorten(" ".join(clean(text).split()), limit) or "someone"


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, with an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def fit(text: str, limit: int) -> str:
    """The text made inert, at most ``limit`` characters after that, with an ellipsis where something was cut."""
    return _cut(escape(shorten(text, limit)), limit)


def quoted(text: str, limit: int) -> str:
    """The same as a quotation: each line is marked, and the marks count."""
    return _cut("> " + escape(shorten(text, limit)).replace("\n", "\n> "), limit)


def _cut(inert: str, limit: int) -> str:
    if len(inert) <= limit:
        return inert
    kept = inert[: limit - 1]
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept[: len(kept) - backslashes % 2] + "…"


def fitting(parts: Sequence[str], limit: int, between: str = "\n") -> str:
    """As many whole parts as fit, and how many more there are."""
    whole = between.join(parts)
    if len(whole) <= limit:
        return whole
    shown, room = 0, limit - len(f"{between}and {len(parts):,} more")
    while shown < len(parts) and (room := room - len(parts[shown]) - len(between) * bool(shown)) >= 0:
        shown += 1
    return between.join([*parts[:shown], f"and {len(parts) - shown:,} more"])
