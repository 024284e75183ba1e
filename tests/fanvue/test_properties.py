"""What holds for every answer, every list and every mix of callers, not only for those somebody thought of."""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fanvue import chats, insights, users
from bot.fanvue.answers import decode, decoder_for
from bot.fanvue.chats import Chat, Message
from bot.fanvue.errors import UnexpectedAnswerError
from bot.fanvue.limits import DEFAULT_LIMIT, Limits, Priority, standing_of
from bot.fanvue.paging import pages
from bot.fanvue.posts import Post
from bot.fanvue.shapes import Page, Pagination
from bot.fanvue.wire import Call, Operation, segment
from tests.fanvue.scripted_server import HandClock

SECRET = "a-word-of-a-fan"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
USER = {"uuid": "u-1", "handle": "sam", "displayName": "Sam", "registeredAt": "2025-01-01T00:00:00.000Z"}
ANSWERS: list[tuple[Any, dict[str, Any]]] = [
    (users.current_user().answer, {"uuid": "u-1", "handle": "luna", "displayName": "Luna", "isCreator": True}),
    (
        Page[Chat],
        {"data": [{"user": USER, "lastMessage": {"uuid": "m", "text": SECRET}}], "pagination": {"page": 1}},
    ),
    (Page[Message], {"data": [{"uuid": "m-1", "text": SECRET, "sender": USER, "sentAt": "2026-01-01"}], "total": 1}),
    (Page[Post], {"data": [{"uuid": "p", "text": SECRET, "price": 5, "createdAt": "2026-01-01"}], "nextCursor": None}),
    (insights.earnings().answer, {"data": [{"date": "2026-01-01", "gross": 1, "net": 0.8, "user": USER}]}),
]


def decoded(answer: Any, value: Any) -> Any:
    return decode("op", decoder_for(answer), json.dumps(value).encode())


def shown(answer: Any, value: Any) -> str:
    """What could be printed of reading it."""
    try:
        return repr(decoded(answer, value))
    except UnexpectedAnswerError as error:
        return f"{error!r}{error}{error.field}{error.__cause__!r}{error.__dict__}"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands, the whole included."""
    inner: Sequence[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return changed


@given(st.sampled_from(ANSWERS), st.data())
def test_a_changed_answer_is_read_or_named_without_a_word_of_it(known: tuple[Any, Any], data: st.DataObject) -> None:
    answer, value = known
    for _ in range(data.draw(st.integers(1, 3))):
        value = replaced(value, data.draw(st.sampled_from(places(value))), data.draw(JSON))
    assert SECRET not in shown(answer, value)


@given(st.sampled_from(ANSWERS), st.dictionaries(st.text(min_size=1, max_size=9).map("x{}".format), JSON), st.data())
def test_fields_nobody_knows_change_nothing(
    known: tuple[Any, Any], unknown: dict[str, Any], data: st.DataObject
) -> None:
    answer, value = known
    objects = [path for path in places(value) if isinstance(at(value, path), dict)]
    path = data.draw(st.sampled_from(objects))
    assert decoded(answer, replaced(value, path, {**unknown, **at(value, path)})) == decoded(answer, value)


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_any_value_stays_one_segment_of_the_path_and_comes_out_as_it_went_in(value: str) -> None:
    try:
        made = segment(value)
    except (ValueError, UnicodeEncodeError):
        return
    assert "/" not in made
    assert "?" not in made
    assert unquote(made) == value


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(TEXT, st.lists(TEXT.filter(bool), max_size=4), st.integers(1, 50), st.sampled_from(["", "v1"]))
def test_what_is_asked_arrives_as_it_was_meant(search: str, filters: list[str], size: int, surface: str) -> None:
    call = chats.list_chats(search=search, filters=filters, size=size)
    parts = urlsplit("http://fanvue.example" + call.target(surface))
    found = parse_qsl(parts.query, keep_blank_values=True)
    assert parts.path == "/chats"
    assert [value for name, value in found if name == "filter"] == filters
    assert ("search", search) in found
    assert str(size) in {value for name, value in found if name in {"size", "limit"}}


@dataclass
class GrowingList:
    """A list that is read in pieces while rows come in on top; newest first, as Fanvue's are."""

    rows: list[str]
    size: int
    style: str
    arrivals: list[int] = field(default_factory=list)
    asked: int = 0

    async def __call__(self, call: Call[Page[Any]]) -> Page[Any]:
        self.asked += 1
        query = dict(call.query)
        start = 0
        if self.style == "numbers":
            start = (int(query.get("page", "1")) - 1) * self.size
        elif "cursor" in query:
            start = self.rows.index(query["cursor"])
        piece, rest = self.rows[start : start + self.size], self.rows[start + self.size :]
        page = self._page(piece, rest, query)
        for number in range(self.arrivals.pop(0) if self.arrivals else 0):
            self.rows.insert(0, f"new-{self.asked}-{number}")
        return page

    def _page(self, piece: list[str], rest: list[str], query: dict[str, str]) -> Page[Any]:
        data = [Message(uuid=uuid) for uuid in piece]
        if self.style == "numbers":
            number = int(query.get("page", "1"))
            return Page(data=data, pagination=Pagination(page=number, size=len(piece), has_more=bool(rest)))
        return Page(data=data, next_cursor=rest[0] if rest else None)


