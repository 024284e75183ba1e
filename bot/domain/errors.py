"""Everything that can go wrong in words a person understands.

DomainError
├── BadInputError            the person can correct it
├── NotConnectedError        no Fanvue account yet
├── ReconnectNeededError     the grant died
├── ScopeMissingError        the grant lacks a scope
├── PausedError              its owner wants nothing done with the account for now
├── NotAllowedError          no right on that creator
├── OffShiftError            the right is there, the shift is not now
├── PickCreatorError         several creators could be meant
├── DiscordDownError         Discord does not answer
├── UnknownCreatorError      no such creator for this person
├── CardUnknownError         the card is no longer known
├── NotHereError             Discord's own Reply does not send from this place
├── WhichFanError            a reply to cards about several fans
├── DraftMovedError          somebody else decided or changed the draft meanwhile
├── HeldError                somebody else is on this fan
├── FanUnreachableError      Fanvue refuses messages to this fan
├── RefusedByFanvueError     Fanvue refused the content, with a reason
├── GoneError                the thing asked for no longer exists
├── BusyError                a limit; says until when
├── FanvueDownError          Fanvue does not answer
│   └── SignInRefusedError   it does not accept a token it has just given
├── FanvueChangedError       Fanvue answered something unknown
├── OutcomeUnknownError      sent, but nobody knows whether it arrived
├── ChartError               the picture could not be drawn
├── LinkError                a connect link or callback that leads nowhere (with its kind)
└── StorageBusyError         our own disk or database does not take it now

No message holds a token, a body, a fan's text or a name.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bot.domain.access import Capability
from bot.domain.accounts import CreatorId, FanvueAccount
from bot.domain.scopes import Feature, Scope, features_needing


class DomainError(Exception):
    """The root; each class below has an entry in the presenter's table."""

    again = ""
    """Which reply could be sent again as it is, ``<creator>|<id>``; empty when there is none."""
    edit = ""
    """Which reply waits to be changed by its author, in the same form."""


class BadInputError(DomainError):
    """Something a person gave cannot be used; the message says why and what would work."""


class NotConnectedError(DomainError):
    """The person has no Fanvue account connected and no right on anybody's."""


class ReconnectNeededError(DomainError):
    """Fanvue no longer accepts the grant; connecting again mends it."""

    def __init__(self, handle: str, *, is_owner: bool = True) -> None:
        super().__init__("the Fanvue grant is dead")
        self.handle = handle
        self.is_owner = is_owner


class ScopeMissingError(DomainError):
    """The grant lacks scopes; the features that would bring them are named."""

    def __init__(self, missing: frozenset[Scope], *, handle: str, is_owner: bool = True) -> None:
        super().__init__("scopes missing: " + ", ".join(sorted(missing)))
        self.missing = missing
        self.handle = handle
        self.is_owner = is_owner

    @property
    def features(self) -> frozenset[Feature]:
        """What to widen the connection by."""
        return features_needing(self.missing)


class PausedError(DomainError):
    """The owner paused the account: nothing is done with its token until they resume it."""

    def __init__(self, handle: str, *, is_owner: bool = True) -> None:
        super().__init__("the account is paused")
        self.handle = handle
        self.is_owner = is_owner


class NotAllowedError(DomainError):
    """The person lacks a right on this creator."""

    def __init__(self, capability: Capability) -> None:
        super().__init__(f"not allowed to {capability.phrase}")
        self.capability = capability


class OffShiftError(DomainError):
    """The person has the right, and their shift is not now."""

    def __init__(self, handle: str, begins_at: datetime | None) -> None:
        super().__init__("off shift")
        self.handle = handle
        self.begins_at = begins_at


class PickCreatorError(DomainError):
    """Several creators could be meant, and this person may act for each."""

    def __init__(self, choices: Sequence[FanvueAccount]) -> None:
        super().__init__("several creators could be meant")
        self.choices = tuple(choices)


