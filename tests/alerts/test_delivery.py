"""Every due card once, in order, in the places that still want it; a refusal hurts nobody else."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from alert_desk import LUNA, NOW, POSTS, Desk, deliver_due

from bot.domain.access import Capability, Right
from bot.domain.accounts import ConnectionId, DiscordUserId, GuildId, MessageId
from bot.domain.events import EventKind
from bot.storage.deliveries.outbox import DeliveryStatus, Outbox


async def test_each_place_gets_each_card_once_and_in_order(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen("Anna", "Bea", "Cleo")
    await desk.deliver()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert desk.names() == desk.names(dm) == ["Anna", "Bea", "Cleo"]
    assert await desk.deliver() == 0


async def test_a_sent_card_can_be_found_by_its_message(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.deliver()
    (message,) = desk.cards()
    card = await desk.stores.cards.by_message(MessageId(message.id))
    assert card is not None
    assert (card.delivery, card.channel, card.creator) == (1, desk.channel.id, LUNA)


async def test_workers_at_once_send_each_card_once(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen(*(f"Fan{number}" for number in range(6)))
    await asyncio.gather(*(desk.deliver(desk.worker()) for _ in range(4)))
    await desk.deliver()
    assert desk.names() == [f"Fan{number}" for number in range(6)]


async def test_a_card_leased_by_a_worker_that_died_is_sent_when_the_lease_runs_out(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.stores.outbox.lease("died", desk.clock.now(), 60, 10)
    assert await desk.deliver() == 0
    desk.clock.step(seconds=61)
    await desk.deliver()
    assert desk.names() == ["Anna"]


async def test_an_answer_that_is_lost_makes_no_second_card(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.discord.fail("POST", POSTS, drop=True, after_applying=True)
    await desk.deliver()
    assert await desk.reason() == ("due", "Discord did not take it")
    desk.clock.step(seconds=5)
    await desk.deliver()
    assert desk.names() == ["Anna"]
    first, second = desk.posts()
    assert first.json["nonce"] == second.json["nonce"]
    assert first.json["enforce_nonce"]


async def test_different_cards_have_different_nonces(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen("Anna", "Bea")
    await desk.deliver()
    nonces = [call.json["nonce"] for call in desk.posts()]
    assert len(set(nonces)) == len(nonces) == 4
    assert all(len(nonce) <= 25 for nonce in nonces)


async def test_when_the_nonce_is_forgotten_the_card_is_found_in_the_history(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.discord.nonces.window_seconds = 0
    desk.discord.fail("POST", POSTS, drop=True, after_applying=True)
    await desk.deliver()
    desk.clock.step(minutes=10)
    await desk.deliver()
    assert desk.names() == ["Anna"]
    assert len(desk.posts()) == 1
    card = await desk.stores.cards.by_message(MessageId(desk.cards()[0].id))
    assert card is not None
    assert card.delivery == 1


@pytest.mark.parametrize("kind", [EventKind.TIP, EventKind.FOLLOWER])
async def test_a_card_without_buttons_of_its_own_is_found_in_the_history_too(desk: Desk, kind: EventKind) -> None:
    await desk.route(desk.place(), kind)
    await desk.store(desk.event("Anna", kind=kind))
    await desk.router().route_waiting()
    desk.discord.nonces.window_seconds = 0
    desk.discord.fail("POST", POSTS, drop=True, after_applying=True)
    await desk.deliver()
    desk.clock.step(minutes=10)
    await desk.deliver()
    assert desk.names() == ["Anna"]


async def test_when_the_first_try_never_arrived_the_card_is_sent_after_the_search(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.discord.fail("POST", POSTS, drop=True)
    await desk.deliver()
    desk.clock.step(minutes=10)
    await desk.deliver()
    assert desk.names() == ["Anna"]


async def test_a_place_that_hangs_holds_up_no_other(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen("Anna", "Bea", "Cleo")
    hanging = desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", hang=True, times=None, drop=True)
    working = asyncio.create_task(desk.worker().run())
    dm = await desk.discord.wait_for(lambda: desk.discord.dm(desk.luna))
    await desk.discord.wait_for(lambda: desk.names(dm) == ["Anna", "Bea", "Cleo"])
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    hanging.remove()
    assert desk.names() == []


async def test_a_card_that_was_sent_but_not_noted_is_noted_later_and_not_sent_twice(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    (parcel,) = await desk.stores.outbox.lease("died", desk.clock.now(), 60, 10)
    worker = desk.worker()
    wanted, _ = await worker._sorted_out(parcel.contents)
    await worker._sent(parcel, wanted)
    desk.clock.step(seconds=61)
    await desk.deliver()
    assert desk.names() == ["Anna"]
    assert await desk.reason() == ("done", None)


async def test_a_worker_that_ends_in_order_notes_what_it_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settle, is_settling = Outbox.settle, asyncio.Event()

    async def slowly(*arguments: Any) -> None:
        is_settling.set()
        await asyncio.sleep(0.05)
        await settle(*arguments)

    monkeypatch.setattr(Outbox, "settle", slowly)
    await desk.route(desk.place())
    await desk.happen("Anna")
    working = asyncio.create_task(desk.worker().run())
    await asyncio.wait_for(is_settling.wait(), 5)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert await desk.is_done()


async def test_a_refusal_is_settled_with_words_and_the_queue_goes_on(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna", "Bea")
    desk.discord.fail("POST", POSTS, status=400, code=50035)
    await desk.deliver()
    assert await desk.reason(1) == ("dead", "Discord refused the card's content")
    assert desk.names() == ["Bea"]


async def test_a_person_who_takes_no_messages_costs_one_try_a_card(desk: Desk) -> None:
    await desk.route(desk.dm())
    desk.luna.dms_open = False
    await desk.happen("Anna")
    await desk.deliver()
    assert await desk.reason() == ("dead", "this person takes no direct messages from the bot")
    desk.clock.step(hours=1)
    assert await desk.deliver() == 0


async def test_a_deleted_channel_is_said_to_be_gone_and_others_get_their_cards(desk: Desk) -> None:
    assert desk.channel.guild is not None
    other = desk.discord.add_channel(desk.channel.guild, "other")
    await desk.route(desk.place())
    await desk.route(desk.place(other))
    await desk.happen("Anna")
    desk.discord.remove_channel(desk.channel)
    await desk.deliver()
    assert await desk.reason(1) == ("dead", "the channel does not exist any more")
    assert desk.names(other) == ["Anna"]


@pytest.mark.parametrize(
    ("denied", "reason"),
    [(1 << 10, "the bot cannot see the channel"), (1 << 11, "the bot may not write in the channel")],
)
async def test_a_channel_closed_to_the_bot_is_named_so(desk: Desk, denied: int, reason: str) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.channel.overwrite(desk.discord.bot_user, deny=denied)
    await desk.deliver()
    assert await desk.reason() == ("dead", reason)


async def test_an_outage_of_hours_loses_nothing(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna", "Bea")
    outage = desk.discord.fail("*", "*", times=None, drop=True)
    for _ in range(6):
        await desk.deliver()
        desk.clock.step(hours=3)
    outage.remove()
    await desk.deliver()
    assert desk.names() == ["Anna", "Bea"]


async def test_after_a_day_without_discord_a_card_is_given_up_with_words(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.discord.fail("*", "*", times=None, drop=True)
    await desk.deliver()
    desk.clock.step(days=1, seconds=1)
    await desk.deliver()
    assert await desk.reason() == ("dead", "Discord did not take it for a day")


async def test_a_card_put_off_holds_back_its_place_and_no_other(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen("Anna", "Bea")
    desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", drop=True)
    await desk.deliver()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert (desk.names(), desk.names(dm)) == ([], ["Anna", "Bea"])
    desk.clock.step(seconds=30)
    await desk.deliver()
    assert desk.names() == ["Anna", "Bea"]


TROUBLES: tuple[dict[str, Any], ...] = (
    {"drop": True},
    {"drop": True, "after_applying": True},
    {"status": 503},
    {"status": 503, "after_applying": True},
)


@pytest.mark.parametrize("seed", range(3))
async def test_what_a_fan_wrote_stays_in_its_order_whatever_discord_does(desk: Desk, seed: int) -> None:
    """By chance, tries are lost or refused, before or after Discord took them, cards grow, and workers take over."""
    draw, worker, said = Random(seed), desk.worker(), Counter[str]()
    channels = [desk.discord.add_channel(desk.channel.guild, name, nsfw=True) for name in ("one", "two")]
    faults = []
    for channel in channels:
        await desk.route(desk.place(channel))
    for _ in range(25):
        name = draw.choice(("Anna", "Bea", "Cleo"))
        said[name] += 1
        await desk.write(name, f"{name}-{said[name]:02}")
        if draw.random() < 0.6:
            method, times = draw.choice(("POST", "PATCH", "*")), draw.randint(1, 3)
            faults.append(desk.discord.fail(method, "/channels/*/messages*", times=times, **draw.choice(TROUBLES)))
        worker = desk.worker() if draw.random() < 0.15 else worker
        await deliver_due(worker)
        desk.clock.step(seconds=draw.choice((0, 1, 5, 25)))
    for fault in faults:
        fault.remove()
    while await desk.stores.outbox.next_due_at() is not None:
        desk.clock.step(seconds=25)
        await desk.deliver()
    assert {status for _, status in await desk.ledger()} == {"done"}
    for channel in channels:
        words = " ".join(message.text for message in desk.cards(channel))
        for name, count in said.items():
            assert re.findall(rf"{name}-\d\d", words.replace("\\", "")) == [f"{name}-{n + 1:02}" for n in range(count)]


async def test_a_card_that_cannot_be_read_is_dead_and_the_next_one_comes(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Poison", "Bea")
    stored = await desk.stores.events.by_id(1)
    assert stored is not None
    await desk.stores.sealed.set("events", "1", expected=stored.sealed_body, sealed="damaged")
    await desk.deliver()
    assert await desk.reason(1) == ("dead", "unreadable: SealError")
    assert desk.names() == ["Bea"]


async def test_a_disconnected_account_sends_nothing_that_was_queued(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.stores.connections.delete(ConnectionId("c1"))
    await desk.deliver()
    assert desk.posts() == []


async def test_a_route_removed_after_routing_sends_nothing(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.stores.routes.remove(LUNA, EventKind.MESSAGE, desk.place())
    await desk.deliver()
    assert desk.posts() == []
    assert await desk.reason() == ("dead", "no longer wanted")


async def test_a_card_for_a_server_that_removed_the_bot_meanwhile_ends(desk: Desk) -> None:
    assert desk.channel.guild is not None
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.stores.departures.note(GuildId(desk.channel.guild.id), NOW)
    await desk.deliver()
    assert desk.posts() == []
    assert await desk.reason() == ("dead", "no longer wanted")


async def test_a_card_in_hand_when_its_account_pauses_comes_once_the_account_goes_on(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.stores.connections.pause(ConnectionId("c1"), NOW)
    await desk.deliver()
    assert desk.cards() == []
    await desk.stores.connections.pause(ConnectionId("c1"), None)
    await desk.router().route_waiting()
    await desk.deliver()
    assert desk.names() == ["Anna"]


@pytest.mark.parametrize("by", ["themselves", "the owner"])
async def test_cards_to_a_team_member_stop_with_their_right(desk: Desk, by: str) -> None:
    cleo = desk.discord.add_user("cleo")
    assert desk.channel.guild is not None
    desk.discord.add_member(desk.channel.guild, cleo)
    right = Right(LUNA, DiscordUserId(cleo.id), Capability.ALERTS, desk.owner, NOW, NOW + timedelta(hours=1))
    await desk.stores.rights.give(right)
    await desk.route(desk.dm(cleo), set_by=cleo if by == "themselves" else desk.luna)
    await desk.happen("Anna")
    await desk.deliver()
    desk.clock.step(hours=1)
    await desk.happen("Bea")
    await desk.deliver()
    dm = desk.discord.dm(cleo)
    assert dm is not None
    assert desk.names(dm) == ["Anna"]


async def test_the_figures_tell_what_became_of_the_cards(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna", "Bea")
    desk.discord.fail("POST", POSTS, status=400, code=50035)
    await desk.deliver()
    counts = await desk.stores.outbox.counts()
    assert (counts[DeliveryStatus.DONE], counts[DeliveryStatus.DEAD]) == (1, 1)
