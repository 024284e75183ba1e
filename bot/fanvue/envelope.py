"""The current families of webhooks: an envelope with id, type, timestamp and data. Pure.

``creator.*`` and ``checkout_link.*`` share the shapes of payments, subscriptions and reversals, ``app.*`` that of
payments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import identity
from bot.domain.accounts import CreatorId
from bot.domain.events import Event, EventKind, Fan
from bot.fanvue.payload import Payload, likely

MAX_EMOJI = 64
CHECKOUT = "checkout_link."
CHECKOUT_KINDS = {
    "one_time": EventKind.PURCHASE,
    "subscription_initial": EventKind.SUBSCRIBER,
    "subscription_renewal": EventKind.RENEWAL,
}


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """An envelope with what every type needs of it."""

    id: str
    """The same for every delivery of it; the body's digest where it has none."""
    type: str
    data: Payload
    creator: CreatorId
    told_at: datetime | None
    received_at: datetime

    @property
    def route(self) -> str:
        """What tells apart which family tells of a subscription; neither is told twice by one."""
        return "link" if self.type.startswith(CHECKOUT) else "period"

    def moment(self, *names: str) -> datetime | None:
        """The first of these times the data tells, or the envelope's own."""
        return self.data.moment(*names) or self.told_at

    def event(
        self, kind: EventKind, identities: tuple[str, ...] = (), *, at: datetime | None = None, **known: Any
    ) -> Event:
        """The event; where nothing else identifies it, the envelope's id does."""
        key, *aliases = identities or identity.of_envelope(kind, self.creator, self.id)
        told: dict[str, Any] = {
            "message_uuid": self.data.id("message_uuid") or None,
            "post_uuid": self.data.id("post_uuid") or None,
        }
        return Event(
            key=key,
            kind=kind,
            creator=self.creator,
            happened_at=likely(at or self.told_at, self.received_at),
            aliases=tuple(aliases),
            **told | known,
        )


def event(payload: Payload, digest: str, received_at: datetime) -> Event:
    """What happened; ``OTHER`` for types that mean nothing here."""
    data = payload.child("data")
    report = Report(
        id=payload.id("id") or digest,
        type=payload.text("type"),
        data=data,
        creator=CreatorId(_creator(data)),
        told_at=payload.moment("timestamp"),
        received_at=received_at,
    )
    read = READERS.get(report.type)
    return read(report) if read else report.event(EventKind.OTHER, reported_as=payload.id("type"))


def _creator(data: Payload) -> str:
    nested = data.child("payment", "subscription").child("creator")
    return data.child("creator").id("uuid") or data.id("creator_uuid") or nested.id("uuid")


def _message(report: Report) -> Event:
    is_sent = report.data.text("sender") == "creator"
    return _written(report, EventKind.MESSAGE_SENT if is_sent else EventKind.MESSAGE)


def _message_sent(report: Report) -> Event:
    return _written(report, EventKind.MESSAGE_SENT)


def _written(report: Report, kind: EventKind) -> Event:
    """What a person wrote to another; a mass or automatic message is no answer to anybody."""
    data = report.data
    is_automatic = data.flag("is_automated") or identity.is_automatic(data.text("type"))
    return _message_of(report, EventKind.OTHER if is_automatic else kind)


def _message_deleted(report: Report) -> Event:
    return _message_of(report, EventKind.MESSAGE_DELETED, report.moment("deleted_at"))


def _message_of(report: Report, kind: EventKind, at: datetime | None = None) -> Event:
    data = report.data
    uuid = data.id("uuid", "message_uuid")
    return report.event(
        kind,
        identity.of_message(kind, report.creator, uuid),
        at=at or report.moment("created_at"),
        fan=data.child("fan").fan(),
        text=data.text("text") or None,
        has_media=data.has_media("has_media", "media_uuids"),
        message_uuid=uuid or None,
    )


def _message_read(report: Report) -> Event:
    return report.event(EventKind.MESSAGE_READ, fan=report.data.child("fan").fan())


def _reaction(report: Report) -> Event:
    """Of the fan; the creator's own is nobody's news."""
    actor = report.data.child("actor").fan()
    is_fans = actor is not None and str(actor.id) != report.creator
    return report.event(
        EventKind.REACTION, fan=actor if is_fans else None, text=report.data.text("emoji")[:MAX_EMOJI] or None
    )


def _follow(report: Report) -> Event:
    fan = report.data.child("follower", "fan").fan()
    at = report.moment("created_at")
    told_at = at.isoformat() if at else ""
    identities = identity.of_moment(EventKind.FOLLOWER, report.creator, "creator", _id(fan), told_at)
    return report.event(EventKind.FOLLOWER, identities, at=at, fan=fan)


