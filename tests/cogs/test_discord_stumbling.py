"""Discord stumbles around an act: what the fan has is never told as failed, and what failed is told once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.charts.studio import ChartStudio
from bot.discordkit.responses import outcomes
from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, GuildId
from bot.storage.database.backups import back_up
from bot.storage.replies import NewReply
from bot.storage.schema import deliveries
from sandbox.discord import Channel, Message
from sandbox.discord.faults import Fault
from sandbox.story import labels
from tests.wired import CREATOR, Wired, wired

CALLBACK = "/interactions/*/*/callback"
ORIGINAL = "/webhooks/*/*/messages/@original"
POSTS = "/channels/*/messages"


@pytest.fixture
async def world(tmp_path: Path, empty_database: Path, studio: ChartStudio) -> AsyncIterator[Wired]:
    async with wired(tmp_path, empty_database, studio) as made:
        yield made


async def test_a_reply_that_cannot_be_confirmed_is_not_given_back_as_if_it_had_failed(world: Wired) -> None:
    world.discord.fail("PATCH", ORIGINAL, status=404, code=10008, times=None)
    answer = await world.slash("inbox reply", fan=world.fan, text="Only once")
    await answer.wait()
    assert world.sent("Only once") == 1
    assert "Sent ✓" in answer.text
    assert "Your text" not in answer.text
    assert "Code" not in answer.text


@pytest.mark.parametrize("code", [10015, 50027])
async def test_that_a_reply_was_sent_is_said_by_direct_message_where_it_took_too_long(world: Wired, code: int) -> None:
    """An answer can be changed for a quarter of an hour; large files may take longer."""
    status = 401 if code == 50027 else 404
    world.discord.fail("*", "/webhooks/*", times=None, status=status, code=code)
    await world.slash("inbox reply", fan=world.fan, text="Only once")
    said = await world.discord.wait_for(lambda: [one for one in world.dms() if "Sent ✓" in one.text])
    assert "Only once" not in said[0].text
    assert world.sent("Only once") == 1


async def test_that_a_reply_was_sent_is_said_once_discord_is_back(world: Wired) -> None:
    away = world.discord.fail("PATCH", ORIGINAL, times=None, drop=True)
    asked = await world.slash("inbox reply", fan=world.fan, text="Only once")
    await world.discord.wait_for(lambda: away.hits)
    away.remove()
    await asked.wait()
    assert asked.text.startswith("Sent ✓")
    assert world.sent("Only once") == 1


async def test_a_reply_sent_while_discord_is_away_says_nothing_of_a_failure(world: Wired) -> None:
    card = await world.card()
    opened = await world.box(card)
    with capture_logs() as logs:
        away = world.discord.fail("*", "/webhooks/*", times=None, drop=True)
        await world.discord.submit(world.luna, opened, {"text": "Only once"})
        await world.discord.wait_for(lambda: "Answered" in world.cards()[0].text)
        await world.stop()
        away.remove()
    assert world.sent("Only once") == 1
    assert [one["event"] for one in logs if one["log_level"] == "error"] == []


@pytest.mark.parametrize("is_applied", [False, True])
async def test_a_form_whose_receipt_got_lost_is_sent_and_told(world: Wired, is_applied: bool) -> None:
    """Discord has closed the form when it got the receipt: nobody could copy the words from there."""
    opened = await world.box(await world.card())
    world.discord.fail("POST", CALLBACK, after_applying=is_applied, drop=True)
    answer = await world.discord.submit(world.luna, opened, {"text": "Dear fan"})
    await answer.wait()
    assert answer.text.startswith("Sent ✓")
    assert world.sent("Dear fan") == 1


async def test_a_note_whose_receipt_got_lost_is_given_back(world: Wired) -> None:
    shown = await (await world.slash("inbox open", fan=world.fan)).wait()
    opened = await (await world.discord.click(world.luna, shown.messages[-1], "Note")).wait()
    world.discord.fail("POST", CALLBACK, after_applying=True, drop=True)
    answer = await world.discord.submit(world.luna, opened, {"text": "Birthday in May"})
    await world.discord.wait_for(lambda: "look before you do it again" in world.said())
    assert "Birthday in May" in answer.text


async def test_a_command_under_way_at_a_stop_is_answered_first(world: Wired) -> None:
    fault = world.fanvue.faults.add("/insights/earnings*", "hang")
    with capture_logs() as logs:
        asked = await world.slash("insights earnings", period="7d")
        await fault.struck.wait()
        stopping = asyncio.create_task(world.stop())
        await asyncio.sleep(0.01)
        world.fanvue.faults.clear()
        await stopping
    assert "$" in asked.text
    assert [one["event"] for one in logs if one["log_level"] == "error"] == []


async def test_a_command_that_outlasts_a_stop_ends_in_silence(world: Wired) -> None:
    fault = world.fanvue.faults.add("/insights/earnings*", "hang", times=None)
    with capture_logs() as logs:
        asked = await world.slash("insights earnings", period="7d")
        await fault.struck.wait()
        await world.stop()
        world.fanvue.faults.clear()
        await asyncio.sleep(0.05)
    assert "Code" not in asked.text
    assert [one["event"] for one in logs if one["log_level"] in {"error", "warning"}] == []


@pytest.mark.parametrize("code", [10008, 50027])
async def test_that_files_are_in_the_vault_is_said_beside_or_by_direct_message(world: Wired, code: int) -> None:
    where = "/webhooks/*" if code == 50027 else ORIGINAL
    world.discord.fail("*", where, status=401 if code == 50027 else 404, code=code, times=None)
    asked = await world.slash("media upload", file=("a.png", b"picture"))
    told = await world.discord.wait_for(
        lambda: [one for one in (asked.text, *(one.text for one in world.dms())) if "in the vault" in one]
    )
    assert len(told) == 1
    assert "Code" not in asked.text


async def test_a_post_that_cannot_be_shown_as_sent_is_told_beside_it_and_went_out_once(world: Wired) -> None:
    card = await (await world.slash("post create", text="Hello from Discord")).wait()
    await world.discord.wait_for(lambda: "Nothing is sent" in card.text)
    world.discord.fail("PATCH", ORIGINAL, status=404, code=10008, times=None)
    pressed = await world.discord.click(world.luna, card.messages[-1], "Post now")
    await world.discord.wait_for(lambda: "Posted" in pressed.text)
    desk = world.fanvue.world.desk(world.fanvue.world.account(CREATOR))
    assert sum(post.text == "Hello from Discord" for post in desk.posts) == 1


async def test_a_reply_that_cannot_be_noted_as_sent_is_told_as_sent(world: Wired) -> None:
    world.fanvue.faults.add("sendMessage", "applied_answer_cut")
    fault = world.fanvue.faults.add("/chats/*/messages", "hang")
    asked = await world.slash("inbox reply", fan=world.fan, text="Only once")
    await fault.struck.wait()
    async with world.app.stores._database.write() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(world.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        world.fanvue.faults.clear()
        await world.discord.wait_for(lambda: asked.text)
        other.execute("ROLLBACK")
    assert "Sent ✓" in asked.text
    assert world.sent("Only once") == 1


async def test_that_a_fan_waits_too_long_is_told_once_discord_is_back(world: Wired) -> None:
    await world.card()
    await (await world.slash("inbox watch", minutes=15, lead=world.luna)).wait()
    earlier = world.app.clock.now() - timedelta(minutes=20)
    async with world.app.stores.outbox._database.write() as connection:
        await connection.execute(update(deliveries).values(happened_at=earlier))
    sweep = world.app.services.waiting.sweep
    away = world.discord.fail("POST", POSTS, drop=True, times=None)
    assert await sweep() == 0
    away.remove()
    world.discord.fail("POST", POSTS, drop=True, after_applying=True)
    await sweep()
    await sweep()
    assert await sweep() == 0
    assert world.said().count("still waits") == 1


async def test_that_an_answer_was_cut_short_is_told_once_discord_is_back(world: Wired) -> None:
    await an_answer_was_cut_short(world, world.channel)
    settle = world.app.services.stuck.settle
    away = world.discord.fail("POST", POSTS, drop=True, times=None)
    assert await settle() == 0
    away.remove()
    world.discord.fail("POST", POSTS, drop=True, after_applying=True)
    await settle()
    await settle()
    assert await settle() == 0
    assert world.said().count("was cut short") == 1


async def test_that_an_answer_was_cut_short_is_told_by_direct_message_where_the_bot_may_not_speak(world: Wired) -> None:
    """Commands can be used in servers that the bot is not in."""
    elsewhere = world.discord.add_guild("Elsewhere", world.luna, is_bot_in=False)
    await an_answer_was_cut_short(world, world.discord.add_channel(elsewhere, "chat"))
    assert await world.app.services.stuck.settle() == 1
    assert sum("was cut short" in one.text for one in world.dms()) == 1


async def an_answer_was_cut_short(world: Wired, channel: Channel) -> None:
    """Ten minutes ago; Fanvue does not have it."""
    creator = CreatorId(world.fanvue.world.account(CREATOR).uuid)
    earlier = world.app.clock.now() - timedelta(minutes=10)
    author, place = DiscordUserId(world.luna.id), ChannelId(channel.id)
    cut = NewReply("a" * 32, "interaction:1", None, creator, FanId("fan"), author, earlier, channel=place)
    assert await world.app.stores.replies.begin(cut)


async def test_a_reply_written_meanwhile_is_found_though_its_place_could_not_be_read_at_once(world: Wired) -> None:
    card = await world.card()
    unreadable = world.discord.fail("GET", f"/channels/{world.channel.id}/messages", drop=True, times=None)
    await world.discord.drop_gateway()
    world.discord.invalidate_sessions()
    await world.discord.say(world.luna, world.channel, "Back again", reply_to=card)
    await world.discord.wait_for(lambda: unreadable.hits > 1)  # the first time aiohttp asks again by itself
    unreadable.remove()
    await world.discord.wait_for(lambda: world.sent("Back again"))
    assert world.sent("Back again") == 1


@pytest.mark.parametrize("is_applied", [False, True])
async def test_that_a_reply_failed_is_told_once_discord_is_back(world: Wired, is_applied: bool) -> None:
    card = await world.card()
    world.fanvue.faults.add("sendMessage", 400, times=1)
    world.discord.fail("POST", POSTS, drop=True, after_applying=is_applied)
    written = await world.discord.say(world.luna, world.channel, "Dear fan", reply_to=card)
    await world.discord.wait_for(lambda: "⚠️" in written.reactions)
    assert world.said().count("did not accept") == 1


async def test_that_a_reply_was_sent_is_marked_once_discord_is_back(world: Wired) -> None:
    card = await world.card()
    away = world.discord.fail("PUT", "/channels/*/messages/*/reactions/*", status=403, from_cloudflare=True)
    written = await world.discord.say(world.luna, world.channel, "Dear fan", reply_to=card)
    await world.discord.wait_for(lambda: "✅" in written.reactions)
    assert away.hits == 1
    assert world.sent("Dear fan") == 1


async def test_a_form_that_discord_delivers_twice_is_sent_once_and_told_once(world: Wired) -> None:
    opened = await world.box(await world.card())
    answer = await world.discord.submit(world.luna, opened, {"text": "Dear fan"})
    world.discord._people._send(answer)
    await world.discord.wait_for(lambda: "Answered" in world.cards()[0].text and answer.text)
    await world.stop()
    assert world.sent("Dear fan") == 1
    assert len(answer.messages) == 1
    assert answer.text.startswith("Sent ✓")


async def test_a_refused_form_that_discord_delivers_twice_opens_again_with_what_was_typed(world: Wired) -> None:
    shown = await (await world.slash("insights goal")).wait()
    opened = await world.discord.click(world.luna, shown.messages[-1], "Set a goal")
    answer = await world.discord.submit(world.luna, await opened.wait(), {"amount": "much"})
    await world.discord.wait_for(lambda: answer.messages and "Change it" in labels(answer.messages[-1]))
    callback = f"/interactions/{answer.id}/"
    before = sum(callback in call.path for call in world.discord.calls)
    world.discord._people._send(answer)
    await world.discord.wait_for(lambda: sum(callback in call.path for call in world.discord.calls) > before)
    again = await (await world.discord.click(world.luna, answer.messages[-1], "Change it")).wait()
    assert again.modal is not None, again.text
    assert "much" in str(again.modal)


async def test_a_command_that_discord_delivers_twice_is_answered_once(world: Wired) -> None:
    asked = await world.slash("status")
    world.discord._people._send(asked)
    await asked.wait()
    await world.stop()
    assert len(asked.messages) == 1


async def test_a_form_whose_receipt_discord_kept_to_itself_is_sent_and_told(world: Wired) -> None:
    """It answers with an error, is asked again by the library, and says that it knows already."""
    opened = await world.box(await world.card())
    world.discord.fail("POST", CALLBACK, status=500, after_applying=True)
    answer = await world.discord.submit(world.luna, opened, {"text": "Dear fan"})
    await answer.wait()
    assert answer.text.startswith("Sent ✓")
    assert world.sent("Dear fan") == 1


async def away_for_long(world: Wired, monkeypatch: pytest.MonkeyPatch, method: str, path: str) -> Fault:
    """Longer than anybody waits for an answer to be taken."""
    monkeypatch.setattr(outcomes, "PAUSES", (0,))
    return world.discord.fail(method, path, times=None, drop=True)


async def true_reply_failed_unheard(
    world: Wired, monkeypatch: pytest.MonkeyPatch, card: Message
) -> tuple[Message, list[Fault]]:
    """A reply that Fanvue refused while Discord takes neither a mark nor a word about it."""
    away = await away_for_long(world, monkeypatch, "PUT", "/channels/*/messages/*/reactions/*")
    silent = world.discord.fail("POST", POSTS, times=None, drop=True)
    world.fanvue.faults.add("sendMessage", 400, times=1)
    failed = await world.discord.say(world.luna, world.channel, "Dear fan", reply_to=card)
    await world.discord.wait_for(lambda: world.app.client.owed.count == 2)
    return failed, [away, silent]


@pytest.mark.parametrize("then", ["", "too late", "logged in anew"])
async def test_that_a_reply_was_sent_is_told_once_after_a_long_absence_of_discord(
    world: Wired, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    away = await away_for_long(world, monkeypatch, "*", "/webhooks/*")
    asked = await world.slash("inbox reply", fan=world.fan, text="Only once")
    await world.discord.wait_for(lambda: world.app.client.owed.count)
    await world.app.client.owed.tell()
    assert "Sent ✓" not in asked.text
    away.remove()
    if then == "logged in anew":
        before = world.discord.identified
        await world.app.client.close()
        await world.discord.wait_for(lambda: world.discord.identified > before and world.app.client._is_heard)
    if then == "too late":
        world.discord.fail("*", "/webhooks/*", times=None, status=401, code=50027)
    for _ in range(2):
        await world.app.client.owed.tell()
    told = [one.text for one in world.dms()] if then else [asked.text]
    assert sum("Sent ✓" in text for text in told) == 1
    assert len(asked.messages) == (0 if then else 1)


async def test_what_became_of_a_true_reply_is_told_after_a_long_absence_of_discord(
    world: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await world.card()
    failed, faults = await true_reply_failed_unheard(world, monkeypatch, card)
    sent = await world.discord.say(world.luna, world.channel, "Dear Sarah", reply_to=card)
    await world.discord.wait_for(lambda: world.app.client.owed.count == 3)
    for fault in faults:
        fault.remove()
    for _ in range(2):
        await world.app.client.owed.tell()
    assert (list(failed.reactions), list(sent.reactions)) == (["⚠️"], ["✅"])
    assert world.said().count("did not accept") == 1


async def test_a_place_that_discord_does_not_show_keeps_nobody_from_noticing_that_a_server_is_gone(
    world: Wired,
) -> None:
    await world.card()
    gone, stores = GuildId(77 << 22), world.app.stores
    (account,) = await stores.connections.all_active()
    await stores.default_creators.set(gone, None, account.account.id)
    away = world.discord.fail("GET", POSTS, status=503, times=None)
    ready = asyncio.create_task(world.app.client.on_ready())
    async with asyncio.timeout(10):
        while not (await stores.departures.all() and away.hits):
            await asyncio.sleep(0.01)
    assert not ready.done(), "it is looked at again"
    ready.cancel()


async def test_that_a_boxs_reply_failed_is_told_after_a_long_absence_of_discord(
    world: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await world.box(await world.card())
    away = await away_for_long(world, monkeypatch, "*", "/webhooks/*")
    world.fanvue.faults.add("sendMessage", 400, times=1)
    answer = await world.discord.submit(world.luna, opened, {"text": "Dear fan"})
    await world.discord.wait_for(lambda: world.app.client.owed.count)
    away.remove()
    for _ in range(2):
        await world.app.client.owed.tell()
    assert answer.text.count("did not accept") == 1
    await world.stop()
    await world.start()
    await world.app.services.stuck.settle()
    assert "was cut short" not in world.said(), "it was told already"


@pytest.mark.parametrize("is_killed", [False, True])
async def test_that_a_boxs_reply_failed_is_told_after_a_stop_or_kill_in_a_long_absence_of_discord(
    world: Wired, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_killed: bool
) -> None:
    opened = await world.box(await world.card())
    away = await away_for_long(world, monkeypatch, "*", "/webhooks/*")
    world.fanvue.faults.add("sendMessage", 400, times=1)
    await world.discord.submit(world.luna, opened, {"text": "Dear fan"})
    await world.discord.wait_for(lambda: world.app.client.owed.count)
    if is_killed:
        await back_up(f"sqlite:///{world.database}", tmp_path / "killed.db")
    await world.stop()
    if is_killed:
        (tmp_path / "killed.db").replace(world.database)
    away.remove()
    await world.start()
    for _ in range(2):
        await world.app.services.stuck.settle()
    (told,) = [one for one in world.discord.messages(world.channel) if "was cut short" in one.text]
    assert "Try again" in labels(told)
    assert told.mentions == [world.luna]
    assert world.sent("Dear fan") == 0


async def test_that_a_true_reply_failed_is_told_after_a_stop_in_a_long_absence_of_discord(
    world: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await world.card()
    failed, faults = await true_reply_failed_unheard(world, monkeypatch, card)
    await world.stop()
    for fault in faults:
        fault.remove()
    await world.start()
    await world.discord.wait_for(lambda: "⚠️" in failed.reactions)
    assert world.said().count("this was not sent") == 1
    assert world.sent("Dear fan") == 0


@pytest.mark.parametrize("then", ["", "too late"])
async def test_that_a_post_waits_for_approval_is_asked_once_after_a_long_absence_of_discord(
    world: Wired, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    olli, guild = world.discord.add_user("olli"), world.channel.guild
    assert guild is not None
    world.discord.add_member(guild, olli)
    await (await world.slash("team grant", person=olli, right="approve")).wait()
    await (await world.slash("post approval", rule="all")).wait()
    card = await (await world.slash("post create", text="Hello")).wait()
    await world.discord.wait_for(lambda: "Nothing is sent" in card.text)
    away = await away_for_long(world, monkeypatch, "*", "/webhooks/*")
    await world.discord.click(world.luna, card.messages[-1], "Ask for approval")
    await world.discord.wait_for(lambda: world.app.client.owed.count == 2)
    away.remove()
    if then == "too late":
        world.discord.fail("POST", "/webhooks/*", times=None, status=401, code=50027)
    for _ in range(2):
        await world.app.client.owed.tell()
    questions = [one for one in world.discord.messages(world.channel) if "Approval needed" in one.text]
    assert len(questions) == 1
    await world.discord.click(olli, questions[0], "Approve")
    await world.discord.wait_for(lambda: "Approved" in questions[0].text)
