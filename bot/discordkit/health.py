"""What /status shows: a line a thing, the good ones short, the bad ones with their fix."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import discord

from bot.discordkit.alerts.places import mention_of, trouble
from bot.discordkit.connecting import CONNECT_VERB, FOR_HELPERS, features_argument
from bot.discordkit.controls.components import RESUME_VERB, button, view_of
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.accounts import Connection, ConnectionId
from bot.domain.alerts import PlaceKind
from bot.domain.catching_up import Outcome, Polling, Source
from bot.domain.scopes import Feature, features_with
from bot.services.access import Resting
from bot.services.status import AlertsStatus, CreatorStatus, Endings, PlaceStatus, Status

CREATORS_SHOWN = 5
PLACES_SHOWN = 8
FIELD_LIMIT = 1024
GOOD, WARNING, BAD, WAITING, UNUSED = "✅", "⚠️", "❌", "⏳", "▫️"
SOURCES = {
    Source.CHATS: "messages",
    Source.EARNINGS: "sales",
    Source.REVERSALS: "refunds and disputes",
    Source.NOTIFICATIONS: "notifications",
}


def status_embed(status: Status, client: discord.Client, reader: int) -> discord.Embed:
    """One field a creator, and one for the reader's direct messages; green only when nothing is wrong."""
    embed = discord.Embed(title="Status", colour=Colour.BRAND)
    if not status.creators and not status.resting:
        embed.description = (
            f"❌ No Fanvue account is connected, and nobody gave you a right on theirs. Press Connect.\n{FOR_HELPERS}"
        )
        embed.colour = discord.Colour(Colour.TROUBLE)
        return embed
    told = [*_by_trouble([*_told(status.creators, client, reader)]), *((one, off_shift(one)) for one in status.resting)]
    dm_line = _dm_line(status, reader)
    for one, value in told[:CREATORS_SHOWN]:
        name, lines = f"@{text.name(one.creator.account.handle)}", value.split("\n")
        embed.add_field(name=name, value=text.fitting(lines, FIELD_LIMIT), inline=False)
    embed.add_field(name="Your direct messages", value=dm_line, inline=False)
    faults = "".join([*(value for _, value in told), dm_line]).count(BAD)
    if faults:
        embed.colour = discord.Colour(Colour.TROUBLE)
    embed.description = f"**{faults} to mend**, marked {BAD}" if faults else "Everything works."
    if hidden := told[CREATORS_SHOWN:]:
        is_fine = not any(BAD in value for _, value in hidden)
        more = "1 more creator is" if len(hidden) == 1 else f"{len(hidden)} more creators are"
        embed.set_footer(text=f"{more} not shown" + ("; nothing to mend there" * is_fine))
    return embed


def _told(
    creators: Iterable[CreatorStatus], client: discord.Client, reader: int
) -> Iterator[tuple[CreatorStatus, str]]:
    """What is told of each; what several have in common, because one account reaches them, of the first alone."""
    known: set[ConnectionId] = set()
    for one in creators:
        yield one, "\n".join(_lines(one, client, reader, is_first=one.connection.id not in known))
        known.add(one.connection.id)


def _by_trouble(told: Sequence[tuple[CreatorStatus, str]]) -> list[tuple[CreatorStatus | Resting, str]]:
    """One's own account, then whoever needs something."""
    return [*told[:1], *sorted(told[1:], key=lambda one: (BAD not in one[1], WARNING not in one[1]))]


def off_shift(resting: Resting) -> str:
    """That nothing is wrong, and when it goes on."""
    begins = resting.begins_at
    soon = f" Your next shift begins {discord.utils.format_dt(begins, 'F')} ({_ago(begins)})." if begins else ""
    return f"🕒 You are off shift.{soon}"


