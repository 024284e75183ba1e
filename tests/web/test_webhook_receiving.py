"""Webhooks over HTTP: only what Fanvue signed is stored, once, and 2xx means that it is."""

import asyncio
import gzip
import json
import resource
import socket
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from served import CREATOR, QUICK, WEBHOOK_SECRET, Site, message_body, raw_session, served
from yarl import URL

from bot.alerts.reception import TEST_DELIVERY
from bot.domain.accounts import Connection, ConnectionId, ConnectionStatus, CreatorId, DiscordUserId, FanvueAccount
from bot.web.middlewares import SERVER
from bot.web.serving import serving
from sandbox.fanvue.webhooks.signature import sign
from sandbox.world import free_port

CREATOR_ID = "11111111-2222-4333-8444-555555555555"
BODY = message_body(CREATOR_ID)
LIMIT = 256 * 1024
NOW = datetime(2026, 7, 1, 12, 0, 2, tzinfo=UTC)


@pytest.fixture
async def site(site: Site) -> Site:
    """A site where two creators are connected: the one of these bodies, and the sandbox's."""
    await connect(site, 1, CreatorId(CREATOR_ID))
    await connect(site, 2, CreatorId(site.fanvue.world.account(CREATOR).uuid))
    return site


async def connect(site: Site, owner: int, creator: CreatorId) -> None:
    account = FanvueAccount(creator, f"creator{owner}", "", is_creator=True)
    connection = Connection(
        id=ConnectionId(f"c{owner}"),
        owner=DiscordUserId(owner),
        account=account,
        features=frozenset(),
        scopes=frozenset(),
        status=ConnectionStatus.ACTIVE,
        connected_at=NOW,
        access_expires_at=NOW,
        refreshed_at=NOW,
    )
    await site.app.stores.connections.replace(connection, "sealed")


async def stored(site: Site) -> list[dict[str, Any]]:
    return await site.rows("events")


async def test_a_signed_delivery_is_stored_sealed_before_it_is_answered(site: Site) -> None:
    assert await site.webhook(message_body(CREATOR_ID, "canary words")) == 204
    (row,) = await stored(site)
    assert (row["kind"], row["creator_id"]) == ("message", CREATOR_ID)
    assert "canary" not in str(row)


async def test_the_same_delivery_again_is_acknowledged_and_makes_no_second_row(site: Site) -> None:
    assert [await site.webhook(BODY) for _ in range(3)] == [204] * 3
    assert len(await stored(site)) == 1


async def test_both_families_of_one_message_are_one_event(site: Site) -> None:
    flat = {
        "recipientUuid": CREATOR_ID,
        "messageUuid": "7d1f0c1e-0000-4000-8000-000000000001",
        "sender": {"uuid": "7d1f0c1e-0000-4000-8000-00000000000f", "handle": "fan", "displayName": "Fan"},
        "message": {"text": "hi", "hasMedia": False},
        "timestamp": "2026-07-01T12:00:00.000Z",
    }
    assert await site.webhook(BODY) == 204
    assert await site.webhook(json.dumps(flat).encode(), path="/message-received") == 204
    assert len(await stored(site)) == 1


async def test_what_the_sandbox_sends_in_both_families_is_one_event_a_message(site: Site) -> None:
    desk = site.fanvue.world.desk(site.fanvue.world.account(CREATOR))
    fan = next(chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable)
    site.fanvue.needs_consent = False
    site.fanvue.webhook_url = f"{site.origin}/webhooks/fanvue"
    await site.fanvue.fan_writes(CREATOR, fan, "one", family="both")
    await site.fanvue.settled()
    assert [delivery.status for delivery in site.fanvue.deliveries] == [204, 204]
    assert len(await stored(site)) == 1


@pytest.mark.parametrize(
    "path", ["", "/message-received", "/new-follower", "/anything", "/..%2f..%2fx", "/" + "x" * 2000, "/%ff%00"]
)
async def test_an_address_for_each_event_is_as_good(site: Site, path: str) -> None:
    assert await site.webhook(BODY, path=path) == 204
    (row,) = await stored(site)
    assert row["kind"] == "message"


