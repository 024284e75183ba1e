"""The pages people see in a browser: templates and one stylesheet, everything from outside escaped."""

import unicodedata
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.text import plain_name

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
NAME_LIMIT = 60


class Pages:
    """Renders pages; a value that a page needs and does not get is an error, never a blank."""

    def render(self, page: str, /, **values: Any) -> str:
        """The HTML of a page by its file name, such as ``go_on.html``."""
        return _templates().get_template(page).render(values)

    @cached_property
    def stylesheet(self) -> bytes:
        """The one stylesheet, linked by every page at ``/pages/style.css``."""
        return (FOLDER / "style.css").read_bytes()


@cache
def _templates() -> "Environment":
    """Compiled once in a process."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - not before the first page

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["name"] = _name
    environment.filters["monogram"] = _monogram
    return environment


def _name(text: object) -> str:
    return plain_name(str(text), NAME_LIMIT)


def _monogram(text: object) -> str:
    """One letter to stand for a picture."""
    letters = (letter for letter in _name(text) if unicodedata.category(letter)[0] in "LN")
    return next(letters, "?").upper()[:1]
