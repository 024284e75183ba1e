"""Trouble on demand, and the control surface that another process drives."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ServerDisconnectedError
from fanvue_app import App, Receiver

from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.world.records import Chat


@pytest.mark.parametrize("kind", [401, 403, 429, 500, 502, 503])
async def test_a_status_strikes_so_many_times_and_then_no_more(
    kind: str | int, fanvue: SandboxFanvue, luna: App
) -> None:
    fault = fanvue.faults.add("getCurrentUser", kind, times=2)
    assert [(await luna.get("/users/me")).status for _ in range(3)] == [kind, kind, 200]
    assert fault.hits == 2


async def test_a_fault_can_wait_for_its_turn(fanvue: SandboxFanvue, luna: App) -> None:
    fanvue.faults.add("*", 503, times=1, after=1)
    assert [(await luna.get("/users/me")).status for _ in range(3)] == [200, 503, 200]


async def test_a_429_says_how_long_to_wait(fanvue: SandboxFanvue, luna: App) -> None:
    fanvue.faults.add("/chats*", 429, retry_after=7)
    assert (await luna.get("/v1/chats")).headers["Retry-After"] == "7"
    assert (await luna.get("/users/me")).status == 200


async def test_a_reset_applies_nothing(fanvue: SandboxFanvue, luna: App, chat: Chat) -> None:
    count = len(chat.messages)
    fanvue.faults.add("sendMessage", "reset", times=1)
    with pytest.raises((ClientConnectionError, ServerDisconnectedError)):
        await luna.call("POST", f"/chats/{chat.fan.user.uuid}/message", json={"text": "hi"})
    assert len(chat.messages) == count
    assert fanvue.ledger[-1].status == 0


async def test_a_cut_answer_has_been_applied(fanvue: SandboxFanvue, luna: App, chat: Chat) -> None:
    count = len(chat.messages)
    fanvue.faults.add("sendMessage", "applied_answer_cut", times=1)
    with pytest.raises((ClientConnectionError, ServerDisconnectedError)):
        await luna.call("POST", f"/chats/{chat.fan.user.uuid}/message", json={"text": "hi"})
    assert len(chat.messages) == count + 1


async def test_a_hanging_call_lasts_until_it_is_let_go(fanvue: SandboxFanvue, luna: App) -> None:
    fault = fanvue.faults.add("*", "hang")
    hanging = asyncio.create_task(luna.call("POST", "/chats/statuses", json={}))
    await fault.struck.wait()
    assert not hanging.done()
    fanvue.faults.clear()
    with pytest.raises((ClientConnectionError, ServerDisconnectedError)):
        await hanging
    assert (await luna.get("/users/me")).status == 200


async def test_a_sandbox_with_a_hanging_call_stops(fanvue: SandboxFanvue, luna: App) -> None:
    fault = fanvue.faults.add("*", "hang")
    hanging = asyncio.create_task(luna.call("POST", "/chats/statuses", json={}))
    await fault.struck.wait()
    await fanvue.__aexit__(None, None, None)
    with pytest.raises((ClientConnectionError, ServerDisconnectedError)):
        await hanging


async def test_garbage_is_not_json_and_a_wrong_shape_is(fanvue: SandboxFanvue, luna: App) -> None:
    fanvue.faults.add("*", "garbage", times=1)
    fanvue.faults.add("*", "wrong_shape", times=1)
    garbage, shapeless = await luna.get("/users/me"), await luna.get("/users/me")
    assert (garbage.status, garbage.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert (shapeless.status, "uuid" in shapeless.body) == (200, False)


async def test_a_rotation_whose_answer_is_lost_can_be_retried_at_once(fanvue: SandboxFanvue, app: App) -> None:
    pair = fanvue.oauth.grant("lunavale")
    fanvue.faults.add("token", "rotated_answer_lost", times=1)
    with pytest.raises((ClientConnectionError, ServerDisconnectedError)):
        await app.refresh(pair.refresh_token)
    assert (await app.refresh(pair.refresh_token)).status == 200
    assert (fanvue.oauth.refreshes["lunavale"], fanvue.oauth.graces) == (2, 1)


@pytest.mark.parametrize(("kind", "status"), [("invalid_grant", 400), ("5xx", 503), (500, 500)])
async def test_the_token_address_fails_on_demand_and_spends_nothing(
    kind: str | int, status: int, fanvue: SandboxFanvue, app: App
) -> None:
    pair = fanvue.oauth.grant("lunavale")
    fanvue.faults.add("token", kind, times=1)
    assert (await app.refresh(pair.refresh_token)).status == status
    assert (await app.refresh(pair.refresh_token)).status == 200
    assert fanvue.oauth.graces == 0


def test_a_fault_that_does_not_exist_is_a_mistake(fanvue: SandboxFanvue) -> None:
    with pytest.raises(ValueError, match="boredom"):
        fanvue.faults.add("*", "boredom")


class Driver:
    """Another process, through `/_control`."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def get(self, path: str) -> Any:
        async with self._app.session.get(f"{self._app.fanvue.auth_url}/_control/{path}") as answer:
            return await answer.json()

    async def post(self, path: str, body: object) -> tuple[int, Any]:
        async with self._app.session.post(f"{self._app.fanvue.auth_url}/_control/{path}", json=body) as answer:
            return answer.status, None if answer.status == 204 else await answer.json()