@pytest.mark.parametrize("topic", ["creator.tip.received", "new_follower", "\xff\xfe", "x" * 4000, "../../etc"])
async def test_a_topic_that_lies_changes_nothing(site: Site, topic: str) -> None:
    assert await site.webhook(BODY, **{"X-Fanvue-Topic": topic}) == 204
    (row,) = await stored(site)
    assert row["kind"] == "message"


@pytest.mark.parametrize("body", [message_body("99999999-9999-4999-8999-999999999999"), b"{}"])
async def test_what_is_of_no_creator_here_is_acknowledged_and_forgotten(site: Site, body: bytes) -> None:
    assert await site.webhook(body) == 204
    assert await stored(site) == []
    assert await site.rows("deliveries") == []


async def test_a_managed_creator_is_one_of_ours(site: Site) -> None:
    managed = FanvueAccount(CreatorId("99999999-9999-4999-8999-999999999999"), "mia", "Mia", is_creator=True)
    owner = await site.app.stores.connections.of_owner(DiscordUserId(1))
    assert owner is not None
    await site.app.stores.creators.replace_managed(owner, [managed], NOW)
    assert await site.webhook(message_body(managed.id)) == 204
    assert len(await stored(site)) == 1


def headers_of(site: Site, seconds: float = 0, secret: str = WEBHOOK_SECRET, body: bytes = BODY) -> str:
    return sign(secret, body, int(site.clock.now().timestamp() + seconds))


async def status_of(site: Site, body: bytes, **headers: str) -> int:
    async with (
        raw_session() as session,
        session.post(f"{site.origin}/webhooks/fanvue", data=body, headers=headers) as answer,
    ):
        assert await answer.read() in {b"", b"405: Method Not Allowed"}
        return answer.status


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 204), (299, 204), (302, 401)])
async def test_a_signature_counts_for_five_minutes(site: Site, seconds: float, status: int) -> None:
    assert await status_of(site, BODY, **{"X-Fanvue-Signature": headers_of(site, seconds)}) == status
    assert len(await stored(site)) == (status == 204)


async def test_a_forged_delivery_is_refused_whatever_its_body(site: Site) -> None:
    good = headers_of(site)
    forged = [
        "",
        "v0=" + good.partition("v0=")[2],
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        headers_of(site, secret="another"),
        headers_of(site, secret=""),
        "t=9" * 2000,
        "t=1e3,v0=00",
        "t=²,v0=" + "0" * 64,
        "\xff\xfe",
    ]
    for header in forged:
        assert await status_of(site, BODY, **{"X-Fanvue-Signature": header}) == 401
        assert await status_of(site, b"\xff not json", **{"X-Fanvue-Signature": header}) == 401
    assert await status_of(site, BODY) == 401
    assert await status_of(site, BODY + b" ", **{"X-Fanvue-Signature": good}) == 401
    assert await stored(site) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'"text"', b"NaN"])
async def test_a_signed_body_that_is_no_object_is_a_400(site: Site, body: bytes) -> None:
    assert await site.webhook(body) == 400
    assert await stored(site) == []


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"type": 5, "data": []}',
        b'{"type": "creator.payment.succeeded", "data": {"gross": 1e400, "paid_at": "9999-99-99"}}',
        b'{"type": "creator.message.received", "data": {"text": "\\ud800\\u0000", "uuid": "\\u202e"}}',
        b'{"type": "not.invented.yet", "id": "' + b"9" * 5000 + b'"}',
    ],
)
async def test_strange_but_signed_objects_never_become_a_5xx(site: Site, body: bytes) -> None:
    assert await site.webhook(body) in {204, 400}


