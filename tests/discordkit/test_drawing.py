"""Cards within Discord's limits and inert, whatever fans call themselves and write."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.sending import Alert, Answer, Outgoing
from bot.discordkit.alerts.cards import deliveries_in
from bot.discordkit.alerts.drawing import draw
from bot.discordkit.look import COUNTED, ICONS, TITLES, WORDS
from bot.domain import text
from bot.domain.accounts import CreatorId, FanId, GuildId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.domain.parcels import Shape
from sandbox.discord.validation import check_message

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
PLACE = Place(PlaceKind.CHANNEL, 1, GuildId(2))
CARD_KINDS = [kind for kind in EventKind if kind.has_card]
HOSTILE = st.text(st.sampled_from(list("@<>*_`~|\\[]()#:/-\n .ht\u202e\u200b\u0301a!&1")), max_size=300)
WILD = HOSTILE | st.text(max_size=300) | st.sampled_from(["*" * 5000, "\\" * 4999, "@everyone " * 400, "\u0301" * 5000])
ANSWERS = st.none() | st.builds(Answer, st.just(1), WILD, st.just(NOW))


def alert(number: int, **changes: Any) -> Alert:
    event: dict[str, Any] = {
        "key": f"k{number}",
        "kind": EventKind.MESSAGE,
        "creator": CreatorId("luna"),
        "happened_at": NOW + timedelta(seconds=number),
        "fan": Fan(FanId(f"fan{number}"), f"fan{number}", f"Fan {number}"),
        "text": "Hello",
    }
    facts = {name: changes.pop(name) for name in ("answer", "is_read", "is_removed") if name in changes}
    return Alert(number, Event(**(event | changes)), "lunavale", True, **facts)


def outgoing(*alerts: Alert, shape: Shape = Shape.CARDS) -> Outgoing:
    return Outgoing(alerts[0].delivery, "seed", PLACE, shape, alerts)


@st.composite
def alerts(draw_value: st.DrawFn) -> list[Alert]:
    found = []
    for number in range(1, draw_value(st.integers(1, 10)) + 1):
        fan = draw_value(st.none() | st.builds(Fan, st.just(FanId(f"f{number}")), WILD, WILD))
        kind = draw_value(st.sampled_from(CARD_KINDS))
        found.append(
            alert(
                number,
                kind=kind,
                fan=fan,
                text=draw_value(st.none() | WILD),
                amount=draw_value(st.none() | st.builds(Money, st.integers(-(10**12), 10**12))),
                has_media=draw_value(st.booleans()),
                answer=draw_value(ANSWERS),
                is_removed=draw_value(st.booleans()),
            )
        )
    return found


@given(alerts(), st.sampled_from([Shape.CARDS, Shape.AWAY]), st.booleans())
async def test_any_message_keeps_within_discords_limits(found: list[Alert], shape: Shape, shows_text: bool) -> None:
    drawing = draw(outgoing(*found, shape=shape), shows_text=shows_text)
    payload = {"embeds": [embed.to_dict() for embed in drawing.embeds], "components": drawing.view.to_components()}
    check_message(payload, 0)
    assert 1 <= len(drawing.embeds) <= 10


@pytest.mark.parametrize("count", [1, 2, 10])
@pytest.mark.parametrize("words", ["a\n" * 2000, "x\n\n\n" * 1000, "*\n" * 2000])
async def test_a_card_of_many_lines_keeps_within_discords_limits(words: str, count: int) -> None:
    fan = Fan(FanId("f"), "Fan", "fan")
    drawing = draw(outgoing(*(alert(number, fan=fan, text=words) for number in range(count))), shows_text=True)
    (embed,) = [embed.to_dict() for embed in drawing.embeds]
    check_message({"embeds": [embed]}, 0)
    quoted = embed["description"].split("\n")[1:]
    assert all(line.startswith(">") for line in quoted), "nothing of it looks like a line of ours"


async def test_a_summary_of_many_creators_counts_all_that_happened_within_discords_limits() -> None:
    currencies = ("USD", "EUR", "GBP")
    made = [(f"creator{number}", kind, money) for number in range(12) for kind in CARD_KINDS for money in currencies]
    found = [
        replace(alert(number, kind=kind, creator=CreatorId(handle), amount=Money(10**9, money)), creator_handle=handle)
        for number, (handle, kind, money) in enumerate(made, 1)
    ]
    drawing = draw(outgoing(*found, shape=Shape.AWAY), shows_text=False)
    check_message({"embeds": [embed.to_dict() for embed in drawing.embeds]}, 0)
    fields = drawing.embeds[0].fields
    numbers = [int(number) for field in fields for number in re.findall(r"\*\*(\d+)\*\* ", field.value or "")]
    assert sum(numbers) == len(found)
    assert fields[-2].name is not None
    assert fields[-2].name.endswith("more creators")


async def test_a_summary_whose_amounts_take_no_end_stays_within_discords_limits() -> None:
    kinds = [(kind, f"X{number:02}") for kind in CARD_KINDS for number in range(40)]
    found = [alert(number, kind=kind, amount=Money(10**9, money)) for number, (kind, money) in enumerate(kinds, 1)]
    drawing = draw(outgoing(*found, shape=Shape.AWAY), shows_text=False)
    check_message({"embeds": [embed.to_dict() for embed in drawing.embeds]}, 0)


@given(WILD)
def test_a_text_made_to_fit_fits_and_stays_inert(words: str) -> None:
    for limit in (20, 40, 333):
        fitted = text.fit(words, limit)
        assert len(fitted) <= limit
        cut_off = fitted.removesuffix("…")
        assert (len(cut_off) - len(cut_off.rstrip("\\"))) % 2 == 0
        for mark in "*_`~|<>[]@#":
            at = [index for index, character in enumerate(fitted) if character == mark]
            assert all(index and fitted[index - 1] == "\\" for index in at)


@given(WILD)
async def test_words_stand_where_the_place_shows_none(words: str) -> None:
    marked = f"canary{words}"
    drawing = draw(outgoing(alert(1, text=marked)), shows_text=False)
    assert "canary" not in str([embed.to_dict() for embed in drawing.embeds])


@pytest.mark.parametrize("kind", CARD_KINDS)
def test_every_kind_has_its_icon_title_and_words(kind: EventKind) -> None:
    assert TITLES[kind].startswith(ICONS[kind])
    assert kind in COUNTED
    assert kind is EventKind.MESSAGE or kind in WORDS


@pytest.mark.parametrize("kind", CARD_KINDS)
async def test_a_hidden_amount_is_in_no_kind_of_card(kind: EventKind) -> None:
    shown = alert(1, kind=kind, amount=Money(98765), text=None)
    hidden = Alert(1, shown.event, "lunavale", shows_amounts=False)
    for shape in (Shape.CARDS, Shape.AWAY):
        drawing = draw(outgoing(hidden, hidden, shape=shape), shows_text=True)
        assert "987.65" not in str([embed.to_dict() for embed in drawing.embeds])


async def test_a_fans_id_that_is_no_uuid_leads_to_all_chats() -> None:
    def address(fan: str) -> str:
        drawing = draw(outgoing(alert(1, fan=Fan(FanId(fan)))), shows_text=False)
        rows = drawing.view.to_components()
        return next(part["url"] for row in rows for part in row["components"] if part.get("url"))

    assert address("../../evil?x=") == "https://www.fanvue.com/messages"
    uuid = "11111111-2222-4333-8444-555555555555"
    assert address(uuid) == f"https://www.fanvue.com/messages/{uuid}"


async def test_the_deliveries_of_a_message_are_read_from_its_components() -> None:
    drawing = draw(outgoing(*(alert(number) for number in range(1, 6))), shows_text=False)

    rows = [discord.components._component_factory(row) for row in drawing.view.to_components()]
    message: Any = SimpleNamespace(components=rows)
    assert deliveries_in(message) == [1, 2, 3, 4, 5]
