"""Making deliveries of events; plain SQL, so that all of it is one hop and one commit.

Between a webhook and its card nothing waits for a database longer than it must.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.alerts import Dispatch, Route
from bot.storage.database import Rows

Routed = tuple[int, Sequence[Route | Dispatch]]

PAUSED = """
creator_id IN (SELECT n.creator_id FROM creators n JOIN connections a ON a.creator_id = n.account_id
    WHERE a.paused_at IS NOT NULL)
"""
NOTE = "UPDATE events SET routed_at = :now WHERE routed_at IS NULL AND NOT {paused} AND id IN ({ids}) RETURNING id"
DELIVER = """
INSERT INTO deliveries (event_id, place_key, place_kind, target, guild, shows_amounts, status, attempts, due_at, bundle,
    happened_at, fan_id)
VALUES (:event_id, :place_key, :place_kind, :target, :guild, :shows_amounts, :status, 0, :due_at, :bundle,
    :happened_at, :fan_id)
ON CONFLICT DO NOTHING
"""
TAKE_OVER = """
UPDATE deliveries SET event_id = :event_id WHERE event_id = :instead_of AND place_key = :place_key
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = :event_id AND d.place_key = :place_key)
"""
HOLD_AS_TOLD = """
UPDATE deliveries SET status = :status, due_at = :due_at, bundle = :bundle
WHERE event_id = :event_id AND place_key = :place_key AND status = 'held' AND bundle IS NOT NULL
"""
"""What was taken over waits for what its new event's rule says; what was sent stays."""
FORGET = "DELETE FROM events WHERE id IN ({ids}) AND creator_id NOT IN (SELECT creator_id FROM creators)"
EMPTY = "UPDATE events SET sealed_body = NULL WHERE id IN ({ids})"


def route_all(rows: Rows, routed: Sequence[Routed], now: datetime) -> set[int]:
    """Make the deliveries of events nobody has routed yet, and note that; those events."""
    ids = _listed(event_id for event_id, _ in routed)
    fresh = {int(event_id) for (event_id,) in rows(NOTE.format(paused=PAUSED, ids=ids), {"now": now})}
    unwanted = set(fresh)
    for event_id, wanted in routed:
        if event_id in fresh and wanted:
            unwanted.discard(event_id)
            for one in wanted:
                _deliver(rows, event_id, one if isinstance(one, Dispatch) else Dispatch(one), now)
    if unwanted:
        rows(FORGET.format(ids=_listed(unwanted)), {})
        rows(EMPTY.format(ids=_listed(unwanted)), {})
    return fresh


def _deliver(rows: Rows, event_id: int, dispatch: Dispatch, now: datetime) -> None:
    place = dispatch.route.place
    values = {
        "event_id": event_id,
        "place_key": place.key,
        "place_kind": place.kind.value,
        "target": place.target,
        "guild": place.guild,
        "shows_amounts": dispatch.route.shows_amounts,
        "status": "held" if dispatch.held_until else "due",
        "due_at": dispatch.held_until or now,
        "bundle": dispatch.bundle.value if dispatch.bundle else None,
        "happened_at": dispatch.happened_at,
        "fan_id": dispatch.fan,
    }
    if dispatch.instead_of is not None:
        rows(TAKE_OVER, values | {"instead_of": dispatch.instead_of})
        rows(HOLD_AS_TOLD, values)
    rows(DELIVER, values)


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(str(int(one)) for one in ids)
