"""Making other people's words inert, in linear time."""

import re
import unicodedata

MARKDOWN = re.compile(r"([\\`*_~|<>\[\]#:@-])")
LINK = re.compile(r"(h)(ttps?)", re.IGNORECASE)
ZERO_WIDTH_SPACE = "\u200b"
MAX_MARKS_PER_CHARACTER = 2


def escape(text: str) -> str:
    """Text that shows as it is: no markdown, mention, link, direction trick or stacked marks; linear in its length."""
    return LINK.sub(rf"\1{ZERO_WIDTH_SPACE}\2", MARKDOWN.sub(r"\\\1", clean(text)))


def clean(text: str) -> str:
    """The text without control characters, direction marks and stacks of combining marks; new lines stay."""
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > MAX_MARKS_PER_CHARACTER:
            continue
        if category in {"Cc", "Cf", "Cs", "Co", "Cn"} and character not in "\n\u200d":
            continue
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
    inert = escape(shorten(text, limit))
    if len(inert) <= limit:
        return inert
    kept = inert[: limit - 1]
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept[: len(kept) - backslashes % 2] + "…"
