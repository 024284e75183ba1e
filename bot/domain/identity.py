"""When two reports are the same happening; pure.

Each builder gives the identities a report carries: the first is the event's ``key``, the others its ``aliases``. An
identity is ``word:creator:rest``. Webhooks of both families, and what polling finds, build theirs here, so that one
happening has one identity whatever route told it. An empty answer: nothing identifies it.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from bot.domain.accounts import CreatorId
from bot.domain.events import EventKind

SALE_KINDS = {
    "tip": EventKind.TIP,
    "subscription": EventKind.SUBSCRIBER,
    "renewal": EventKind.RENEWAL,
    "message": EventKind.PURCHASE,
    "post": EventKind.PURCHASE,
    "medialink": EventKind.PURCHASE,
    "checkoutlink": EventKind.PURCHASE,
    "fanexperience": EventKind.PURCHASE,
    "appstore": EventKind.PURCHASE,
    "refund": EventKind.REFUND,
    "chargeback": EventKind.DISPUTE,
}
"""By the ``source`` of a payment or of a row of the earnings, in small letters."""

AUTOMATIC = ("AUTOMATED_", "MARKETING_", "BROADCAST", "GHOST_PROMOTION", "TIP", "LOCKED_MESSAGE_UNLOCKED")
"""Beginnings of the types of messages nobody wrote for one fan; the chat's own notes of sales are told as sales."""

