"""The one visual language: colours, icons, wording per kind."""

from enum import IntEnum

from bot.domain.events import EventKind


class Colour(IntEnum):
    """Colours of embeds, readable on Discord's dark and light themes."""

    BRAND = 0x49B265
    CALM = 0x5B6EE1
    MONEY = 0xE0A526
    TROUBLE = 0xD9534F
    QUIET = 0x80848E


TITLES = {
    EventKind.MESSAGE: "💬 New message",
    EventKind.FOLLOWER: "👋 New follower",
    EventKind.SUBSCRIBER: "⭐ New subscriber",
    EventKind.RENEWAL: "🔁 Subscription renewed",
    EventKind.CANCELLATION: "🍂 Subscription ending",
    EventKind.ENDED: "🚪 Subscription over",
    EventKind.TIP: "💸 Tip received",
    EventKind.PURCHASE: "🛒 Purchase",
    EventKind.REFUND: "↩️ Refund",
    EventKind.DISPUTE: "⚠️ Dispute",
    EventKind.COMMENT: "🗨️ New comment",
    EventKind.LIKE: "❤️ New like",
}

COLOURS = {
    EventKind.MESSAGE: Colour.CALM,
    EventKind.MESSAGE_SENT: Colour.BRAND,
    EventKind.FOLLOWER: Colour.BRAND,
    EventKind.SUBSCRIBER: Colour.BRAND,
    EventKind.RENEWAL: Colour.BRAND,
    EventKind.CANCELLATION: Colour.QUIET,
    EventKind.ENDED: Colour.QUIET,
    EventKind.TIP: Colour.MONEY,
    EventKind.PURCHASE: Colour.MONEY,
    EventKind.REFUND: Colour.TROUBLE,
    EventKind.DISPUTE: Colour.TROUBLE,
    EventKind.COMMENT: Colour.CALM,
    EventKind.LIKE: Colour.BRAND,
}

KIND_NAMES = {
    EventKind.MESSAGE: "Messages",
    EventKind.FOLLOWER: "New followers",
    EventKind.SUBSCRIBER: "New subscribers",
    EventKind.RENEWAL: "Renewals",
    EventKind.CANCELLATION: "Subscriptions ending",
    EventKind.ENDED: "Subscriptions over",
    EventKind.TIP: "Tips",
    EventKind.PURCHASE: "Purchases",
    EventKind.REFUND: "Refunds",
    EventKind.DISPUTE: "Disputes",
    EventKind.COMMENT: "Comments",
    EventKind.LIKE: "Likes",
}

ICONS = {kind: title.partition(" ")[0] for kind, title in TITLES.items()}
"""One for each kind that makes a card, wherever it is named."""

WORDS = {
    EventKind.FOLLOWER: "is a new follower.",
    EventKind.SUBSCRIBER: "subscribed.",
    EventKind.RENEWAL: "renewed the subscription.",
    EventKind.CANCELLATION: "will not renew: the subscription runs out.",
    EventKind.ENDED: "is no longer subscribed.",
    EventKind.TIP: "sent a tip.",
    EventKind.PURCHASE: "bought something.",
    EventKind.REFUND: "was paid back.",
    EventKind.DISPUTE: "disputes a payment with the bank.",
    EventKind.COMMENT: "commented on a post.",
    EventKind.LIKE: "liked a post.",
}
"""What the fan did, after the name."""

COUNTED = {
    EventKind.MESSAGE: ("message", "messages"),
    EventKind.FOLLOWER: ("new follower", "new followers"),
    EventKind.SUBSCRIBER: ("new subscriber", "new subscribers"),
    EventKind.RENEWAL: ("renewal", "renewals"),
    EventKind.CANCELLATION: ("subscription ending", "subscriptions ending"),
    EventKind.ENDED: ("subscription over", "subscriptions over"),
    EventKind.TIP: ("tip", "tips"),
    EventKind.PURCHASE: ("purchase", "purchases"),
    EventKind.REFUND: ("refund", "refunds"),
    EventKind.DISPUTE: ("dispute", "disputes"),
    EventKind.COMMENT: ("comment", "comments"),
    EventKind.LIKE: ("like", "likes"),
}
"""One of a kind, and several."""


def counted(number: int, noun: str) -> str:
    """``1 tip``, ``1,200 tips``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
