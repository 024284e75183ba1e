"""The rules that hold for every call, and those of the single chapters."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fanvue_app import App, MovingClock

from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.world.records import Chat

VERSION = "X-Fanvue-API-Version"


@pytest.fixture
def luna(app: App) -> App:
    return app.acts_for("lunavale")


@pytest.fixture
def chat(fanvue: SandboxFanvue) -> Chat:
    chats = fanvue.world.desk(fanvue.world.account("lunavale")).chats.values()
    return next(chat for chat in chats if chat.unread and chat.fan.is_contactable)


def path_of(chat: Chat, rest: str = "") -> str:
    return f"/chats/{chat.fan.user.uuid}{rest}"


async def all_pages(app: App, path: str, **query: str) -> list[dict]:
    rows, page = [], 1
    while True:
        answer = await app.get(path, params={**query, "page": str(page), "size": "7"})
        rows += answer.body["data"]
        if not answer.body["pagination"]["hasMore"]:
            return rows
        page += 1


async def all_cursors(app: App, path: str, **query: str) -> list[dict]:
    rows, cursor = [], {}
    while True:
        answer = await app.get(path, params=query | cursor)
        rows += answer.body["data"]
        if answer.body["nextCursor"] is None:
            return rows
        cursor = {"cursor": answer.body["nextCursor"]}


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


class TestChats:
    async def test_unread_ones_are_found_and_counted(self, luna: App) -> None:
        rows = await all_pages(luna, "/chats", filter="unread")
        counts = (await luna.get("/chats/unread")).body
        assert len(rows) == counts["unreadChatsCount"] > 0
        assert sum(row["unreadMessagesCount"] for row in rows) == counts["unreadMessagesCount"]

    async def test_are_found_by_name(self, luna: App, chat: Chat) -> None:
        rows = await all_pages(luna, "/chats", search=chat.fan.user.handle.upper())
        assert chat.fan.user.uuid in {row["user"]["uuid"] for row in rows}

    async def test_of_several_filters_satisfy_all(self, luna: App) -> None:
        answer = await luna.get("/chats?filter=unread&filter=subscribers&size=50")
        unread = await all_pages(luna, "/chats", filter="unread")
        assert {row["user"]["uuid"] for row in answer.body["data"]} < {row["user"]["uuid"] for row in unread}

    async def test_filters_for_creators_are_refused_to_others(self, app: App, luna: App) -> None:
        assert (await app.acts_for("justafan").get("/chats?filter=spenders")).status == 403
        assert (await luna.get("/chats?filter=spenders")).status == 200

    async def test_reading_messages_marks_them_read_unless_told_not_to(self, luna: App, chat: Chat) -> None:
        await luna.get(path_of(chat, "/messages?markAsRead=false"))
        await luna.get(f"/v1{path_of(chat, '/messages')}")
        assert chat.unread > 0
        await luna.get(path_of(chat, "/messages"))
        assert chat.unread == 0

    async def test_can_be_marked_unread_muted_and_nicknamed(self, luna: App, chat: Chat) -> None:
        for body in ({"isRead": True}, {"isRead": False}, {"isMuted": True, "nickname": "Regular"}):
            assert (await luna.call("PATCH", path_of(chat), json=body)).status == 204
        row = (await luna.get(f"/v1{path_of(chat)}")).body
        assert (row["isRead"], row["unreadMessagesCount"], row["isMuted"]) == (False, 0, True)
        assert row["user"]["nickname"] == "Regular"
        assert (await luna.call("PATCH", path_of(chat), json={"nickname": "x" * 31})).status == 400


class TestSending:
    async def test_a_sent_message_is_the_newest_of_the_chat(self, luna: App, chat: Chat, fanvue: SandboxFanvue) -> None:
        answer = await luna.call("POST", path_of(chat, "/message"), json={"text": "Hello!"})
        newest = (await luna.get(path_of(chat, "/messages?markAsRead=false&size=1"))).body["data"][0]
        assert answer.status == 201
        assert (newest["uuid"], newest["text"], newest["sender"]["handle"]) == (
            answer.body["messageUuid"],
            "Hello!",
            "lunavale",
        )
        assert fanvue.messages("lunavale", chat.fan.user.handle)[-1].text == "Hello!"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"text": ""},
            {"text": "x" * 5001},
            {"text": None},
            {"text": "hi", "price": 999},
            {"text": "hi", "price": "999"},
            {"text": 5},
            {"mediaUuids": ["nonsense"]},
        ],
    )
    async def test_a_body_against_the_rules_is_400_and_sends_nothing(self, body: Any, luna: App, chat: Chat) -> None:
        count = len(chat.messages)
        answer = await luna.call("POST", path_of(chat, "/message"), json=body)
        assert (answer.status, bool(answer.body["errors"]), len(chat.messages)) == (400, True, count)

    async def test_a_price_below_three_dollars_is_400(self, luna: App, chat: Chat, fanvue: SandboxFanvue) -> None:
        ready = [
            item.uuid for item in fanvue.world.desk(fanvue.world.account("lunavale")).media if item.status == "ready"
        ]
        for price, status in ((299, 400), (300, 201)):
            body = {"mediaUuids": ready[:1], "price": price}
            assert (await luna.call("POST", path_of(chat, "/message"), json=body)).status == status

    async def test_media_that_is_not_ready_is_refused(self, luna: App, chat: Chat, fanvue: SandboxFanvue) -> None:
        waiting = next(i for i in fanvue.world.desk(fanvue.world.account("lunavale")).media if i.status == "processing")
        answer = await luna.call("POST", path_of(chat, "/message"), json={"mediaUuids": [waiting.uuid]})
        assert (answer.status, "message" in answer.body) == (400, True)

    async def test_broken_json_is_400(self, luna: App, chat: Chat) -> None:
        assert (await luna.call("POST", path_of(chat, "/message"), data=b"{")).status == 400

    async def test_a_fan_who_cannot_be_written_to_can_still_be_read(self, luna: App, fanvue: SandboxFanvue) -> None:
        desk = fanvue.world.desk(fanvue.world.account("lunavale"))
        chat = next(chat for chat in desk.chats.values() if not chat.fan.is_contactable)
        answer = await luna.call("POST", path_of(chat, "/message"), json={"text": "hi"})
        assert (answer.status, answer.body) == (400, {"message": "Invalid user UUID"})
        assert (await luna.get(path_of(chat, "/messages?markAsRead=false"))).status == 200

    async def test_a_chat_must_exist_first(self, luna: App, fanvue: SandboxFanvue) -> None:
        fan = fanvue.world.add_fan("lunavale", "somebody_new").user.uuid
        assert (await luna.get(f"/chats/{fan}/messages")).status == 404
        assert (await luna.call("POST", f"/chats/{fan}/message", json={"text": "hi"})).status == 400
        assert (await luna.call("POST", "/chats", json={"userUuid": fan})).status == 201
        assert (await luna.call("POST", f"/chats/{fan}/message", json={"text": "hi"})).status == 201

    async def test_own_messages_can_be_taken_back_but_not_bought_ones(
        self, luna: App, chat: Chat, fanvue: SandboxFanvue
    ) -> None:
        sent = await luna.call("POST", path_of(chat, "/message"), json={"text": "oops"})
        one = path_of(chat, f"/messages/{sent.body['messageUuid']}")
        assert [(await luna.call("DELETE", one)).status for _ in range(2)] == [204, 404]
        desk = fanvue.world.desk(fanvue.world.account("lunavale"))
        bought = next((c, m) for c in desk.chats.values() for m in c.messages if m.purchased_at)
        answer = await luna.call("DELETE", path_of(bought[0], f"/messages/{bought[1].uuid}"))
        assert (answer.status, "message" in answer.body) == (400, True)

    async def test_a_team_member_is_named_beside_the_message(self, app: App, fanvue: SandboxFanvue, chat: Chat) -> None:
        agency = app.acts_for("northstar_agency")
        base = f"/creators/{fanvue.world.account('lunavale').uuid}"
        await agency.call("POST", base + path_of(chat, "/message"), json={"text": "from the team"})
        newest = (await agency.get(base + path_of(chat, "/messages?markAsRead=false"))).body["data"][0]
        assert newest["sentByUserId"] == fanvue.world.agency.uuid
        assert newest["sender"]["handle"] == "lunavale"


class TestChatMedia:
    async def test_what_a_fan_sent_is_found_with_its_owner(self, luna: App, chat: Chat, fanvue: SandboxFanvue) -> None:
        uuid = await fanvue.fan_writes("lunavale", chat.fan.user.handle, media=2)
        rows = (await luna.get(path_of(chat, "/media?limit=2"))).body["data"]
        assert {(row["messageUuid"], row["ownerUuid"]) for row in rows} == {(uuid, chat.fan.user.uuid)}
        query = {"mediaUuids": f"{rows[0]['uuid']},{chat.fan.user.uuid}", "variants": "main"}
        shown = (await luna.get(path_of(chat, f"/messages/{uuid}/media"), params=query)).body
        assert shown["results"][rows[0]["uuid"]]["variants"][0]["variantType"] == "main"
        assert [problem["code"] for problem in shown["errors"]] == ["NOT_IN_MESSAGE"]


class TestAgency:
    async def test_a_member_reaches_only_managed_creators(self, app: App, fanvue: SandboxFanvue) -> None:
        agency = app.acts_for("northstar_agency")
        handles = [row["handle"] for row in (await agency.get("/creators")).body["data"]]
        assert handles == ["lunavale", "mikasol"]
        assert (await agency.get(f"/creators/{fanvue.world.account('theodrake').uuid}/chats")).status == 403
        assert (await agency.get(f"/creators/{fanvue.world.account('justafan').uuid}/chats")).status == 404

    async def test_a_creator_manages_nobody_and_sees_no_agency_streams(self, luna: App) -> None:
        assert (await luna.get("/creators")).body["data"] == []
        assert (await luna.get("/agencies/team-members")).status == 403

    async def test_an_account_that_is_no_creator_owns_nothing(self, app: App) -> None:
        onlooker = app.acts_for("justafan")
        assert (await onlooker.get("/users/me")).body["isCreator"] is False
        assert (await onlooker.get("/chats")).body["data"] == []
        assert (await onlooker.get("/insights/earnings/summary")).body["totals"]["allTime"]["gross"] == 0


class TestInsights:
    @pytest.mark.parametrize("granularity", ["day", "week"])
    async def test_the_summary_is_the_sum_of_the_rows_of_its_span(
        self, granularity: str, fanvue: SandboxFanvue, luna: App
    ) -> None:
        fanvue.rate_limit = 1000
        span = {"startDate": "2026-09-06T22:00:00Z", "endDate": "2026-10-25T23:00:00Z"}
        rows = await all_cursors(luna, "/insights/earnings", size="50", **span)
        query = span | {"timezone": "Europe/Berlin", "granularity": granularity}
        summary = (await luna.get("/insights/earnings/summary", params=query)).body
        gross = sum(row["gross"] for row in rows)
        assert sum(part["gross"] for part in summary["breakdownBySource"].values()) == gross
        assert sum(period["gross"] for period in summary["overTime"]) == gross
        assert len(summary["overTime"]) == {"day": 49, "week": 7}[granularity]
        assert summary["overTime"][0]["periodStart"] == "2026-09-06T22:00:00.000Z"

    async def test_months_end_where_the_time_zone_says(self, luna: App, fanvue: SandboxFanvue) -> None:
        summary = (await luna.get("/insights/earnings/summary?timezone=Pacific/Auckland")).body
        sales = fanvue.world.desk(fanvue.world.account("lunavale")).sales
        first_here = datetime(2026, 10, 31, 11, tzinfo=UTC)
        assert summary["totals"]["thisMonth"]["gross"] == sales.total(first_here)[0]
        assert summary["totals"]["allTime"]["gross"] == sales.total()[0]

    async def test_an_unknown_time_zone_is_400(self, luna: App) -> None:
        for name in ("Mars/Olympus", "../etc/passwd", ""):
            assert (await luna.get(f"/insights/earnings/summary?timezone={quote(name)}")).status == 400

    async def test_weekends_earn_more(self, luna: App) -> None:
        days = (await luna.get("/insights/earnings/summary")).body["averageByDayOfWeek"]
        assert days["6"] > days["2"]

    async def test_rows_can_be_limited_to_sources(self, luna: App) -> None:
        answer = await luna.get("/insights/earnings?source=tip,renewal&size=50")
        assert {row["source"] for row in answer.body["data"]} == {"tip", "renewal"}

    async def test_reversals_are_negative_and_apart_but_on_v1_among_the_rows(
        self, fanvue: SandboxFanvue, luna: App
    ) -> None:
        fanvue.rate_limit = 1000
        spending = await all_cursors(luna, "/insights/spending", size="50")
        assert spending
        assert all(row["gross"] < 0 and row["net"] < 0 for row in spending)
        newer = await all_cursors(luna, "/v1/insights/earnings", size="50", source="refund,chargeback")
        assert [row["gross"] for row in newer] == [row["gross"] for row in spending]
        assert all(row["reversedTransactionOrderId"] for row in newer)
        older = await luna.get("/insights/earnings?source=refund")
        assert older.status == 400

    async def test_top_spenders_are_in_order_and_add_up(self, fanvue: SandboxFanvue, luna: App) -> None:
        rows = await all_pages(luna, "/insights/top-spenders")
        gross = [row["gross"] for row in rows]
        assert gross == sorted(gross, reverse=True)
        assert sum(gross) == fanvue.world.desk(fanvue.world.account("lunavale")).sales.total()[0]

    async def test_subscriber_days_run_up_from_the_start_of_the_span(self, luna: App) -> None:
        answer = await luna.get("/insights/subscribers?startDate=2026-10-01&endDate=2026-10-08")
        days = answer.body["data"]
        assert [day["date"] for day in days] == [f"2026-10-0{number}" for number in range(1, 8)]
        change = sum(day["newSubscribersCount"] - day["cancelledSubscribersCount"] for day in days)
        assert days[-1]["total"] == change

    async def test_a_fan_nobody_knows_is_an_error_of_its_key_alone(
        self, luna: App, chat: Chat, fanvue: SandboxFanvue
    ) -> None:
        known, unknown = chat.fan.user.uuid, fanvue.world.agency.uuid
        answer = await luna.call("POST", "/insights/fans/batch", json={"userUuids": [known, unknown]})
        assert answer.body[unknown] == {"error": "not_found"}
        single = await luna.get(f"/insights/fans/{known}")
        assert answer.body[known] == single.body
        assert (await luna.get(f"/insights/fans/{unknown}")).status == 404


class TestPosts:
    async def test_a_scheduled_post_comes_out_at_its_time(self, luna: App, clock: MovingClock) -> None:
        at = (clock() + timedelta(minutes=10)).isoformat()
        made = await luna.call("POST", "/posts", json={"audience": "subscribers", "text": "soon", "publishAt": at})
        assert (made.body["publishedAt"], bool(made.body["publishAt"])) == (None, True)
        clock.pass_seconds(601)
        read = (await luna.get(f"/posts/{made.body['uuid']}")).body
        assert (read["publishAt"], read["publishedAt"]) == (None, made.body["publishAt"])

    async def test_a_scheduled_post_can_be_published_at_once(self, luna: App, clock: MovingClock) -> None:
        at = (clock() + timedelta(days=1)).isoformat()
        made = await luna.call("POST", "/posts", json={"audience": "subscribers", "text": "soon", "publishAt": at})
        out = await luna.call("PATCH", f"/posts/{made.body['uuid']}", json={"publishAt": None})
        assert out.body["publishedAt"] is not None

    @pytest.mark.parametrize(
        "body",
        [
            {"text": "no audience"},
            {"audience": "everybody", "text": "x"},
            {"audience": "subscribers"},
            {"audience": "subscribers", "text": "x", "price": 500},
            {"audience": "subscribers", "text": "x" * 5001},
            {"audience": "subscribers", "text": "x", "mediaUuids": ["5939ae62-3eb5-4433-954f-f78c7b4282f3"]},
            {"audience": "subscribers", "text": "x", "expiresAt": "2020-01-01T00:00:00Z"},
        ],
    )
    async def test_a_post_against_the_rules_is_400_with_a_list(self, body: Any, luna: App) -> None:
        answer = await luna.call("POST", "/posts", json=body)
        assert (answer.status, bool(answer.body["errors"])) == (400, True)

    async def test_pinned_posts_come_first(self, luna: App) -> None:
        last = (await all_pages(luna, "/posts"))[-1]["uuid"]
        assert (await luna.call("POST", f"/posts/{last}/pin")).body["isPinned"] is True
        assert last in [row["uuid"] for row in (await luna.get("/posts")).body["data"][:2]]
        assert (await luna.call("DELETE", f"/posts/{last}/pin")).body["isPinned"] is False

    async def test_posts_to_come_can_be_left_out(self, luna: App) -> None:
        shown = await all_pages(luna, "/posts", includeUnpublished="false")
        everything = await all_pages(luna, "/posts")
        assert all(row["publishedAt"] for row in shown)
        assert len(everything) == len(shown) + 2

    async def test_tips_of_a_post_add_up(self, luna: App) -> None:
        post = max((await all_pages(luna, "/posts")), key=lambda row: row["tips"]["count"])
        tips = await all_pages(luna, f"/posts/{post['uuid']}/tips")
        assert sum(tip["gross"] for tip in tips) == post["tips"]["totalGross"] > 0


class TestUploads:
    async def test_a_file_goes_up_in_parts_and_becomes_ready(self, luna: App) -> None:
        body = {"name": "Beach", "filename": "beach.jpg", "mediaType": "image", "sizeBytes": 11}
        made = (await luna.call("POST", "/media/uploads", json=body)).body
        upload = f"/media/uploads/{made['uploadId']}"
        parts = []
        for number, content in enumerate((b"hello ", b"world"), start=1):
            url = (await luna.get(f"{upload}/parts/{number}/url")).body
            async with luna.session.put(url, data=content) as answer:
                assert answer.status == 200
                parts.append({"PartNumber": number, "ETag": answer.headers["ETag"]})
        assert set((await luna.get(f"/media/{made['mediaUuid']}")).body) == {"uuid", "status"}
        wrong = [{"PartNumber": 1, "ETag": "nonsense"}]
        assert (await luna.call("PATCH", upload, json={"parts": wrong})).status == 400
        assert (await luna.call("PATCH", upload, json={"parts": parts})).body == {"status": "processing"}
        await luna.get(f"/media/{made['mediaUuid']}")
        assert (await luna.get(f"/media/{made['mediaUuid']}")).body["status"] == "ready"

    async def test_a_part_is_taken_only_at_its_signed_address_and_without_a_bearer(self, luna: App) -> None:
        body = {"name": "Beach", "filename": "beach.jpg", "mediaType": "image"}
        made = (await luna.call("POST", "/media/uploads", json=body)).body
        url = (await luna.get(f"/media/uploads/{made['uploadId']}/parts/1/url")).body
        async with luna.session.put(url + "x", data=b"1") as answer:
            assert answer.status == 403
        async with luna.session.put(url, data=b"1", headers={"Authorization": "Bearer x"}) as answer:
            assert answer.status == 400

    async def test_addresses_are_shown_only_with_variants(self, luna: App) -> None:
        ready = (await luna.get("/media?status=ready&size=1")).body["data"][0]
        assert ("url" in ready, ready["variants"]) == (False, [])
        shown = (await luna.get(f"/media/{ready['uuid']}?variants=main,blurred")).body
        assert [row["variantType"] for row in shown["variants"]] == ["main", "blurred"]
        async with luna.session.get(shown["url"]) as answer:
            assert answer.content_type == "image/svg+xml"


class TestNames:
    async def test_a_folder_name_may_hold_anything_and_only_once(self, luna: App) -> None:
        name = "Été / 50 % & more?"
        assert (await luna.call("POST", "/vault/folders", json={"name": name})).status == 201
        assert (await luna.call("POST", "/vault/folders", json={"name": name})).status == 409
        assert (await luna.get(f"/vault/folders/{quote(name, safe='')}")).body["name"] == name

    async def test_a_list_name_is_taken_once(self, luna: App) -> None:
        answer = await luna.call("POST", "/chats/lists/custom", json={"name": "VIP"})
        assert (answer.status, "message" in answer.body) == (409, True)


class TestWorld:
    async def test_the_same_seed_and_instant_make_the_same_world(self, clock: MovingClock) -> None:
        def digest(sandbox: SandboxFanvue) -> list:
            desks = [sandbox.world.desk(creator) for creator in sandbox.world.creators]
            return [(desk.sales.total(), [chat.messages for chat in desk.chats.values()], desk.posts) for desk in desks]

        assert digest(SandboxFanvue(clock=clock)) == digest(SandboxFanvue(clock=clock))
        assert digest(SandboxFanvue(clock=clock)) != digest(SandboxFanvue(clock=clock, seed=8))

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
