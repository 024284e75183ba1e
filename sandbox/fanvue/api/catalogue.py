"""Every operation the sandbox offers, by surface."""

from . import (
    agency,
    audience,
    chats,
    earnings,
    fan_insights,
    lists,
    mass_messages,
    media,
    messages,
    notifications,
    post_reactions,
    posts,
    tracking_links,
    users,
    vault,
    webhook_subscriptions,
)
from .operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *users.OPERATIONS,
    *chats.OPERATIONS,
    *messages.OPERATIONS,
    *lists.OPERATIONS,
    *mass_messages.OPERATIONS,
    *posts.OPERATIONS,
    *post_reactions.OPERATIONS,
    *media.OPERATIONS,
    *vault.OPERATIONS,
    *earnings.OPERATIONS,
    *fan_insights.OPERATIONS,
    *audience.OPERATIONS,
    *notifications.OPERATIONS,
    *tracking_links.OPERATIONS,
    *agency.OPERATIONS,
    *webhook_subscriptions.OPERATIONS,
)

V1_OPERATIONS: tuple[Operation, ...] = (*chats.V1_OPERATIONS, *messages.V1_OPERATIONS, *audience.V1_OPERATIONS)