def status_view(status: Status) -> discord.ui.View | None:
    """The buttons that mend what can be mended by one."""
    primary = discord.ButtonStyle.primary
    if not status.creators and status.resting:
        return None
    if not status.creators:
        return view_of([button("Connect", CONNECT_VERB, style=primary)])
    own = next((one.connection for one in status.creators if one.is_own), None)
    if own is None:
        return None
    missing = own.features - features_with(own.scopes)
    buttons = []
    if not own.is_active:
        buttons.append(button("Reconnect", CONNECT_VERB, features_argument(own.features), style=primary))
    elif missing:
        label = "Add " + ", ".join(feature.label.lower() for feature in Feature if feature in missing)
        buttons.append(button(label, CONNECT_VERB, features_argument(missing), style=primary))
    if own.paused_at is not None:
        buttons.append(button("Resume", RESUME_VERB, style=discord.ButtonStyle.success))
    return view_of(buttons) if buttons else None


def _lines(one: CreatorStatus, client: discord.Client, reader: int, *, is_first: bool) -> Iterator[str]:
    if is_first:
        yield _connection_line(one)
        yield from _feature_lines(one.connection, is_own=one.is_own)
    else:
        yield f"Reached through @{text.name(one.connection.account.handle)}"
    yield _limit_line(one)
    if one.alerts is not None:
        yield from _alert_lines(one.alerts, client, reader)


def _connection_line(one: CreatorStatus) -> str:
    connection = one.connection
    if not connection.is_active:
        fix = "Press Reconnect." if one.is_own else "Its creator has to use `/connect`."
        return f"{BAD} Fanvue no longer accepts the connection. {fix}"
    if connection.paused_at is not None:
        fix = "Press Resume." if one.is_own else "Its creator can resume it."
        return f"⏸️ Paused {_ago(connection.paused_at)}: nothing is done with it, alerts wait. {fix}"
    return f"{GOOD} Connected · token renewed {_ago(connection.refreshed_at)}, by itself"


def _feature_lines(connection: Connection, *, is_own: bool) -> Iterator[str]:
    working = features_with(connection.scopes)
    labels = ", ".join(feature.label for feature in Feature if feature in working)
    if labels:
        yield f"{GOOD} Allowed: {labels}"
    add = "`/connect` adds it." if is_own else "Its creator can add it with `/connect`."
    for feature in Feature:
        if feature not in working and feature in connection.features:
            yield f"{WARNING} {feature.label}: not allowed at Fanvue. {add}"
    unused = [feature.label for feature in Feature if feature not in working | connection.features]
    if unused:
        yield f"{UNUSED} Not used: {', '.join(unused)}. {add}"


def _limit_line(one: CreatorStatus) -> str:
    room = one.room
    if room is None:
        return f"{GOOD} Fanvue's limit: all free"
    if room.blocked_until is not None:
        return f"{WAITING} Fanvue's limit is reached. It goes on {_ago(room.blocked_until)}."
    if room.remaining == 0:
        return f"{WAITING} Fanvue's limit is used up. It is free again {_ago(room.resets_at)}."
    return f"{GOOD} Fanvue's limit: {room.remaining} of {room.limit} calls free"


def _alert_lines(alerts: AlertsStatus, client: discord.Client, reader: int) -> Iterator[str]:
    yield from _arrival_lines(alerts)
    if not alerts.places:
        yield f"{WARNING} Alerts go nowhere. `/alerts panel` picks where."
    yield from _place_lines(alerts.places, client, reader)
    if not alerts.unsent:
        yield f"{GOOD} No card waits or was lost in the last day"
    for unsent in alerts.unsent:
        what = "not delivered" if unsent.is_dead else "waiting"
        reason = f": {text.escape(unsent.reason)}" if unsent.reason else ""
        mark = BAD if unsent.is_dead else WAITING
        yield f"{mark} {mention_of(unsent.place, reader)}: {unsent.count} {what}{reason}"


