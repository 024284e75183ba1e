"""What the single chapters of the API promise beside their shapes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fanvue_app import App, MovingClock, all_cursors, all_pages, path_of

from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.world.records import Chat


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
