"""What a call to Fanvue can end in.

FanvueError
├── UnauthorizedError        401: the access token is not accepted (any more)
├── ForbiddenError           403: a scope is missing, or the account may not do this
├── NotFoundError            404: no such thing, no such conversation, or somebody else's
├── InvalidRequestError      400 and its kin: refused, with Fanvue's reasons
├── ConflictError            409: the name is taken
├── VersionRetiredError      410: this client is too old for the API
├── RateLimitedError         a limit, theirs or our own count of it; says until when
├── ServerError              5xx: Fanvue answered that it is broken
├── UnreachableError         no byte of the request left: certainly not done
├── AnswerLostError          sent, but no (whole) answer: for a write the outcome is unknown
├── UnexpectedAnswerError    answered in a shape we do not know
└── OAuthError               the token address refused, with a code from a closed set
    ├── GrantDeadError       the code or refresh token is spent, withdrawn or never was
    └── ClientRefusedError   our own client id or secret is not accepted

No message and no representation holds a token, a header, a body or a person's data: operation ids, statuses,
our own field names and instants only. What Fanvue said in words stands in attributes that nothing prints.
"""

from datetime import datetime
from enum import StrEnum


class FanvueError(Exception):
    """The root; ``operation_id`` is the call it happened in."""

    def __init__(self, operation_id: str, what: str) -> None:
        super().__init__(f"{operation_id}: {what}")
        self.operation_id = operation_id


class UnauthorizedError(FanvueError):
    """The access token is missing, malformed, expired or withdrawn."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(operation_id, "access token not accepted")


class ForbiddenError(FanvueError):
    """A scope is missing or the account may not do this; ``reason`` is Fanvue's wording, cleaned and short."""

    def __init__(self, operation_id: str, reason: str = "") -> None:
        super().__init__(operation_id, "forbidden")
        self.reason = reason


class NotFoundError(FanvueError):
    """No such thing for this account; ``reason`` is Fanvue's wording, cleaned and short."""

    def __init__(self, operation_id: str, reason: str = "") -> None:
        super().__init__(operation_id, "not found")
        self.reason = reason


class InvalidRequestError(FanvueError):
    """Fanvue refused the request; ``reasons`` are its own words without what was sent, cleaned and short."""

    def __init__(self, operation_id: str, reasons: tuple[str, ...] = (), status: int = 400) -> None:
        super().__init__(operation_id, f"refused with {status}")
        self.reasons = reasons
        self.status = status


class ConflictError(FanvueError):
    """A name is already taken; ``reasons`` as in ``InvalidRequestError``."""

    def __init__(self, operation_id: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(operation_id, "conflict")
        self.reasons = reasons


class VersionRetiredError(FanvueError):
    """The API version this client speaks is gone; ``next_version`` is what Fanvue names instead, if it does."""

    def __init__(self, operation_id: str, next_version: str = "") -> None:
        super().__init__(operation_id, "API version retired")
        self.next_version = next_version


class RateLimitedError(FanvueError):
    """No slot before ``until`` (aware, UTC); nothing was done."""

    def __init__(self, operation_id: str, until: datetime) -> None:
        super().__init__(operation_id, f"rate limited until {until.isoformat(timespec='seconds')}")
        self.until = until


class ServerError(FanvueError):
    """Fanvue answered with a 5xx; whether a write was done is not certain."""

    def __init__(self, operation_id: str, status: int) -> None:
        super().__init__(operation_id, f"server error {status}")
        self.status = status


class UnreachableError(FanvueError):
    """No connection came about; the request never left."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(operation_id, "not reachable")


class AnswerLostError(FanvueError):
    """The request left, the answer did not come (whole); a write may or may not have been done."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(operation_id, "answer lost")


class UnexpectedAnswerError(FanvueError):
    """The answer has the wrong type or is garbage; ``field`` is the place, in our names for it, never the payload."""

    def __init__(self, operation_id: str, field: str) -> None:
        super().__init__(operation_id, f"unexpected answer at {field}")
        self.field = field


class OAuthCode(StrEnum):
    """The error codes of the token address that are told apart."""

    INVALID_GRANT = "invalid_grant"
    TOKEN_INACTIVE = "token_inactive"  # noqa: S105 - a code of the standard's, no secret
    INVALID_CLIENT = "invalid_client"
    INVALID_REQUEST = "invalid_request"
    INVALID_SCOPE = "invalid_scope"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    ACCESS_DENIED = "access_denied"
    OTHER = "other"


class OAuthError(FanvueError):
    """The token address refused; ``code`` says why."""

    def __init__(self, operation_id: str, code: OAuthCode) -> None:
        super().__init__(operation_id, f"refused: {code.value}")
        self.code = code


class GrantDeadError(OAuthError):
    """The code or refresh token is not (any longer) good: only authorising again helps."""


class ClientRefusedError(OAuthError):
    """Client id or secret are wrong: the operator has to look."""
