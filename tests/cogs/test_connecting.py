"""What people see in Discord while they connect, look at their account, and leave."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.charts.studio import ChartStudio
from sandbox.visitor import Visitor
from tests.rig import Rig, components_of, labels_of, link_of, rigged, words_of

OF_THE_WAY = {"link_attempts", "pending_connections", "leases"}
DRAWN = re.compile(r"'(gAAAAA[\w=-]+|[0-9a-f]{32}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)'")
"""What is another at every time: seals, ids of ours, instants."""


async def test_the_link_is_private_and_names_no_secret_but_its_ticket(rig: Rig) -> None:
    asked = await rig.luna.slash(rig.desk, "connect")
    assert asked.ephemeral
    assert link_of(asked).startswith(rig.app.settings.public_url + "/connect/")


async def test_picking_features_makes_a_new_link_and_ends_the_old_one(rig: Rig) -> None:
    asked = await rig.luna.slash(rig.desk, "connect")
    first = link_of(asked)
    await rig.luna.select(asked.response, custom_id="fv1:connect_pick:", values=["insights"])
    second = link_of(asked)
    assert first != second
    assert (await rig.browser.get(first)).status == 410
    page = await rig.browser.get(second)
    assert page.status == 200
    assert "write:post" not in page.html


async def test_the_private_message_updates_itself(rig: Rig) -> None:
    asked = await rig.luna.slash(rig.desk, "connect")
    await rig.browser.connect(link_of(asked), "lunavale")
    await rig.until(lambda: "Connected as @lunavale" in words_of(asked))
    assert not components_of(asked.response)
    assert "Cards come to your direct messages. `/alerts panel`" in words_of(asked), "what to do next is said"


async def test_an_agency_is_told_that_it_picks_where_cards_go(rig: Rig) -> None:
    asked = await rig.luna.slash(rig.desk, "connect")
    await rig.browser.connect(link_of(asked), "northstar_agency")
    await rig.until(lambda: "Connected as" in words_of(asked))
    assert "`/alerts panel` picks where cards about your creators go." in words_of(asked)
    assert "come to your direct messages" not in words_of(asked)


async def test_a_link_without_a_message_left_to_update_is_confirmed_by_dm(rig: Rig) -> None:
    asked = await rig.luna.slash(rig.desk, "connect")
    rig.env.inject_error("PATCH", "/webhooks/*", status=404)
    await rig.browser.connect(link_of(asked), "lunavale")
    await rig.until(lambda: any("Connected as" in words_of(message) for message in rig.dm.history()))


async def test_the_account_shows_what_works_and_offers_what_is_missing(rig: Rig) -> None:
    await rig.connect(untick=("write:post", "write:media"))
    shown = await rig.luna.slash(rig.desk, "account")
    assert shown.ephemeral
    assert "✅ **Insights**" in words_of(shown)
    assert "⚠️ **Posting**" in words_of(shown)
    assert "Add posting" in labels_of(shown.response)


async def test_disconnecting_asks_first_and_can_be_kept(connected: Rig) -> None:
    asked = await connected.luna.slash(connected.desk, "disconnect")
    for lost in ("alerts go", "the team's rights", "notes about fans", "drafts"):
        assert lost in words_of(asked), "what connecting again does not bring back is named"
    await connected.luna.click(asked.response, label="Keep it")
    assert "Kept" in words_of(asked)
    assert "@lunavale" in words_of(await connected.luna.slash(connected.desk, "account"))


async def test_whoever_only_wants_a_rest_can_pause_instead_of_disconnecting(connected: Rig) -> None:
    asked = await connected.luna.slash(connected.desk, "disconnect")
    await connected.luna.click(asked.response, label="Pause")
    assert "Paused" in words_of(asked)
    again = await connected.luna.slash(connected.desk, "disconnect")
    assert labels_of(again.response) == ["Disconnect", "Keep it"]


async def test_disconnecting_revokes_and_the_next_command_offers_to_connect(connected: Rig) -> None:
    asked = await connected.luna.slash(connected.desk, "disconnect")
    await connected.luna.click(asked.response, label="Disconnect")
    assert "is disconnected" in words_of(asked)
    assert connected.fanvue.oauth.revoked == 1
    shown = await connected.luna.slash(connected.desk, "insights earnings")
    assert "No Fanvue account" in words_of(shown)
    assert "Connect Fanvue" in [label for message in [shown.response, *shown.followups] for label in labels_of(message)]


async def test_disconnecting_works_while_fanvue_is_down_and_says_what_is_left_to_do(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="*", kind="503", times=None)
    connected.fanvue.faults.add(operation="revoke", kind="503", times=None)
    asked = await connected.luna.slash(connected.desk, "disconnect")
    await connected.luna.click(asked.response, label="Disconnect")
    assert "Third Party Apps Consent" in words_of(asked)
    assert await connected.app.stores.connections.all_active() == []


async def test_an_account_that_moves_is_lost_to_the_first_person_who_is_told(connected: Rig) -> None:
    async with Visitor() as other:
        page = await connected.connect("cleo", browser=other)
    assert "moved" in page.text
    await connected.until(lambda: any("no longer connected" in words_of(m) for m in connected.dm.history()))
    assert "No Fanvue account" in words_of(await connected.luna.slash(connected.desk, "account"))


async def test_what_tests_begin_with_is_what_the_pages_leave(
    tmp_path: Path, empty_database: Path, studio: ChartStudio
) -> None:
    left = []
    for way in (Rig.connect, Rig.begin_connected):
        folder = tmp_path / way.__name__
        folder.mkdir()
        async with rigged(folder, empty_database, studio=studio) as rig:
            await way(rig)
            await rig.env.settle()
            left.append((stored_in(rig), rig.fanvue.oauth.scopes_of("lunavale"), rig.dm.history()))
    assert left[0] == left[1]


def stored_in(rig: Rig) -> list[str]:
    """Every row but those of the way there, without what is drawn anew each time."""
    with closing(sqlite3.connect(rig.folder / "fanvue.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [(name, *row) for name in tables for row in database.execute(f"SELECT * FROM {name}")]
    return [DRAWN.sub("…", repr(row)).replace(str(rig.luna.id), "luna") for row in rows if row[0] not in OF_THE_WAY]
