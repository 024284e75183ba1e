"""Equal desks at a fraction of the price: two years are made once and copied for every world that begins with them."""

from collections.abc import Mapping
from io import BytesIO
from pickle import Pickler, Unpickler
from typing import Any

from .desk import Desk
from .records import Message, Sale, User
from .sales import SalesBook

BOOK = "book"
Shared = Sale | Message


class Mould:
    """Gives copies of a desk. They share sales and settled messages, which nobody changes, and no more."""

    def __init__(self, desk: Desk) -> None:
        self._book = desk.sales
        messages = (message for chat in desk.chats.values() for message in chat.messages if message.is_settled)
        self._shared = [*desk.sales.between(None, None), *messages]
        form = BytesIO()
        _Writer(form, self._shared).dump(desk)
        self._form = form.getvalue()

    def cast(self, users: Mapping[str, User]) -> Desk:
        """A desk of a world with these users, by their uuids."""
        desk: Desk = _Reader(self._form, self._book, self._shared, users).load()
        return desk


class _Writer(Pickler):
    """Leaves out what copies do not get one of their own of."""

    def __init__(self, form: BytesIO, shared: list[Shared]) -> None:
        super().__init__(form, protocol=5)
        self._numbers = {id(one): number for number, one in enumerate(shared)}

    def persistent_id(self, item: Any) -> str | int | None:
        match item:
            case User():
                return item.uuid
            case Sale() | Message():
                return self._numbers.get(id(item))
            case SalesBook():
                return BOOK
        return None


class _Reader(Unpickler):
    def __init__(self, form: bytes, book: SalesBook, shared: list[Shared], users: Mapping[str, User]) -> None:
        super().__init__(BytesIO(form))
        self._book, self._shared, self._users = book, shared, users

    def persistent_load(self, key: str | int) -> User | Shared | SalesBook:
        if isinstance(key, int):
            return self._shared[key]
        return self._book.copy() if key == BOOK else self._users[key]