def _activated(report: Report) -> Event:
    return _period(report, EventKind.SUBSCRIBER)


def _renewed(report: Report) -> Event:
    return _period(report, EventKind.RENEWAL)


def _period(report: Report, kind: EventKind) -> Event:
    """Told when it is paid, be that days after the period began."""
    fan = _purchaser(report.data)
    identities = identity.of_period(kind, report.creator, report.route, _id(fan), report.moment("current_period_start"))
    return report.event(kind, identities, fan=fan)


def _deactivated(report: Report) -> Event:
    return _ending(report, EventKind.ENDED)


def _renewal_switched(report: Report) -> Event:
    if report.data.flag("cancel_at_period_end"):
        return _ending(report, EventKind.CANCELLATION)
    return report.event(EventKind.OTHER, fan=_purchaser(report.data))


def _ending(report: Report, kind: EventKind) -> Event:
    """Told once a period; by its day where neither its beginning nor its end is told."""
    fan = _purchaser(report.data)
    ends_at = report.data.moment("expires_at")
    since = report.data.moment("current_period_start") or ends_at or _day(report.told_at)
    identities = identity.of_ending(kind, report.creator, report.route, _id(fan), ends_at=ends_at, since=since)
    return report.event(kind, identities, at=report.told_at, fan=fan)


def _payment(report: Report) -> Event:
    source = report.data.text("source")
    return _sale(report, identity.kind_of_sale(source), may_be_a_period=identity.may_be_a_period(source))


def _checkout_payment(report: Report) -> Event:
    kind = CHECKOUT_KINDS.get(report.data.text("billing_reason"))
    return _sale(report, kind or EventKind.PURCHASE, may_be_a_period=kind is None)


def _app_payment(report: Report) -> Event:
    return _sale(report, EventKind.PURCHASE)


def _sale(report: Report, kind: EventKind, *, may_be_a_period: bool = False) -> Event:
    data = report.data
    fan = _purchaser(data)
    identities = identity.of_sale(
        kind,
        report.creator,
        order=data.id("id"),
        fan=_id(fan),
        message=data.id("message_uuid"),
        post=data.id("post_uuid"),
    )
    return report.event(
        kind,
        identities if kind is not EventKind.OTHER else (),
        at=report.moment("paid_at", "created_at"),
        fan=fan,
        amount=data.money("gross", "amount", currency=data.currency()),
        may_be_a_period=may_be_a_period,
    )


def _refund(report: Report) -> Event:
    return _reversal(report, EventKind.REFUND)


def _dispute(report: Report) -> Event:
    return _reversal(report, EventKind.DISPUTE)


def _reversal(report: Report, kind: EventKind) -> Event:
    data = report.data
    order = data.id("payment_id") or data.child("payment").id("id")
    amount = data.money("amount", "gross", currency=data.currency())
    identities = identity.of_reversal(
        kind,
        report.creator,
        reversal=data.id("id"),
        order=order,
        is_part=amount is not None,
        is_whole=report.type.startswith(CHECKOUT) and data.fields.get("full_amount") is not False,
    )
    at = report.moment("created_at")
    return report.event(kind, identities, at=at, fan=_purchaser(data), amount=amount, takes_back=order)


def _purchaser(data: Payload) -> Fan | None:
    return data.child("purchaser", "fan").fan() or data.child("payment", "subscription").child("purchaser").fan()


def _day(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _id(fan: Fan | None) -> str:
    return fan.id if fan else ""


READERS: dict[str, Callable[[Report], Event]] = {
    "creator.message.received": _message,
    "creator.message.sent": _message_sent,
    "creator.message.deleted": _message_deleted,
    "creator.message.read": _message_read,
    "creator.message.reaction": _reaction,
    "creator.follow.created": _follow,
    "creator.subscription.activated": _activated,
    "creator.subscription.renewed": _renewed,
    "creator.subscription.deactivated": _deactivated,
    "creator.subscription.cancel_at_period_end_changed": _renewal_switched,
    "creator.payment.succeeded": _payment,
    "creator.refund.created": _refund,
    "creator.dispute.created": _dispute,
    "checkout_link.payment.succeeded": _checkout_payment,
    "checkout_link.refund.created": _refund,
    "checkout_link.dispute.flagged": _dispute,
    "checkout_link.dispute.created": _dispute,
    "checkout_link.subscription.activated": _activated,
    "checkout_link.subscription.renewed": _renewed,
    "checkout_link.subscription.deactivated": _deactivated,
    "checkout_link.subscription.cancel_at_period_end_changed": _renewal_switched,
    "app.payment.succeeded": _app_payment,
    "app.payment.refunded": _refund,
}
