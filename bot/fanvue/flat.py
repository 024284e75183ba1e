"""The older family of webhooks: flat bodies without a type, all amounts in USD cents. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import identity
from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import Event, EventKind, Fan
from bot.fanvue.payload import Payload, likely

TOPICS = (
    ("message.read", EventKind.MESSAGE_READ),
    ("message", EventKind.MESSAGE),
    ("follow", EventKind.FOLLOWER),
    ("tip", EventKind.TIP),
    ("purchase", EventKind.PURCHASE),
    ("subscription.renew", EventKind.RENEWAL),
    ("subscri", EventKind.SUBSCRIBER),
)
"""Beginnings of topics and of last parts of addresses; the first that fits counts."""
PAID_KINDS = frozenset({EventKind.TIP, EventKind.PURCHASE, EventKind.SUBSCRIBER, EventKind.RENEWAL})


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """A body with what every kind needs of it."""

    payload: Payload
    digest: str
    creator: CreatorId
    fan: Fan | None
    told_at: datetime | None
    happened_at: datetime

    @property
    def fan_id(self) -> str:
        """The fan's uuid, or nothing."""
        return self.fan.id if self.fan else ""

    @property
    def moment(self) -> str:
        """When it says it happened, the same for every delivery of it; nothing where it does not."""
        return self.happened_at.isoformat() if self.told_at == self.happened_at else ""


def event(payload: Payload, digest: str, received_at: datetime, hints: tuple[str, ...]) -> Event:
    """What happened; the body decides, ``hints`` only between kinds that look alike."""
    told_at = payload.moment("timestamp")
    report = Report(
        payload=payload,
        digest=digest,
        creator=CreatorId(payload.id("recipientUuid")),
        fan=_fan(payload),
        told_at=told_at,
        happened_at=likely(told_at, received_at),
    )
    kind = _kind(report, hints)
    if kind is EventKind.MESSAGE:
        return _message(report)
    key, *aliases = _identities(kind, report) or (f"{kind.value}:{report.creator}:{digest}",)
    return Event(
        key=key,
        kind=kind,
        creator=report.creator,
        happened_at=report.happened_at,
        fan=report.fan,
        amount=payload.money("price") if kind in PAID_KINDS else None,
        message_uuid=payload.id("messageUuid", "routeUuid") or None,
        post_uuid=payload.id("postUuid") or None,
        aliases=tuple(aliases),
    )


def _kind(report: Report, hints: tuple[str, ...]) -> EventKind:
    """By the fields that only some kinds have; where none is there, by the hints that agree with the price."""
    payload = report.payload
    if payload.has("messageUuid") and payload.child("message").fields:
        return EventKind.MESSAGE
    if payload.has("readMessagesCount", "counterpartUuid"):
        return EventKind.MESSAGE_READ
    if payload.has("context"):
        return EventKind.TIP
    if payload.has("messageUuid"):
        return EventKind.TIP if payload.has("price") else EventKind.MESSAGE
    hinted = _hinted(hints)
    if payload.has("postUuid", "routeUuid"):
        return EventKind.TIP if hinted is EventKind.TIP else EventKind.PURCHASE
    if payload.mentions("price"):
        return hinted if hinted in PAID_KINDS else EventKind.SUBSCRIBER
    return EventKind.FOLLOWER if report.creator and report.fan else EventKind.OTHER


def _hinted(hints: tuple[str, ...]) -> EventKind | None:
    for hint in hints:
        name = hint.strip().lower()
        for beginning, kind in TOPICS:
            if name.startswith(beginning):
                return kind
    return None


def _message(report: Report) -> Event:
    payload = report.payload
    message = payload.child("message")
    uuid = payload.id("messageUuid") or message.id("uuid")
    is_written = not identity.is_automatic(message.text("type"))
    kind = EventKind.MESSAGE if is_written else EventKind.OTHER
    return Event(
        key=identity.of_message(kind, report.creator, uuid or report.digest)[0],
        kind=kind,
        creator=report.creator,
        happened_at=report.happened_at,
        fan=report.fan,
        text=message.text("text") or None,
        has_media=message.has_media("hasMedia", "mediaUuids"),
        message_uuid=uuid or None,
    )


def _identities(kind: EventKind, report: Report) -> tuple[str, ...]:
    payload, creator, fan = report.payload, report.creator, report.fan_id
    time = payload.id("timestamp") or report.digest
    message, post = payload.id("messageUuid", "routeUuid"), payload.id("postUuid")
    match kind:
        case EventKind.TIP if post and not message:
            return identity.of_post_tip(creator, post, fan, time)
        case EventKind.TIP | EventKind.PURCHASE:
            return identity.of_sale(kind, creator, told_at=report.moment, fan=fan, message=message, post=post)
        case EventKind.SUBSCRIBER | EventKind.RENEWAL | EventKind.FOLLOWER | EventKind.MESSAGE_READ:
            return identity.of_moment(kind, creator, "flat", fan, time)
    return ()


def _fan(payload: Payload) -> Fan | None:
    fan = payload.child("sender").fan()
    uuid = payload.id("senderUuid", "counterpartUuid")
    return fan or (Fan(FanId(uuid)) if uuid else None)
