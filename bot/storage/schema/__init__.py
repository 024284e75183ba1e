"""Every table, by subject; a new one is declared in the module of its subject and named here."""

from bot.storage.schema.accounts import (
    connections,
    creators,
    death_notices,
    default_creators,
    link_attempts,
    pending_connections,
    preferences,
    rights,
    shifts,
    sign_in_notices,
)
from bot.storage.schema.alerts import (
    ASIDE,
    HELD,
    UNSENT,
    WAITING,
    cards,
    deliveries,
    dm_channels,
    events,
    refusals,
    routes,
)
from bot.storage.schema.arrivals import identities
from bot.storage.schema.base import HEAD, RowNumber, metadata
from bot.storage.schema.catching_up import cursors, pollings
from bot.storage.schema.inbox import claims, closed_chats, escalations, notes, replies, reply_places, watches
from bot.storage.schema.operating import audit, key_checks, leases, revocations
from bot.storage.schema.posting import approval_policies, drafts
from bot.storage.schema.reports import briefs, finished_months
from bot.storage.schema.rules import desk_posts, mutes, spender_lists, spenders, subscriber_lists
from bot.storage.schema.trust import card_removals, departures, uses

__all__ = [
    "ASIDE",
    "HEAD",
    "HELD",
    "UNSENT",
    "WAITING",
    "RowNumber",
    "approval_policies",
    "audit",
    "briefs",
    "card_removals",
    "cards",
    "claims",
    "closed_chats",
    "connections",
    "creators",
    "cursors",
    "death_notices",
    "default_creators",
    "deliveries",
    "departures",
    "desk_posts",
    "dm_channels",
    "drafts",
    "escalations",
    "events",
    "finished_months",
    "identities",
    "key_checks",
    "leases",
    "link_attempts",
    "metadata",
    "mutes",
    "notes",
    "pending_connections",
    "pollings",
    "preferences",
    "refusals",
    "replies",
    "reply_places",
    "revocations",
    "rights",
    "routes",
    "shifts",
    "sign_in_notices",
    "spender_lists",
    "spenders",
    "subscriber_lists",
    "uses",
    "watches",
]