class DiscordDownError(DomainError):
    """Discord does not answer our question."""


class UnknownCreatorError(DomainError):
    """No creator by that name that this person may know of."""


RIGHT_ENDED = (NotAllowedError, OffShiftError, UnknownCreatorError)
"""How a right that held when something was offered may be refused now: what is done for several creators goes on."""


class CardUnknownError(DomainError):
    """The card (or message) is not one we know."""


class NotHereError(DomainError):
    """The place is not age-restricted, and its creator did not choose that replies are sent from it."""

    def __init__(self, creator: CreatorId, place: int, *, is_owner: bool) -> None:
        super().__init__("replies are not sent from this place")
        self.creator = creator
        self.place = place
        self.is_owner = is_owner


class WhichFanError(DomainError):
    """What was replied to holds cards about several fans: its author picks one."""

    def __init__(self, choices: Sequence[tuple[int, str]]) -> None:
        super().__init__("several fans could be meant")
        self.choices = tuple(choices)
        """Deliveries, and how the menu calls them."""


class HeldError(DomainError):
    """Somebody else is on this fan: nothing was sent, the author is asked first."""

    def __init__(self, holder: str, since: datetime) -> None:
        super().__init__("somebody else is on this fan")
        self.holder = holder
        self.since = since


class DraftMovedError(DomainError):
    """The draft is not what the person saw: it was changed, decided or sent meanwhile."""


class FanUnreachableError(DomainError):
    """Fanvue takes no messages for this fan (gone, or has blocked the creator).

    With ``since``, that is known from then on and nothing was tried.
    """

    def __init__(self, since: datetime | None = None) -> None:
        super().__init__("the fan takes no messages")
        self.since = since


class RefusedByFanvueError(DomainError):
    """Fanvue refused the request; ``reasons`` are its own words about fields, never content."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("refused by Fanvue")
        self.reasons = reasons


class GoneError(DomainError):
    """What was asked for does not exist (any more)."""


class BusyError(DomainError):
    """A limit was reached; ``until`` says when to try again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("limit reached")
        self.until = until


class FanvueDownError(DomainError):
    """Fanvue does not answer, or with a server error."""

    def __init__(self, *, is_answering: bool = False) -> None:
        super().__init__()
        self.is_answering = is_answering
        """Whether it answered, if only that this is broken: other addresses may work."""


class SignInRefusedError(FanvueDownError):
    """Fanvue renewed the grant and refuses the new token: its own trouble, and no word about the grant."""


class FanvueChangedError(DomainError):
    """Fanvue answered in a shape we do not know; names operation and field, never the payload."""

    def __init__(self, operation_id: str, field: str) -> None:
        super().__init__(f"{operation_id}: unexpected answer at {field}")
        self.operation_id = operation_id
        self.field = field


class OutcomeUnknownError(DomainError):
    """The request was sent and the answer lost; reading back did not settle it."""


class ChartError(DomainError):
    """The chart could not be drawn."""


class LinkProblem(StrEnum):
    """Every way in which connecting can end without a connection."""

    UNKNOWN_LINK = "unknown_link"
    EXPIRED = "expired"
    USED = "used"
    FOREIGN_BROWSER = "foreign_browser"
    FORGED = "forged"
    MISSING_CODE = "missing_code"
    DENIED = "denied"
    SCOPE_NOT_OFFERED = "scope_not_offered"
    FANVUE_REFUSED = "fanvue_refused"
    EXCHANGE_FAILED = "exchange_failed"
    FANVUE_DOWN = "fanvue_down"
    NOT_A_CREATOR = "not_a_creator"
    PROFILE_REFUSED = "profile_refused"


class LinkError(DomainError):
    """A connect link, callback or confirmation that leads nowhere."""

    def __init__(self, problem: LinkProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class StorageBusyError(DomainError):
    """Our own storage cannot take it at the moment; ``reason`` is the database's name for why, where it gave one."""

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
