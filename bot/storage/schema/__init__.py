"""Every table, by subject; a new one is declared in the module of its subject and named here."""

from bot.storage.schema.accounts import (
    connections,
    death_notices,
    link_attempts,
    pending_connections,
    preferences,
    rights,
)
from bot.storage.schema.alerts import WAITING, cards, deliveries, dm_channels, events, routes
from bot.storage.schema.base import HEAD, RowNumber, metadata
from bot.storage.schema.inbox import replies
from bot.storage.schema.operating import audit, key_checks, leases

__all__ = [
    "HEAD",
    "WAITING",
    "RowNumber",
    "audit",
    "cards",
    "connections",
    "death_notices",
    "deliveries",
    "dm_channels",
    "events",
    "key_checks",
    "leases",
    "link_attempts",
    "metadata",
    "pending_connections",
    "preferences",
    "replies",
    "rights",
    "routes",
]