async def test_a_body_up_to_the_limit_is_taken_and_one_byte_more_is_not(site: Site) -> None:
    start = b'{"recipientUuid": "' + CREATOR_ID.encode() + b'", "filler": "'
    filler = start + b"x" * (LIMIT - len(start) - 2) + b'"}'
    assert len(filler) == LIMIT
    assert await site.webhook(filler) == 204
    assert await site.webhook(filler + b" ") == 413
    assert len(await stored(site)) == 1


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "identity, gzip"])
async def test_an_encoded_body_is_refused_signed_or_not(site: Site, encoding: str) -> None:
    packed = gzip.compress(BODY)
    assert await site.webhook(packed, **{"Content-Encoding": encoding}) == 415
    assert await site.webhook(BODY, **{"Content-Encoding": encoding}) == 415
    assert await stored(site) == []


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def packed_mebibytes(count: int) -> bytes:
    """So many of them, never all in memory at once."""
    packer = zlib.compressobj(level=9, wbits=31)
    return b"".join([packer.compress(bytes(2**20)) for _ in range(count)] + [packer.flush()])


async def test_bombs_and_two_thousand_silent_connections_keep_no_delivery_from_being_taken(site: Site) -> None:
    bomb = packed_mebibytes(200)
    assert len(bomb) < LIMIT
    silent, port = [], int(site.origin.rpartition(":")[2])
    await site.webhook(BODY)
    before = peak_mib()
    try:
        for number in range(2000):
            connection = socket.socket()
            connection.setblocking(False)
            silent.append(connection)
            await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
            if number % 200 == 0:
                assert await site.webhook(bomb, **{"Content-Encoding": "gzip"}) == 415
                assert await site.webhook(message_body(CREATOR_ID, uuid=f"while {number}")) == 204
    finally:
        for connection in silent:
            connection.close()
    assert peak_mib() - before < 60
    assert len(await stored(site)) == 11


async def test_identity_is_no_encoding(site: Site) -> None:
    assert await site.webhook(BODY, **{"Content-Encoding": "identity"}) == 204


DELIVERIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "good": (BODY, {}),
    "identity": (BODY, {"Content-Encoding": "identity"}),
    "of the doctor": (TEST_DELIVERY, {}),
    "of a stranger": (message_body("99999999-9999-4999-8999-999999999999"), {}),
    "unreadable": (b"[]", {}),
    "empty": (b"", {}),
    "encoded": (gzip.compress(BODY), {"Content-Encoding": "gzip"}),
    "huge": (b"x" * (LIMIT + 1), {}),
    "forged": (BODY, {"X-Fanvue-Signature": "t=1,v0=" + "0" * 64}),
    "unsigned": (BODY, {"X-Fanvue-Signature": ""}),
    "expecting": (BODY, {"Expect": "100-continue"}),
}
WAYS = ("", "?by=route", "/message-received", "/%61nything")
"""The first goes past the routes."""


