"""From what storage holds of a delivery to what is drawn."""

from collections.abc import Sequence

from bot.alerts.sealing import open_event
from bot.alerts.sending import Alert, Answer, Held, Outgoing
from bot.domain.accounts import ChannelId
from bot.domain.events import EventKind
from bot.domain.parcels import Shape
from bot.storage.deliveries.due import Due, Noted
from bot.vault.keyring import Keyring

SOMEBODY = "somebody"


def alert_of(due: Due, keyring: Keyring) -> Alert | None:
    """The delivery as it stands now; ``None`` when its event's body is gone. SealError, UnexpectedAnswerError."""
    stored = due.stored
    if stored is None or due.handle is None:
        return None
    noted, claim = due.card or due.met, due.claim
    return Alert(
        delivery=due.delivery.id,
        event=due.event or open_event(keyring, stored),
        creator_handle=due.handle,
        shows_amounts=due.route is not None and due.route.shows_amounts,
        answer=_answer(noted) if noted else None,
        is_read=noted is not None and noted.read_at is not None,
        is_removed=noted is not None and noted.removed_at is not None,
        held=Held(claim.name, claim.since, claim.until, claim.is_snoozed) if claim else None,
        closed_since=due.closed_at,
    )


def outgoing_of(
    parcel: int, shape: Shape, contents: Sequence[Due], alerts: Sequence[Alert], channel: ChannelId | None
) -> Outgoing:
    """The message of these alerts, which stand in ``contents``; only roles of rules that still stand are mentioned."""
    first = contents[0]
    shown = {alert.delivery for alert in alerts}
    is_ours = all(alert.event.kind is EventKind.MESSAGE_SENT for alert in alerts)
    rules = [due.route for due in contents if due.delivery.id in shown and due.route is not None and not is_ours]
    roles = [rule.role for rule in rules if rule.role is not None]
    return Outgoing(
        id=parcel,
        seed=f"{first.event_key}|{parcel}",
        place=first.delivery.place,
        shape=shape,
        alerts=tuple(alerts),
        channel=channel,
        bundle=first.delivery.bundle,
        role=roles[0] if roles else None,
        is_again=any(due.delivery.attempts > 1 for due in contents),
        is_silent=is_ours or (bool(rules) and all(rule.is_silent for rule in rules)),
    )


def _answer(noted: Noted) -> Answer | None:
    if noted.answered_at is not None:
        return Answer(noted.answered_by, noted.answered_name or SOMEBODY, noted.answered_at)
    if noted.elsewhere_at is not None:
        return Answer(None, "", noted.elsewhere_at, is_elsewhere=True)
    return None
