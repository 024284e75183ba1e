"""One message to many people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import NoneType

from msgspec import UNSET, UnsetType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue, changed, given

READ = frozenset({Scope.READ_CHAT})
WRITE = frozenset({Scope.WRITE_CHAT})
SEND = WRITE | {Scope.READ_FAN}
CREATOR = frozenset({Scope.READ_CREATOR})
PATH = "/chats/mass-messages"

LIST_MASS_MESSAGES = Operation(
    "listMassMessages", "GET", PATH, READ, twin_id="listCreatorMassMessages", twin_scopes=READ | CREATOR
)
SEND_MASS_MESSAGE = Operation(
    "sendMassMessage", "POST", PATH, SEND, twin_id="sendCreatorMassMessage", twin_scopes=SEND | CREATOR
)
UPDATE_MASS_MESSAGE = Operation(
    "updateMassMessage",
    "PATCH",
    PATH + "/{messageUuid}",
    WRITE,
    twin_id="updateCreatorMassMessage",
    twin_scopes=WRITE | CREATOR,
)
DELETE_MASS_MESSAGE = Operation(
    "deleteMassMessage",
    "DELETE",
    PATH + "/{messageUuid}",
    WRITE,
    twin_id="deleteCreatorMassMessage",
    twin_scopes=WRITE | CREATOR,
)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Lists of people: smart ones by name, custom ones by uuid."""

    smart: Sequence[str] = ()
    custom: Sequence[str] = ()

    def body(self) -> dict[str, list[str]]:
        """As Fanvue wants them."""
        return given(smartListUuids=list(self.smart) or None, customListUuids=list(self.custom) or None)


class MassMessage(Shape, frozen=True, kw_only=True):
    """A message to many; money in cents. ``status``: SENT, UNSENT, SENDING, FAILED, MODERATED, SCHEDULED, ..."""

    uuid: str
    text: str | None = None
    status: str = ""
    price: Cents | None = None
    created_at: Instant | None = None
    published_at: Instant | None = None
    scheduled_at: Instant | None = None
    recipient_count: int = 0
    view_count: int = 0
    purchase_count: int = 0
    total_revenue: Cents = Cents(0)
    media_uuids: tuple[str, ...] = ()


class MassSending(Shape, frozen=True, kw_only=True):
    """That it was accepted, and for how many."""

    id: str
    recipient_count: int = 0
    created_at: Instant | None = None


def list_mass_messages(
    acting_as: ActingAs = OWN, *, size: int = 50, with_unsent: bool = False
) -> Call[Page[MassMessage]]:
    """``listMassMessages``: newest first, on demand with those taken back; ``size`` 1-50."""
    query: dict[str, QueryValue] = {"size": size, "includeDeleted": with_unsent}
    return LIST_MASS_MESSAGES.call(Page[MassMessage], acting_as=acting_as, query=query)


def send_mass_message(
    to: Recipients,
    text: str | None = None,
    acting_as: ActingAs = OWN,
    *,
    but_not: Recipients | None = None,
    media: Sequence[str] = (),
    price: int | None = None,
    at: datetime | None = None,
) -> Call[MassSending]:
    """``sendMassMessage``: now or ``at`` an instant; text of 1-5000 characters, ``price`` in cents from 300."""
    body = given(
        includedLists=to.body(),
        excludedLists=but_not.body() if but_not else None,
        text=text,
        mediaUuids=list(media) or None,
        price=price,
        scheduledAt=at,
    )
    return SEND_MASS_MESSAGE.call(MassSending, acting_as=acting_as, body=body)


def update_mass_message(
    uuid: str,
    acting_as: ActingAs = OWN,
    *,
    to: Recipients | UnsetType = UNSET,
    but_not: Recipients | UnsetType = UNSET,
    text: str | UnsetType = UNSET,
    media: Sequence[str] | UnsetType = UNSET,
    price: int | UnsetType | None = UNSET,
    at: datetime | UnsetType = UNSET,
) -> Call[None]:
    """``updateMassMessage``: changes one that has not gone out; what is not given stays."""
    body = changed(
        includedLists=to.body() if isinstance(to, Recipients) else UNSET,
        excludedLists=but_not.body() if isinstance(but_not, Recipients) else UNSET,
        text=text,
        mediaUuids=media,
        price=price,
        scheduledAt=at,
    )
    return UPDATE_MASS_MESSAGE.call(NoneType, acting_as=acting_as, at={"messageUuid": uuid}, body=body)


def delete_mass_message(uuid: str, acting_as: ActingAs = OWN) -> Call[None]:
    """``deleteMassMessage``: takes it back."""
    return DELETE_MASS_MESSAGE.call(NoneType, acting_as=acting_as, at={"messageUuid": uuid})
