"""Discord's error answers: a status, a code and the sentence that goes with them."""

from typing import Any

SENTENCES: dict[int, tuple[int, str]] = {
    0: (500, "500: Internal Server Error"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30032: (400, "Maximum number of application commands reached"),
    30046: (400, "Maximum number of edits to messages older than 1 hour reached. Try again later."),
    40001: (401, "Unauthorized"),
    40002: (403, "You need to verify your account in order to perform this action."),
    40003: (403, "You are opening direct messages too fast"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40094: (400, "Maximum number of follow-up messages for this interaction reached"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
}


class ApiError(Exception):
    """A refusal as Discord words it; `errors` is the tree that comes with code 50035."""

    def __init__(self, code: int, *, status: int | None = None, errors: dict[str, Any] | None = None) -> None:
        known_status, sentence = SENTENCES.get(code, (400, f"Error {code}"))
        super().__init__(sentence)
        self.code = code
        self.status = known_status if status is None else status
        self.errors = errors

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": str(self), "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class FormError(ApiError):
    """Code 50035, collected path by path (`embeds.0.title`)."""

    def __init__(self, *problems: tuple[str, str, str]) -> None:
        super().__init__(50035, errors=_tree(problems))


def _tree(problems: tuple[tuple[str, str, str], ...]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, code, message in problems:
        node = root
        for step in path.split("."):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})
    return root


class PlayError(Exception):
    """A person tried what no Discord client would let them do; a mistake in the script, or in the bot's messages."""