@settings(max_examples=60)
@given(
    st.integers(0, 60),
    st.integers(1, 9),
    st.sampled_from(["numbers", "cursors"]),
    st.lists(st.integers(0, 3), max_size=20),
    st.integers(0, 80),
)
async def test_every_row_that_was_there_is_given_once_and_no_more_than_wanted(
    count: int, size: int, style: str, arrivals: list[int], limit: int
) -> None:
    rows = [f"row-{number}" for number in range(count)]
    arrivals = [number % size for number in arrivals]
    source = GrowingList(list(rows), size, style, list(arrivals))
    found = [row.uuid async for row in pages(source, chats.list_messages("fan", size=size), limit)]
    assert len(found) == len(set(found)), "nothing twice"
    assert len(found) <= limit
    old = [uuid for uuid in found if uuid.startswith("row-")]
    assert old == rows[: len(old)], "in their order, none left out"
    if limit >= count + sum(arrivals):
        assert old == rows
    assert source.asked <= count + sum(arrivals) + 2, "and it ends"


@dataclass
class Server:
    """Fanvue's side of one bucket, with a clock that differs and whole seconds in its headers."""

    limit: int
    skew: timedelta
    used: int = 0
    ends_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    refused: int = 0

    def answer(self, now: datetime) -> dict[str, str]:
        if self.ends_at <= now:
            self.used, self.ends_at = 0, now + timedelta(seconds=60)
        self.refused += self.used >= self.limit
        self.used += 1
        theirs = now + self.skew
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.limit - self.used)),
            "x-ratelimit-reset": str(int((self.ends_at + self.skew).timestamp()) + 1),
            "date": theirs.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }


STEPS = st.lists(
    st.tuples(st.sampled_from(list(Priority)), st.floats(0, 3), st.integers(0, 6)), min_size=1, max_size=500
)


@settings(max_examples=40)
@given(STEPS, st.integers(-7200, 7200))
def test_no_mix_of_callers_with_late_answers_and_wrong_clocks_is_ever_refused(
    steps: list[tuple[Priority, float, int]], skew: int
) -> None:
    clock = HandClock()
    limits, server = Limits(clock), Server(DEFAULT_LIMIT, timedelta(seconds=skew))
    under_way: list[dict[str, str]] = []
    for priority, pause, answered in steps:
        clock.advance(pause)
        taken = [limits.take("k", "op", priority) for _ in range(3)].count(None)
        under_way.extend(server.answer(clock.now()) for _ in range(taken))
        for headers in under_way[:answered]:
            limits.observe("k", "op", standing_of(headers, clock.now()))
        del under_way[:answered]
        if len(under_way) > 100:
            under_way.clear()
    assert server.refused == 0


@settings(max_examples=40)
@given(st.lists(st.sampled_from(list(Priority)), max_size=400), st.sampled_from(list(Priority)))
def test_whatever_the_others_took_each_priority_gets_its_share_of_a_window(
    others: list[Priority], mine: Priority
) -> None:
    limits = Limits(HandClock())
    had = sum(limits.take("k", "op", priority) is None and priority is mine for priority in others)
    had += sum(limits.take("k", "op", mine) is None for _ in range(DEFAULT_LIMIT))
    share = DEFAULT_LIMIT // 4 if mine is Priority.INTERACTIVE else DEFAULT_LIMIT // 10
    assert had >= share


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_nothing_of_a_body_shows_in_the_call_that_carries_it(body: dict[str, Any]) -> None:
    call = Operation("op", "POST", "/x", frozenset()).call(NoneType, body=body | {"text": SECRET})
    assert SECRET not in f"{call!r}{call}"
