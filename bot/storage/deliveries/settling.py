"""Noting what became of deliveries; plain SQL, so that many are one hop and one commit."""

# ruff: noqa: S608 - put together from constants and our own row numbers

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.storage.cards import NewCard
from bot.storage.database import Rows
from bot.storage.deliveries.due import ANSWER, UNNOTED, Noted, noted_of
from bot.storage.schema import ASIDE

MINE = "status = 'leased' AND lease_holder = :holder AND id = :id RETURNING id"
NO_LEASE = "lease_holder = NULL, leased_until = NULL"
DONE = f"""
UPDATE deliveries SET status = 'done', settled_at = :now, reason = NULL, channel_id = :channel, message_id = :message,
    {NO_LEASE}
WHERE {MINE}
"""
CARD = f"""
INSERT INTO cards (delivery_id, message_id, channel_id, creator_id, fan_id, fanvue_message, created_at,
    answered_by, answered_name, answered_at, elsewhere_at, read_at, removed_at)
SELECT d.id, d.message_id, d.channel_id, e.creator_id, :fan, :fanvue_message, d.settled_at,
    p.author, p.author_name, p.settled_at, d.elsewhere_at, d.read_at, d.removed_at
FROM deliveries d JOIN events e ON e.id = d.event_id LEFT JOIN replies p ON p.id = {ANSWER}
WHERE d.id = :id ON CONFLICT DO NOTHING
RETURNING answered_by, answered_name, answered_at, elsewhere_at, read_at, removed_at
"""
"""With what happened before it came."""
DEAD = f"UPDATE deliveries SET status = 'dead', settled_at = :now, reason = :reason, {NO_LEASE} WHERE {MINE}"
LATER = f"UPDATE deliveries SET status = 'due', due_at = :due_at, reason = :reason, {NO_LEASE} WHERE {MINE}"
PASSED_AT_MOST = 3
"""Messages of one place: where so many are not taken it is the place that is broken, and nothing passes any more."""
LET_PASS = f"""
UPDATE deliveries SET due_at = :due_at, reason = :reason, {NO_LEASE}, status = CASE WHEN (
    SELECT count(DISTINCT a.parcel_id) FROM (SELECT place_key, parcel_id FROM deliveries WHERE {ASIDE}) a
    WHERE a.place_key = deliveries.place_key AND a.parcel_id <> deliveries.parcel_id
) < {PASSED_AT_MOST} THEN 'held' ELSE 'due' END
WHERE {MINE}
"""
HOLD = f"""
UPDATE deliveries SET status = 'held', due_at = :until, reason = :reason, bundle = coalesce(bundle, 'shift'),
    parcel_id = CASE WHEN attempts > 1 THEN parcel_id END, shape = CASE WHEN attempts > 1 THEN shape END,
    first_tried_at = CASE WHEN attempts > 1 THEN first_tried_at END,
    attempts = CASE WHEN attempts > 1 THEN attempts ELSE 0 END, {NO_LEASE}
WHERE {MINE}
"""
"""What may have been sent before keeps the message it was sent in, and is looked for there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery: a card, a later try, a rest, or, with none of them, its end for a reason."""

    delivery: int
    card: NewCard | None = None
    due_at: datetime | None = None
    held_until: datetime | None = None
    """Nothing behind it waits for it meanwhile."""
    reason: str | None = None
    is_passed: bool = False
    """Whether what others did goes on until that later try."""
    parcel: int | None = None
    """The message a card is in."""
    shown: Noted = UNNOTED
    """What happened before it came, as far as the card shows it."""


def settle_all(rows: Rows, outcomes: Sequence[Outcome], holder: str, now: datetime) -> list[int]:
    """Write each down, where the holder still has its lease; the messages that do not show all that happened."""
    outdated: dict[int, None] = {}
    for outcome in outcomes:
        mine: dict[str, Any] = {"id": outcome.delivery, "holder": holder}
        if outcome.card is not None:
            noted = _settle_sent(rows, outcome.card, mine, now)
            if noted != outcome.shown and outcome.parcel is not None:
                outdated[outcome.parcel] = None
        elif outcome.due_at is not None:
            rows(LET_PASS if outcome.is_passed else LATER, mine | {"due_at": outcome.due_at, "reason": outcome.reason})
        elif outcome.held_until is not None:
            rows(HOLD, mine | {"until": outcome.held_until, "reason": outcome.reason})
        else:
            rows(DEAD, mine | {"now": now, "reason": outcome.reason})
    return list(outdated)


def _settle_sent(rows: Rows, card: NewCard, mine: dict[str, Any], now: datetime) -> Noted:
    if not rows(DONE, mine | {"channel": card.channel, "message": card.message, "now": now}):
        return UNNOTED
    made = rows(CARD, {"id": card.delivery, "fan": card.fan, "fanvue_message": card.fanvue_message})
    return noted_of(*made[0]) if made else UNNOTED
