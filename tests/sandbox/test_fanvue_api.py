"""The rules that hold for every call, how lists are read, and the world behind them."""

from datetime import UTC, datetime

import pytest
from fanvue_app import App, MovingClock, all_cursors, all_pages, path_of

from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.world import Desk
from sandbox.fanvue.world.records import Chat

VERSION = "X-Fanvue-API-Version"


def kept(desk: Desk) -> list:
    """What people change on a desk by what they do."""
    sales = desk.sales.between(None, None)
    return [sales, desk.chats, desk.posts, desk.fans, desk.notifications, desk.reversals]


class TestEveryCall:
    async def test_without_a_valid_bearer_is_401(self, app: App) -> None:
        answer = await app.get("/users/me", token="ory_at_unknown")
        assert (answer.status, answer.body) == (401, {"error": "Unauthorized"})

    @pytest.mark.parametrize(("version", "status"), [("", 400), ("1999-01-01", 400), ("2024-01-01", 410)])
    async def test_without_the_version_header_is_refused(self, version: str, status: int, luna: App) -> None:
        answer = await luna.get("/users/me", headers={VERSION: version})
        assert answer.status == status
        assert {"error", "message"} <= set(answer.body)

    async def test_of_an_unknown_path_is_404(self, luna: App) -> None:
        answer = await luna.get("/nothing/here")
        assert (answer.status, answer.body) == (404, {"message": "Not found"})

    async def test_without_the_scope_is_403_before_anything_is_validated(self, app: App) -> None:
        answer = await app.acts_for("lunavale", "read:self").get("/chats?size=1000")
        assert (answer.status, answer.body) == (403, {"error": "Insufficient scopes"})

    async def test_says_what_is_left_of_the_bucket(self, luna: App) -> None:
        first = await luna.get("/users/me")
        second = await luna.get("/v1/users/me")
        assert first.headers["X-RateLimit-Limit"] == "200"
        assert [answer.headers["X-RateLimit-Remaining"] for answer in (first, second)] == ["199", "198"]
        assert int(first.headers["X-RateLimit-Reset"]) > datetime(2026, 11, 18, tzinfo=UTC).timestamp()

    async def test_beyond_the_bucket_is_429_until_it_is_full_again(
        self, fanvue: SandboxFanvue, luna: App, clock: MovingClock
    ) -> None:
        fanvue.rate_limit = 2
        assert [(await luna.get("/users/me")).status for _ in range(3)] == [200, 200, 429]
        refused = await luna.get("/users/me")
        assert (refused.body, refused.headers["Retry-After"]) == ({"error": "Too many requests"}, "60")
        clock.pass_seconds(60)
        assert (await luna.get("/users/me")).status == 200

    async def test_has_a_bucket_for_each_creator_and_for_each_managed_creator(
        self, app: App, fanvue: SandboxFanvue
    ) -> None:
        fanvue.rate_limit = 1
        agency = app.acts_for("northstar_agency")
        twins = [f"/creators/{creator.uuid}/account" for creator in fanvue.world.creators[:2]]
        for caller, path in (
            (app.acts_for("mikasol"), "/users/me"),
            (agency, "/users/me"),
            *((agency, twin) for twin in twins),
        ):
            assert (await caller.get(path)).status == 200
        assert (await agency.get("/creators")).status == 429

    async def test_with_an_invalid_uuid_is_400_with_a_message(self, luna: App) -> None:
        assert (await luna.get("/chats/not-a-uuid/messages")).body == {"message": "Invalid user UUID"}
        assert (await luna.get("/posts/not-a-uuid")).body == {"message": "Invalid UUID"}

    @pytest.mark.parametrize(
        "path", ["/chats?size=51", "/chats?page=0", "/chats?filter=nobody", "/posts?includeUnpublished=yes"]
    )
    async def test_with_a_bad_parameter_is_400_with_a_list(self, path: str, luna: App) -> None:
        answer = await luna.get(path)
        assert answer.status == 400
        assert answer.body["errors"]

    @pytest.mark.parametrize(
        "path",
        [
            "/insights/earnings?startDate=0001-01-01T00:00:00%2B14:00",
            "/insights/subscribers?endDate=9999-12-31",
            "/insights/earnings?cursor=%F0%9F%99%82",
            "/chats?page=" + "9" * 4000,
            "/media?purchasedBy=%00",
            "/chats/messages/batch",
        ],
    )
    async def test_that_is_strange_is_refused_in_a_known_way(self, path: str, luna: App) -> None:
        assert (await luna.get(path)).status in {200, 400, 404}

    @pytest.mark.parametrize("body", ["", "[" * 50_000, '"\\ud800"', "1", '{"price": Infinity}', '{"price": 1e999}'])
    async def test_with_a_strange_body_is_400(self, body: str, luna: App, chat: Chat) -> None:
        answer = await luna.call("POST", path_of(chat, "/message"), data=body)
        assert (answer.status, bool(answer.body["errors"])) == (400, True)

    async def test_is_written_into_the_ledger_without_its_token(self, fanvue: SandboxFanvue, luna: App) -> None:
        await luna.get("/users/me")
        row = fanvue.ledger[-1]
        assert (row.method, row.path, row.operation_id, row.status) == ("GET", "/users/me", "getCurrentUser", 200)
        assert luna.token not in repr(row)