LINK = "checkoutlink"
SALE = "sale"
FLAT = ".flat"
BY_ORDER = frozenset({SALE, EventKind.REFUND.value, EventKind.DISPUTE.value})
BY_DAY = frozenset({EventKind.CANCELLATION.value, EventKind.ENDED.value})
SHAPES = (
    ("uuid", re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-.*", re.IGNORECASE | re.DOTALL)),
    ("digits", re.compile(r"\d+")),
)
NUMBERED = "/"
THING = re.compile(f"{EventKind.TIP.value}:[^:]*:[^:]*|{EventKind.PURCHASE.value}:.*")
PREFIX = re.compile(r"[A-Za-z]+(?=[-_]?\d)")


def kind_of_sale(source: str) -> EventKind:
    """What a row of the earnings, or a payment, is; ``OTHER`` for what no fan did (referrals, an open set)."""
    return SALE_KINDS.get(_plain(source), EventKind.OTHER)


def may_be_a_period(source: str) -> bool:
    """Whether such a payment can be for a subscription as well, which others tell by that name."""
    return _plain(source) == LINK


def is_automatic(message_type: str) -> bool:
    """Whether Fanvue, or a mass message, wrote it rather than the fan: such messages make no card."""
    return message_type.upper().startswith(AUTOMATIC)


def of_message(kind: EventKind, creator: CreatorId, message: str) -> tuple[str, ...]:
    """A message received, sent or deleted: by its uuid."""
    return _known((kind.value, creator, message))


def of_sale(
    kind: EventKind,
    creator: CreatorId,
    *,
    order: str = "",
    told_at: str = "",
    fan: str = "",
    message: str = "",
    post: str = "",
) -> tuple[str, ...]:
    """A tip, a purchase, a paid subscription: by its order, and by what it was paid for where that happens once.

    ``order`` is the payment's ``id`` or the row's ``transactionOrderId``; the flat family has its instant alone.
    """
    return _known(
        (SALE, creator, order),
        (f"{kind.value}{FLAT}", creator, fan, message or post, told_at),
        (kind.value, creator, message) if kind is EventKind.TIP else (),
        (kind.value, creator, fan, message or post) if kind is EventKind.PURCHASE else (),
    )


def of_post_tip(creator: CreatorId, post: str, fan: str, told_at: str) -> tuple[str, ...]:
    """A tip on a post as the flat family tells it: fans tip the same post again, so the instant counts."""
    return _known((EventKind.TIP.value, creator, post, fan, told_at))


def of_reversal(
    kind: EventKind,
    creator: CreatorId,
    *,
    reversal: str = "",
    order: str = "",
    is_part: bool = False,
    is_whole: bool = False,
) -> tuple[str, ...]:
    """A refund or dispute: by its own id, and by the order it takes back, which happens once.

    With ``is_part`` it may be a part of the order, which can be refunded in several; ``is_whole`` rules that out.
    """
    is_named = bool(reversal) and is_part and not is_whole and kind is EventKind.REFUND
    return _known(
        (kind.value, creator, reversal),
        () if is_named else (f"{kind.value}.payment", creator, order),
        (f"{kind.value}.whole", creator, order) if is_whole else (),
    )


def of_period(kind: EventKind, creator: CreatorId, route: str, fan: str, start: datetime | None) -> tuple[str, ...]:
    """A subscription that began or was renewed, as the subscription itself tells it: by fan and period.

    The families of webhooks (``route``) may date a period differently.
    """
    return _known((f"{kind.value}.{route}", creator, fan, start.isoformat() if start else ""))


def of_ending(
    kind: EventKind, creator: CreatorId, route: str, fan: str, *, ends_at: datetime | None, since: datetime | None
) -> tuple[str, ...]:
    """A subscription ending (``CANCELLATION``) or over (``ENDED``): once a period, however often it is switched.

    ``since`` tells apart what one ``route`` tells; the day it ends joins routes, where both tell it and agree.
    """
    return _known(
        (kind.value, creator, fan, ends_at.date().isoformat() if ends_at else ""),
        (f"{kind.value}.{route}", creator, fan, since.isoformat() if since else ""),
    )


def of_moment(kind: EventKind, creator: CreatorId, route: str, fan: str, told_at: str) -> tuple[str, ...]:
    """What has no id of its own but a fan and an instant, told by one ``route`` (``flat``, ``list``, …)."""
    return _known((f"{kind.value}.{route}", creator, fan, told_at))


def of_notification(kind: EventKind, creator: CreatorId, notification: str) -> tuple[str, ...]:
    """A like, a comment, a follower that was polled: by the notification's uuid."""
    return _known((f"{kind.value}.notification", creator, notification))


def of_reaction(kind: EventKind, creator: CreatorId, *parts: str) -> tuple[str, ...]:
    """A comment (its uuid) or a like (post and fan) as the post's own lists tell it."""
    return _known((kind.value, creator, *parts))


def of_envelope(kind: EventKind, creator: CreatorId, envelope: str) -> tuple[str, ...]:
    """What carries nothing but the id of the webhook that told it."""
    return _known((f"{kind.value}.envelope", creator, envelope))


def is_thing(identity: str) -> bool:
    """Whether it is what was paid for: a message that was tipped, or what a fan bought. It can be paid for again."""
    return THING.fullmatch(identity) is not None


def has_number(where: Iterable[str]) -> bool:
    """Whether one of these namespaces is that of a number."""
    return any(NUMBERED in name for name in where)


def namespaces(identities: Iterable[str]) -> frozenset[str]:
    """Where there is an identity: one happening has at most one of each, so two of the same are two happenings.

    A payment is taken back as a whole once, so the number of such a reversal tells it from no other of that payment.
    """
    found = frozenset(map(_namespace, identities)) - {""}
    is_whole = any(one.endswith(".whole") for one in found)
    return frozenset(one for one in found if NUMBERED not in one) if is_whole else found


def _namespace(identity: str) -> str:
    """Nothing for what was paid for, nor for the day a subscription ends: routes may put one ending on two days."""
    word, _, rest = identity.partition(":")
    if word in BY_DAY or is_thing(identity):
        return ""
    if word not in BY_ORDER:
        return word
    return f"{word}{NUMBERED}{_shape(rest.partition(':')[2])}"


def _shape(order: str) -> str:
    """The kind of number an order has: Fanvue's routes may or may not use the same ones."""
    for name, pattern in SHAPES:
        if pattern.fullmatch(order):
            return name
    prefix = PREFIX.match(order)
    return prefix.group().upper() if prefix else "other"


def _plain(source: str) -> str:
    return source.replace("_", "").lower()


def _known(*candidates: tuple[str, ...]) -> tuple[str, ...]:
    """Those of which every part after the creator is there, each once."""
    return tuple(dict.fromkeys(":".join(parts) for parts in candidates if parts and all(parts[2:])))
