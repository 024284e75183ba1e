"""How a call is refused: Fanvue has no single error envelope."""

from collections.abc import Mapping


class RefusedError(Exception):
    """The call ends here with a status and a JSON body."""

    def __init__(self, status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def message(status: int, text: str) -> RefusedError:
    return RefusedError(status, {"message": text})


def error(status: int, text: str) -> RefusedError:
    return RefusedError(status, {"error": text})


def invalid(*sentences: str) -> RefusedError:
    """400 with the list that validation answers."""
    return RefusedError(400, {"errors": list(sentences)})


def not_found(what: str) -> RefusedError:
    return message(404, f"{what} not found")


class PlainText(str):
    """An answer that is text, not JSON."""

    __slots__ = ()