def _arrival_lines(alerts: AlertsStatus) -> Iterator[str]:
    """How news come: pushed by Fanvue, or found by looking."""
    polling = alerts.polling
    heard_at = polling.heard_at or (None if polling.polled_at else alerts.received_at)
    if heard_at is not None:
        yield f"{GOOD} Fanvue last reported something {_ago(heard_at)}"
    elif polling.polled_at is None:
        yield f"{UNUSED} Fanvue has reported nothing yet. If fans did write, whoever runs this bot should look at that."
    else:
        yield f"{UNUSED} Fanvue reports nothing by itself, so I look: alerts come up to {_minutes(polling)} late."
        yield from _ending_lines(alerts.endings)
    if polling.polled_at is not None:
        yield f"{GOOD} Looked for what was missed {_ago(polling.polled_at)}, every {_minutes(polling)}"
    yield from _trouble_lines(polling)


def _trouble_lines(polling: Polling) -> Iterator[str]:
    """What cannot be looked for, and since when; where nothing is answered, the way out that is left."""
    troubled = {source: one for source in Source if (one := polling.cursors.get(source)) and one.trouble}
    if not troubled:
        return
    what = ", ".join(SOURCES[source] for source in troubled)
    began = min((one.failed_at for one in troubled.values() if one.failed_at), default=None)
    since = f" It began {_ago(began)}." if began else ""
    yield f"{WARNING} I cannot look for missed {what} at present; what Fanvue reports still comes.{since}"
    often_asked = [one for source, one in polling.cursors.items() if source is not Source.REVERSALS]
    if all(one.trouble and one.trouble.is_unanswered for one in often_asked):
        is_refused = any(one.trouble is Outcome.SIGN_IN for one in often_asked)
        what = "Fanvue refuses the connection it has just renewed" if is_refused else "Fanvue answers nothing"
        yield f"{WARNING} {what}. Should that last a day, the creator's `/connect` may help."


def _ending_lines(endings: Endings | None) -> Iterator[str]:
    """No list of Fanvue's tells what ended, so it is found by comparing, seldom and not for everybody."""
    if endings is None:
        return
    if not endings.can_be_found:
        yield f"{WARNING} I cannot look for subscriptions ending or over: only Fanvue's reports tell."
    elif endings.read_at is None:
        yield f"{UNUSED} Subscriptions ending or over: not looked for yet; with over 2,500 subscribers I cannot."
    else:
        yield f"{GOOD} Subscriptions ending or over are looked for every six hours, last {_ago(endings.read_at)}"


def _minutes(polling: Polling) -> str:
    minutes = max(1, round((polling.beat_seconds or 60) / 60))
    return "minute" if minutes == 1 else f"{minutes} minutes"


def _place_lines(places: Sequence[PlaceStatus], client: discord.Client, reader: int) -> Iterator[str]:
    """The good ones in one line."""
    good: list[str] = []
    for one in places:
        name = mention_of(one.place, reader)
        problem = trouble(client, one.place, one.roles)
        if one.resting:
            yield f"{BAD} {name}: rests, {text.escape(one.resting)}. {problem or ''} Resume it in `/alerts panel`."
        elif problem:
            yield f"{BAD} {name}: {problem}"
        else:
            good.append(name)
    if good:
        more = f" and {len(good) - PLACES_SHOWN} more" if len(good) > PLACES_SHOWN else ""
        yield f"{GOOD} Alerts go to: {', '.join(good[:PLACES_SHOWN])}{more}"


def _dm_line(status: Status, reader: int) -> str:
    for one in status.creators:
        for unsent in one.alerts.unsent if one.alerts else ():
            if unsent.is_dead and unsent.place.kind is PlaceKind.DM and unsent.place.target == reader:
                return f"{BAD} A card did not reach you. Allow direct messages in a server that we share."
    if status.has_dm:
        return f"{GOOD} Open"
    return f"{UNUSED} Not opened yet: the first card for you opens them."


def _ago(instant: datetime) -> str:
    return discord.utils.format_dt(instant, "R")
