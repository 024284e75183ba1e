"""DM channels, time zones, key checks, the audit log and sealed values."""

from stored_examples import ANNA, BORIS, LUNA, NOW, TEAM_CHANNEL, a_connection, a_pending, an_attempt, an_event, routed

from bot.domain.access import Actor
from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId
from bot.storage import Stores


async def test_a_dm_channel_is_remembered_and_can_change(stores: Stores) -> None:
    assert await stores.dms.channel_of(ANNA) is None
    await stores.dms.remember(ANNA, ChannelId(1))
    await stores.dms.remember(ANNA, ChannelId(2**62))
    assert await stores.dms.channel_of(ANNA) == 2**62


async def test_a_time_zone_is_remembered_and_can_change(stores: Stores) -> None:
    assert await stores.preferences.timezone(ANNA) is None
    await stores.preferences.set_timezone(ANNA, "Europe/Berlin")
    await stores.preferences.set_timezone(ANNA, "Asia/Tokyo")
    assert await stores.preferences.timezone(ANNA) == "Asia/Tokyo"
    assert await stores.preferences.timezone(BORIS) is None


async def test_the_first_check_of_a_key_stays_until_only_another_is_kept(stores: Stores) -> None:
    await stores.key_checks.add("key-1", "sealed", NOW)
    await stores.key_checks.add("key-1", "other", NOW)
    await stores.key_checks.add("key-2", "sealed-2", NOW)
    assert await stores.key_checks.all() == {"key-1": "sealed", "key-2": "sealed-2"}
    await stores.key_checks.keep_only("key-2")
    assert await stores.key_checks.all() == {"key-2": "sealed-2"}


async def written(stores: Stores, actor: DiscordUserId, creator: CreatorId | None, action: str) -> None:
    await stores.audit.write(Actor(actor, "someone", GuildId(1), ChannelId(2)), creator, action, "done", NOW)


async def test_the_audit_log_shows_a_creators_latest_acts_first(stores: Stores) -> None:
    await stores.connections.replace(a_connection(), "sealed")
    for action in ("connect", "reply", "post"):
        await written(stores, ANNA, LUNA, action)
    await written(stores, BORIS, None, "connect")
    entries = await stores.audit.of_owner(ANNA, NOW, 0, 2)
    assert [(entry.action, entry.actor, entry.at) for entry in entries] == [("post", ANNA, NOW), ("reply", ANNA, NOW)]


async def test_every_sealed_value_is_visited_once_and_swapped(stores: Stores) -> None:
    attempt, returned = an_attempt(), an_attempt("b", BORIS)
    await stores.connections.replace(a_connection(), "old-connection")
    await stores.links.open(attempt)
    await stores.links.open(returned)
    await stores.links.go_on(attempt.id, browser_hash="b", state_hash="s", sealed_verifier="old-verifier", now=NOW)
    await stores.links.remember_message(attempt.id, "old-message")
    await stores.links.save_pending(a_pending(returned, sealed_tokens="old-pending"))
    await stores.events.add_many([an_event(f"k{number}", sealed_body=f"old-{number}") for number in range(450)])
    seen = []
    async for batch in stores.sealed.batches():
        for what, identity, sealed in batch:
            seen.append(sealed)
            assert await stores.sealed.set(what, identity, expected=sealed, sealed=sealed.replace("old", "new"))
    assert len(seen) == len(set(seen)) == 454
    assert {sealed async for batch in stores.sealed.batches() for _, _, sealed in batch} == {
        sealed.replace("old", "new") for sealed in seen
    }


async def test_a_sealed_value_that_changed_meanwhile_is_left_alone(stores: Stores) -> None:
    connection = a_connection()
    await stores.connections.replace(connection, "refreshed")
    assert not await stores.sealed.set("connections", connection.id, expected="stale", sealed="resealed")
    assert await stores.connections.sealed_tokens(connection.id) == "refreshed"


async def test_purged_bodies_are_not_among_the_sealed_values(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    await stores.events.purge_bodies(NOW.replace(year=2027))
    assert [batch async for batch in stores.sealed.batches()] == []