async def answered(site: Site, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
    """Everything that came back but the date."""
    signed = {"X-Fanvue-Signature": headers_of(site, body=body)} | headers
    address = URL(f"{site.origin}{path}", encoded=True)
    async with raw_session() as session, session.request(method, address, data=body, headers=signed) as answer:
        kept = {name: value for name, value in answer.headers.items() if name != "Date"}
        return answer.status, kept, await answer.read()


@pytest.mark.parametrize("name", DELIVERIES)
async def test_past_the_routes_a_delivery_is_answered_as_by_every_route(site: Site, name: str) -> None:
    body, headers = DELIVERIES[name]
    first, *others = [await answered(site, "POST", f"/webhooks/fanvue{way}", body, headers) for way in WAYS]
    assert all(other == first for other in others)
    assert first[1]["Server"] == SERVER


async def test_what_is_no_delivery_to_the_single_address_goes_by_the_routes(site: Site) -> None:
    for method in ("GET", "HEAD", "PUT", "OPTIONS"):
        single, routed = [await answered(site, method, f"/webhooks/fanvue{way}", BODY, {}) for way in WAYS[:2]]
        assert single == routed
        assert single[0] == 405
    for path in (
        "/webhooks/fanvue/",
        "/webhooks/fanvuex",
        "/webhooks//fanvue",
        "/Webhooks/fanvue",
        "/x/webhooks/fanvue",
    ):
        status, kept, _ = await answered(site, "POST", path, BODY, {})
        assert (status, kept["X-Frame-Options"]) == (404, "DENY")
    assert await stored(site) == []
    assert (await answered(site, "POST", "/webhooks/%66anvue", BODY, {}))[0] == 204


async def test_nothing_but_post_is_taken(site: Site) -> None:
    async with raw_session() as session:
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            async with session.request(method, f"{site.origin}/webhooks/fanvue") as answer:
                assert answer.status == 405


async def test_storage_that_cannot_take_it_asks_fanvue_to_send_again(site: Site) -> None:
    async with site.storage_locked(), raw_session() as session:
        headers = {"X-Fanvue-Signature": headers_of(site)}
        async with session.post(f"{site.origin}/webhooks/fanvue", data=BODY, headers=headers) as answer:
            assert answer.status == 503
            assert answer.headers["Retry-After"] == "5"
    assert await stored(site) == []
    assert await site.webhook(BODY) == 204
    assert len(await stored(site)) == 1


@asynccontextmanager
async def full_disk(site: Site) -> AsyncIterator[None]:
    """The database file holds no free page and may not grow any more."""
    run = site.app.stores._database.execute_alone
    await run("VACUUM", ())
    await run("PRAGMA max_page_count=1", ())
    yield
    await run("PRAGMA max_page_count=1000000", ())


@asynccontextmanager
async def damaged_file(site: Site) -> AsyncIterator[None]:
    """What SQLite reads makes no sense to it."""
    other = sqlite3.connect(site.folder / "fanvue.db", isolation_level=None)
    (root,) = other.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ix_events_unrouted'").fetchone()
    other.execute("PRAGMA writable_schema=ON")
    place = "UPDATE sqlite_schema SET rootpage = ? WHERE name = 'ix_events_unrouted'"
    other.execute(place, (2**31,))
    (version,) = other.execute("PRAGMA schema_version").fetchone()
    other.execute(f"PRAGMA schema_version={version + 1}")
    yield
    other.execute(place, (root,))
    other.execute(f"PRAGMA schema_version={version + 2}")
    other.close()


LARGE = [message_body(CREATOR_ID, "x" * 9000, uuid=name) for name in "abc"]


@pytest.mark.parametrize(("failing", "bodies"), [(full_disk, LARGE), (damaged_file, [*LARGE, BODY])])
async def test_while_the_disk_fails_every_delivery_is_asked_for_again_and_none_is_lost(
    site: Site, failing: Callable[[Site], AbstractAsyncContextManager[None]], bodies: list[bytes]
) -> None:
    async with failing(site):
        assert {await site.webhook(body) for body in bodies} == {503}
        assert set(await asyncio.gather(*map(site.webhook, bodies))) == {503}
    assert set(await asyncio.gather(*map(site.webhook, bodies))) == {204}
    assert len(await stored(site)) == len(bodies)


@pytest.fixture
async def two_secrets(tmp_path: Path, empty_database: Path) -> AsyncIterator[Site]:
    async with served(tmp_path, empty_database, fanvue_webhook_secret="first, ,second,") as site:
        yield site


async def test_several_secrets_are_valid_at_once_and_an_empty_one_never(two_secrets: Site) -> None:
    assert await two_secrets.webhook(message_body(CREATOR_ID, uuid="a"), secret="first") == 204
    assert await two_secrets.webhook(message_body(CREATOR_ID, uuid="b"), secret="second") == 204
    for wrong in ("", " ", "first, ,second,", WEBHOOK_SECRET):
        assert await two_secrets.webhook(BODY, secret=wrong) == 401


async def test_outcomes_are_counted_by_name(site: Site) -> None:
    for secret in (WEBHOOK_SECRET, WEBHOOK_SECRET, "wrong"):
        await site.webhook(BODY, secret=secret)
    port = free_port()
    async with (
        serving(site.app.metrics, "127.0.0.1", port, QUICK),
        raw_session() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        figures = await answer.text()
    for outcome in ("stored", "known", "forged"):
        assert f'fanvue_webhooks_total{{outcome="{outcome}"}} 1.0' in figures
    assert 'fanvue_events_waiting{state="unrouted"} 1.0' in figures
