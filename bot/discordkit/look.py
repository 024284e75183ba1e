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
    EventKind.TIP: "💸 Tip received",
    EventKind.PURCHASE: "🛒 Purchase",
    EventKind.REFUND: "↩️ Refund",
    EventKind.DISPUTE: "⚠️ Dispute",
}

COLOURS = {
    EventKind.MESSAGE: Colour.CALM,
    EventKind.FOLLOWER: Colour.BRAND,
    EventKind.SUBSCRIBER: Colour.BRAND,
    EventKind.RENEWAL: Colour.BRAND,
    EventKind.CANCELLATION: Colour.QUIET,
    EventKind.TIP: Colour.MONEY,
    EventKind.PURCHASE: Colour.MONEY,
    EventKind.REFUND: Colour.TROUBLE,
    EventKind.DISPUTE: Colour.TROUBLE,
}

KIND_NAMES = {
    EventKind.MESSAGE: "Messages",
    EventKind.FOLLOWER: "New followers",
    EventKind.SUBSCRIBER: "New subscribers",
    EventKind.RENEWAL: "Renewals",
    EventKind.CANCELLATION: "Subscriptions ending",
    EventKind.TIP: "Tips",
    EventKind.PURCHASE: "Purchases",
    EventKind.REFUND: "Refunds",
    EventKind.DISPUTE: "Disputes",
}
