"""What a card shows where, through Discord's own wire."""

from alert_desk import Desk

from bot.domain.accounts import FanId
from bot.domain.events import EventKind, Fan


async def shown(desk: Desk, **changes: object) -> str:
    kind = changes.pop("kind", EventKind.MESSAGE)
    assert isinstance(kind, EventKind)
    await desk.store(desk.event(kind=kind, **changes))
    await desk.router().route_waiting()
    await desk.deliver()
    return desk.cards()[-1].text


async def test_text_stays_behind_a_button_outside_age_restricted_channels(desk: Desk) -> None:
    await desk.route(desk.place())
    words = await shown(desk, text="the words themselves")
    assert "the words themselves" not in words
    assert "Show" in words


async def test_an_age_restricted_channel_shows_the_text(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    assert "the words themselves" in await shown(desk, text="the words themselves")


async def test_an_amount_is_hidden_where_nobody_chose_to_show_it(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.TIP)
    assert "12.50" not in await shown(desk, kind=EventKind.TIP)
    await desk.route(desk.place(), EventKind.TIP, amounts=True)
    assert "12.50" in await shown(desk, kind=EventKind.TIP)


async def test_names_and_texts_of_others_ping_nobody_and_are_no_markup(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    hostile = f"@everyone <@{desk.luna.id}> **bold** https://evil.example \u202eabc"
    await shown(desk, fan=Fan(FanId("f"), "x", hostile), text=hostile)
    message = desk.cards()[-1]
    assert not message.mentions
    assert not message.mentions_everyone
    sent = desk.posts()[-1].json
    assert sent["allowed_mentions"]["parse"] == []
    assert "**bold**" not in message.text
    assert "https://evil" not in message.text
    assert "\u202e" not in message.text
