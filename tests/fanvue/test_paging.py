from collections.abc import Callable
from typing import Any

import pytest

from bot.fanvue import chats, insights
from bot.fanvue.chats import Message
from bot.fanvue.insights import Earning
from bot.fanvue.paging import pages
from bot.fanvue.shapes import Cents, Page, Pagination, instant_of
from bot.fanvue.wire import Call

FIRST = chats.list_messages("fan", size=2)


def rows(*uuids: str) -> list[Message]:
    return [Message(uuid=uuid) for uuid in uuids]


class Recorded:
    """Answers one call after the other, and remembers what was asked."""

    def __init__(self, *answers: Page[Any] | Callable[[Call[Any]], Page[Any]]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, str]] = []

    async def __call__(self, call: Call[Page[Any]]) -> Page[Any]:
        self.asked.append(dict(call.query))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, Page) else answer(call)


async def read(send: Recorded, limit: int = 100, first: Call[Any] = FIRST) -> list[Any]:
    return [row async for row in pages(send, first, limit)]


def numbered(number: int, has_more: bool, *uuids: str) -> Page[Message]:
    return Page(data=rows(*uuids), pagination=Pagination(page=number, size=len(uuids), has_more=has_more))


async def test_numbered_pages_are_read_to_their_end() -> None:
    send = Recorded(numbered(1, True, "a", "b"), numbered(2, True, "c", "d"), numbered(3, False, "e"))
    assert [row.uuid for row in await read(send)] == ["a", "b", "c", "d", "e"]
    assert [asked.get("page") for asked in send.asked] == [None, "2", "3"]
    assert all(asked["markAsRead"] == "false" and asked["size"] == "2" for asked in send.asked)


async def test_a_list_that_does_not_say_whether_there_is_more_is_read_until_nothing_comes() -> None:
    unsure = [Page(data=rows(*names), pagination=Pagination(page=number, has_more=None)) for number, names in
              ((1, "ab"), (2, "c"), (3, ""))]  # fmt: skip
    assert [row.uuid for row in await read(Recorded(*unsure))] == ["a", "b", "c"]


async def test_a_row_that_shifted_to_the_next_page_is_given_once() -> None:
    send = Recorded(numbered(1, True, "a", "b"), numbered(2, False, "b", "c"))
    assert [row.uuid for row in await read(send)] == ["a", "b", "c"]


async def test_a_list_that_grew_by_a_whole_page_meanwhile_loses_nothing() -> None:
    send = Recorded(numbered(1, True, "a", "b"), numbered(2, True, "a", "b"), numbered(3, False, "c"))
    assert [row.uuid for row in await read(send)] == ["a", "b", "c"]


async def test_a_row_that_is_twice_on_one_page_is_given_once() -> None:
    send = Recorded(numbered(1, False, "a", "a", "b"))
    assert [row.uuid for row in await read(send)] == ["a", "b"]


async def test_cursors_are_followed_until_there_is_none() -> None:
    send = Recorded(Page(data=rows("a"), next_cursor="x=="), Page(data=rows("b"), next_cursor=None))
    assert [row.uuid for row in await read(send)] == ["a", "b"]
    assert send.asked[1]["cursor"] == "x=="


@pytest.mark.parametrize(
    ("date_filter", "expected"),
    [
        ("2026-01-01T00:00:00Z", {"sentBefore": "2026-01-01T00:00:00Z", "receivedBefore": "2026-01-01T00:00:00Z"}),
        ({"sentBefore": "s", "receivedBefore": "r"}, {"sentBefore": "s", "receivedBefore": "r"}),
        ({"sentBefore": "s", "receivedBefore": None}, {"sentBefore": "s"}),
    ],
)
async def test_date_filters_are_given_back(date_filter: Any, expected: dict[str, str]) -> None:
    send = Recorded(Page(data=rows("a"), date_filter=date_filter), Page(data=rows("b"), date_filter=None))
    assert [row.uuid for row in await read(send)] == ["a", "b"]
    assert {name: send.asked[1].get(name) for name in expected} == expected


async def test_a_date_filter_cannot_bring_other_parameters_along() -> None:
    send = Recorded(Page(data=rows("a"), date_filter={"markAsRead": "true", "sentBefore": "s"}), Page(data=rows("b")))
    await read(send)
    assert send.asked[1]["markAsRead"] == "false"


async def test_no_more_pages_are_asked_for_than_the_limit_needs() -> None:
    send = Recorded(numbered(1, True, "a", "b"), numbered(2, True, "c", "d"), numbered(3, True, "e", "f"))
    assert len(await read(send, limit=3)) == 3
    assert len(send.asked) == 2
    assert await read(Recorded(numbered(1, True, "a")), limit=0) == []


async def test_exactly_the_limit_asks_for_nothing_more() -> None:
    send = Recorded(numbered(1, True, "a", "b"), numbered(2, True, "c", "d"))
    assert len(await read(send, limit=2)) == 2
    assert len(send.asked) == 1


@pytest.mark.parametrize(
    "page",
    [
        Page(data=rows("a"), next_cursor="same"),
        Page(data=[], next_cursor="same"),
        Page(data=rows("a"), pagination=Pagination(page=1, has_more=True)),
        Page(data=rows("a"), date_filter="2026-01-01T00:00:00Z"),
    ],
    ids=["cursor", "empty", "page", "date"],
)
async def test_a_list_that_never_says_it_is_over_ends_all_the_same(page: Page[Message]) -> None:
    send = Recorded(page)
    await read(send, limit=10_000)
    assert len(send.asked) <= 3


@pytest.mark.parametrize(
    "empty",
    [Page(data=[], next_cursor="x"), numbered(1, True), Page(data=[], date_filter="2026-01-01T00:00:00Z")],
    ids=["cursor", "page", "date"],
)
async def test_an_empty_page_that_says_there_is_more_hides_nothing(empty: Page[Message]) -> None:
    assert [row.uuid for row in await read(Recorded(empty, Page(data=rows("a"))))] == ["a"]


async def test_numbered_pages_that_do_not_tell_their_number_are_read_to_their_end() -> None:
    more, last = Pagination(has_more=True), Pagination(has_more=False)
    answers = [Page(data=rows(name), pagination=last if name == "d" else more) for name in "abcd"]
    assert [row.uuid for row in await read(Recorded(*answers))] == ["a", "b", "c", "d"]


async def test_payments_whose_cursors_go_round_are_given_once() -> None:
    paid = Earning(date=instant_of("2026-01-01"), gross=Cents(1), net=Cents(1), transaction_order_id="order")
    other = Earning(date=instant_of("2026-01-01"), gross=Cents(2), net=Cents(2), transaction_order_id="order")
    send = Recorded(lambda call: Page(data=[paid, other], next_cursor="b" if ("cursor", "a") in call.query else "a"))
    assert await read(send, limit=10_000, first=insights.earnings()) == [paid, other]
    assert len(send.asked) <= 3


async def test_rows_without_identity_are_all_given() -> None:
    earning = Earning(date=instant_of("2026-01-01"), gross=Cents(1), net=Cents(1))
    send = Recorded(Page(data=[earning, earning], next_cursor="x"), Page(data=[earning], next_cursor=None))
    assert len(await read(send, first=insights.earnings())) == 3


async def test_the_caller_may_stop_in_the_middle() -> None:
    send = Recorded(numbered(1, True, "a", "b"))
    async for row in pages(send, FIRST, 100):
        assert row.uuid == "a"
        break
    assert len(send.asked) == 1