@pytest.fixture
def driver(app: App) -> Driver:
    return Driver(app)


async def test_another_process_can_play_a_fan_and_read_what_came_of_it(
    driver: Driver, fanvue: SandboxFanvue, receiver: Receiver
) -> None:
    fan = (await driver.get("state"))["creators"][0]["fans"][0]
    people = {"creator": "lunavale", "fan": fan}
    status, done = await driver.post("fan/writes", {**people, "text": "from afar"})
    await fanvue.settled()
    assert (status, len(done["deliveries"])) == (201, 1)
    messages = await driver.get(f"messages?creator=lunavale&fan={fan}")
    assert (messages[-1]["uuid"], messages[-1]["text"]) == (done["result"], "from afar")
    assert (await driver.get("deliveries"))[-1]["outcome"] == "delivered"
    assert await driver.post("redeliver", {"id": done["deliveries"][0]}) == (200, {"status": 204})
    assert len(receiver.received) == 2


async def test_another_process_can_make_trouble_and_change_settings(
    driver: Driver, fanvue: SandboxFanvue, app: App
) -> None:
    assert (await driver.post("faults", {"operation": "getCurrentUser", "kind": "503", "times": 1}))[0] == 201
    assert (await driver.post("settings", {"access_token_seconds": 5, "echoes_scope_on_refresh": True}))[0] == 204
    assert (fanvue.access_token_seconds, fanvue.oauth.echoes_scope_on_refresh) == (5, True)
    _, pair = await driver.post("token", {"account": "lunavale", "scopes": ["read:self"]})
    assert (await app.get("/users/me", token=pair["access_token"])).status == 503
    assert (await driver.get("ledger"))[-1]["status"] == 503
    assert await driver.post("withdraw", {"account": "lunavale"}) == (200, {"ended": 1})
    assert (await driver.get("oauth"))["connected"] == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("fan/writes", {"creator": "lunavale", "fan": "nobody", "text": "x"}),
        ("fan/sings", {}),
        ("fan/writes", []),
        ("faults", {"kind": "boredom"}),
        ("settings", {"gravity": 1}),
        ("redeliver", {"id": "dlv-999"}),
    ],
)
async def test_a_mistake_of_the_driver_is_named(path: str, body: Any, driver: Driver) -> None:
    status, answer = await driver.post(path, body)
    assert (status, bool(answer["error"])) == (400, True)


async def test_a_foreign_page_cannot_drive_it_with_a_form(app: App, fanvue: SandboxFanvue) -> None:
    async with app.session.post(f"{fanvue.auth_url}/_control/withdraw", data={"account": "lunavale"}) as answer:
        assert answer.status == 415