class TestPaging:
    async def test_by_page_gives_every_row_once(self, luna: App) -> None:
        uuids = [row["uuid"] for row in await all_pages(luna, "/notifications")]
        assert len(uuids) == len(set(uuids)) > 20

    async def test_by_page_counts_the_records_of_the_answer(self, luna: App) -> None:
        answer = await luna.get("/chats?page=9&size=50")
        assert answer.body == {"data": [], "pagination": {"page": 9, "size": 0, "hasMore": False}}

    async def test_by_cursor_gives_every_row_once_though_new_ones_arrive(
        self, fanvue: SandboxFanvue, luna: App, clock: MovingClock
    ) -> None:
        first = await luna.get("/insights/earnings?size=5")
        clock.pass_seconds(1)
        await fanvue.fan_tips(
            "lunavale",
            fanvue.world.desk(fanvue.world.account("lunavale"))
            .fan_by_handle(first.body["data"][0]["user"]["handle"])
            .user.handle,
        )
        second = await luna.get(f"/insights/earnings?size=5&cursor={first.body['nextCursor']}")
        straight = await luna.get("/insights/earnings?size=11")
        assert first.body["data"] + second.body["data"] == straight.body["data"][1:]

    async def test_with_a_cursor_that_was_never_given_out_is_400(self, luna: App) -> None:
        assert (await luna.get("/insights/earnings?cursor=abc")).status == 400

    @pytest.mark.parametrize("path", ["/chats", "/followers", "/subscribers", "/media", "/chats/lists/smart/followers"])
    async def test_on_v1_is_by_cursor(self, path: str, luna: App) -> None:
        rows = await all_cursors(luna, f"/v1{path}", size="9")
        assert len(rows) > 9
        assert "pagination" not in (await luna.get(f"/v1{path}")).body

    async def test_of_v1_messages_is_by_date(self, fanvue: SandboxFanvue, luna: App) -> None:
        desk = fanvue.world.desk(fanvue.world.account("lunavale"))
        chat = max(desk.chats.values(), key=lambda chat: len(chat.messages))
        seen, dates = [], {}
        while True:
            answer = await luna.get(f"/v1{path_of(chat, '/messages')}", params={"limit": "10"} | dates)
            seen += [row["uuid"] for row in answer.body["data"]]
            if answer.body["dateFilter"] is None:
                break
            dates = dict.fromkeys(("sentBefore", "receivedBefore"), answer.body["dateFilter"])
        assert seen == [message.uuid for message in reversed(chat.messages)]


class TestWorld:
    async def test_the_same_seed_and_instant_make_the_same_world(self, clock: MovingClock) -> None:
        def made(sandbox: SandboxFanvue) -> list:
            return [kept(sandbox.world.open_desk(creator.handle)) for creator in sandbox.world.creators]

        assert made(SandboxFanvue(clock=clock)) == made(SandboxFanvue(clock=clock))
        assert made(SandboxFanvue(clock=clock)) != made(SandboxFanvue(clock=clock, seed=8))

    async def test_what_happens_in_one_world_is_not_known_in_another(self, clock: MovingClock) -> None:
        fanvue = SandboxFanvue(clock=clock)
        desk = fanvue.world.desk(fanvue.world.account("lunavale"))
        before = kept(fanvue.world.open_desk("lunavale"))
        assert kept(desk) == before
        fan = next(chat for chat in desk.chats.values() if chat.unread).fan.user.handle
        await fanvue.fan_writes("lunavale", fan, "Hello", media=1)
        order = await fanvue.fan_tips("lunavale", fan, 700, post=desk.posts[5].uuid)
        await fanvue.fan_likes("lunavale", fan)
        await fanvue.fan_comments("lunavale", fan, "Hello")
        await fanvue.fan_subscribes("lunavale", fan, action="cancel")
        await fanvue.fan_reverses("lunavale", order)
        assert not any(mine == theirs for mine, theirs in zip(kept(desk), before, strict=True))
        other = SandboxFanvue(clock=clock).world
        assert kept(other.desk(other.account("lunavale"))) == before

    def test_nothing_lies_in_the_future_but_what_is_scheduled(self, fanvue: SandboxFanvue, clock: MovingClock) -> None:
        for creator in fanvue.world.creators:
            desk = fanvue.world.desk(creator)
            times = [sale.at for sale in desk.sales.between(None, None)]
            times += [message.sent_at for chat in desk.chats.values() for message in chat.messages]
            times += [post.published_at for post in desk.posts if post.published_at]
            times += [row.at for row in desk.reversals]
            assert max(times) <= clock()
            assert len([post for post in desk.posts if post.publish_at]) == 2

    def test_messages_of_a_chat_have_rising_times(self, fanvue: SandboxFanvue) -> None:
        for chat in fanvue.world.desk(fanvue.world.account("lunavale")).chats.values():
            times = [message.sent_at for message in chat.messages]
            assert times == sorted(set(times))
