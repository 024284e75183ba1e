"""The current families of webhooks: an envelope with id, type, timestamp and data. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.accounts import CreatorId
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.fanvue.payload import Payload, day_of, key_of, likely

PAYMENT_KINDS = {
    "tip": EventKind.TIP,
    "subscription": EventKind.SUBSCRIBER,
    "renewal": EventKind.RENEWAL,
    "message": EventKind.PURCHASE,
    "post": EventKind.PURCHASE,
}


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """An envelope with what every type needs of it."""

    id: str
    """The same for every delivery of it; the body's digest where it has none."""
    data: Payload
    creator: CreatorId
    told_at: datetime | None
    received_at: datetime

    def moment(self, *names: str) -> datetime | None:
        """The first of these times the data tells, or the envelope's own."""
        return self.data.moment(*names) or self.told_at

    def event(
        self,
        kind: EventKind,
        *identity: str,
        at: datetime | None = None,
        fan: Fan | None = None,
        text: str | None = None,
        has_media: bool = False,
        amount: Money | None = None,
    ) -> Event:
        """The event; without a whole identity of its own, the envelope's id is it."""
        parts = identity if identity and all(identity) else (self.id,)
        return Event(
            key=key_of(kind, self.creator, *parts),
            kind=kind,
            creator=self.creator,
            happened_at=likely(at or self.told_at, self.received_at),
            fan=fan,
            text=text,
            has_media=has_media,
            amount=amount,
            message_uuid=self.data.id("message_uuid") or None,
            post_uuid=self.data.id("post_uuid") or None,
        )


def event(payload: Payload, digest: str, received_at: datetime) -> Event:
    """What happened; ``OTHER`` for types that mean nothing here."""
    data = payload.child("data")
    report = Report(
        id=payload.id("id") or digest,
        data=data,
        creator=CreatorId(_creator(data)),
        told_at=payload.moment("timestamp"),
        received_at=received_at,
    )
    read = READERS.get(payload.text("type"))
    return read(report) if read else report.event(EventKind.OTHER)


def _creator(data: Payload) -> str:
    nested = data.child("payment", "subscription").child("creator")
    return data.child("creator").id("uuid") or data.id("creator_uuid") or nested.id("uuid")


def _message(report: Report) -> Event:
    data = report.data
    if data.flag("is_automated"):
        return report.event(EventKind.OTHER, data.id("uuid"), at=report.moment("created_at"))
    if data.text("sender") == "creator":
        return _message_of(report, EventKind.MESSAGE_SENT)
    return _message_of(report, EventKind.MESSAGE)


def _message_sent(report: Report) -> Event:
    return _message_of(report, EventKind.MESSAGE_SENT)


def _message_of(report: Report, kind: EventKind) -> Event:
    data = report.data
    uuid = data.id("uuid", "message_uuid")
    found = report.event(
        kind,
        uuid,
        at=report.moment("created_at"),
        fan=data.child("fan").fan(),
        text=data.text("text") or None,
        has_media=data.has_media("has_media", "media_uuids"),
    )
    return replace(found, message_uuid=uuid or None)


def _message_read(report: Report) -> Event:
    return report.event(EventKind.MESSAGE_READ, fan=report.data.child("fan").fan())


def _follow(report: Report) -> Event:
    fan = report.data.child("follower", "fan").fan()
    at = report.moment("created_at")
    return report.event(EventKind.FOLLOWER, *_person_and_day(fan, at), at=at, fan=fan)


def _activated(report: Report) -> Event:
    return _subscription(report, EventKind.SUBSCRIBER, report.moment("current_period_start", "created_at"))


def _renewed(report: Report) -> Event:
    return _subscription(report, EventKind.RENEWAL, report.moment("current_period_start"))


def _cancellation(report: Report) -> Event:
    """One per period: turning renewal off and the end that follows from it are the same news."""
    fan = _purchaser(report.data)
    ends_at = report.data.moment("expires_at") or report.told_at
    return report.event(EventKind.CANCELLATION, *_person_and_day(fan, ends_at), at=report.told_at, fan=fan)


def _renewal_switched(report: Report) -> Event:
    if report.data.flag("cancel_at_period_end"):
        return _cancellation(report)
    return report.event(EventKind.OTHER, fan=_purchaser(report.data))


def _subscription(report: Report, kind: EventKind, at: datetime | None) -> Event:
    fan = _purchaser(report.data)
    return report.event(kind, *_person_and_day(fan, at), at=at, fan=fan)


def _payment(report: Report) -> Event:
    """A sale. A subscription's is told twice, as payment and as subscription: both have the person and the day."""
    data = report.data
    kind = PAYMENT_KINDS.get(data.text("source").lower(), EventKind.OTHER)
    fan = _purchaser(data)
    at = report.moment("paid_at", "created_at")
    bought = data.id("post_uuid", "message_uuid")
    match kind:
        case EventKind.SUBSCRIBER | EventKind.RENEWAL:
            identity = _person_and_day(fan, at)
        case EventKind.PURCHASE if fan and bought:
            identity = (fan.id, bought)
        case EventKind.TIP if data.id("message_uuid"):
            identity = (data.id("message_uuid"),)
        case _:
            identity = (data.id("id"),)
    return report.event(kind, *identity, at=at, fan=fan, amount=data.money("gross", currency=data.currency()))


def _refund(report: Report) -> Event:
    return _reversal(report, EventKind.REFUND)


def _dispute(report: Report) -> Event:
    return _reversal(report, EventKind.DISPUTE)


def _reversal(report: Report, kind: EventKind) -> Event:
    data = report.data
    return report.event(
        kind,
        data.id("id"),
        at=report.moment("created_at"),
        fan=_purchaser(data),
        amount=data.money("amount", currency=data.currency()),
    )


def _purchaser(data: Payload) -> Fan | None:
    return data.child("purchaser", "fan").fan() or data.child("payment", "subscription").child("purchaser").fan()


def _person_and_day(fan: Fan | None, at: datetime | None) -> tuple[str, ...]:
    return (fan.id if fan else "", day_of(at, ""))


READERS: dict[str, Callable[[Report], Event]] = {
    "creator.message.received": _message,
    "creator.message.sent": _message_sent,
    "creator.message.read": _message_read,
    "creator.follow.created": _follow,
    "creator.subscription.activated": _activated,
    "creator.subscription.renewed": _renewed,
    "creator.subscription.deactivated": _cancellation,
    "creator.subscription.cancel_at_period_end_changed": _renewal_switched,
    "creator.payment.succeeded": _payment,
    "creator.refund.created": _refund,
    "creator.dispute.created": _dispute,
}
