"""The values of a statement of plain SQL, each under a name of its own."""

from collections.abc import Iterable
from typing import Any


class Named(dict[str, Any]):
    """Gives each value a name, and returns the place in the statement that stands for it."""

    def one(self, value: Any) -> str:
        """The place of a value."""
        name = f"v{len(self)}"
        self[name] = value
        return f":{name}"

    def each(self, values: Iterable[Any]) -> str:
        """The places of several, in parentheses."""
        return f"({', '.join(map(self.one, values))})"
