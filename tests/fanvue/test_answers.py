import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.text import clean
from bot.fanvue import chats, errors, insights
from bot.fanvue.answers import decode, decoder_for, reasons, refusal
from bot.fanvue.chats import Chat, Message
from bot.fanvue.errors import UnexpectedAnswerError
from bot.fanvue.insights import EarningsSummary
from bot.fanvue.lists import SmartList
from bot.fanvue.paging import next_call
from bot.fanvue.shapes import Cents, Page, instant_of
from bot.fanvue.templates import Template
from bot.fanvue.users import CurrentUser
from bot.fanvue.wire import Call

SENT = chats.send_message("u", "meet me at 12 Rose Lane, Anna, and call +44 20 7946 0000")


def decoded(answer: Any, body: bytes) -> Any:
    return decode("op", decoder_for(answer), body)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, errors.InvalidRequestError),
        (401, errors.UnauthorizedError),
        (403, errors.ForbiddenError),
        (404, errors.NotFoundError),
        (405, errors.InvalidRequestError),
        (409, errors.ConflictError),
        (410, errors.VersionRetiredError),
        (422, errors.InvalidRequestError),
        (500, errors.ServerError),
        (599, errors.ServerError),
        (302, errors.UnexpectedAnswerError),
        (100, errors.UnexpectedAnswerError),
    ],
)
def test_every_status_ends_in_a_named_error(status: int, expected: type) -> None:
    error = refusal(SENT, status, b"{}")
    assert type(error) is expected
    assert error.operation_id == "sendMessage"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b'{"errors":["size must be at most 50","page must be a number"]}',
            ("size must be at most 50", "page must be a number"),
        ),
        (b'{"errors":[{"message":"audience is required","path":["audience"]}]}', ("audience is required",)),
        (b'{"message":"Invalid user UUID"}', ("Invalid user UUID",)),
        (b'{"message":["a is wrong","b is wrong"]}', ("a is wrong", "b is wrong")),
        (b'{"error":"Insufficient scopes"}', ("Insufficient scopes",)),
        (b'{"error":"Bad Request","message":"price must be at least 300"}', ("price must be at least 300",)),
        (b'{"error":""}', ()),
        (b'{"errors":[1,null,{}]}', ()),
        (b"<html>", ()),
        (b"[1]", ()),
        (b"", ()),
    ],
)
def test_reasons_come_from_all_three_shapes_of_error_bodies(body: bytes, expected: object) -> None:
    assert reasons(body, SENT) == expected


def test_reasons_are_cleaned_bounded_and_few() -> None:
    body = msgspec.json.encode({"errors": ["a\nb\u202e\x00 " + "x y " * 500, *(f"e{n}" for n in range(50))]})
    found = reasons(body, SENT)
    assert len(found) == 5
    assert found[0].startswith("a b x y")
    assert all(len(text) <= 160 for text in found)


@pytest.mark.parametrize(
    "said",
    [
        "text not allowed: meet me at 12 Rose Lane, Anna, and call +44 20 7946 0000",
        "moderated because of 'Rose Lane'",
        'found "Anna" in text',
        "text begins with meet me at 12 Rose La...",
    ],
)
def test_what_was_sent_does_not_come_back_in_a_reason(said: str) -> None:
    (reason,) = reasons(msgspec.json.encode({"message": said}), SENT)
    assert "Rose" not in reason
    assert "Anna" not in reason


@pytest.mark.parametrize(
    "said",
    [
        "user 5939ae62-3eb5-4433-954f-f78c7b4282f3 is gone",
        "sam.fan@example.com is gone",
        "token ory_at_aVeryLongOpaqueWordThatNobodyShouldEverSee1234567890 is gone",
    ],
)
def test_people_and_tokens_do_not_come_back_in_a_reason(said: str) -> None:
    (reason,) = reasons(msgspec.json.encode({"message": said}), SENT)
    assert reason.endswith("… is gone")


def test_names_of_fields_stay_readable_in_a_reason() -> None:
    (reason,) = reasons(b'{"errors":["\\"price\\" must be at least 300"]}', SENT)
    assert reason == '"price" must be at least 300'


@given(st.text(min_size=12, max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_twelve_characters_in_a_row_of_a_text_never_come_back(text: str, before: str, after: str) -> None:
    call = chats.send_message("u", text)
    found = reasons(msgspec.json.encode({"message": before + text + after}), call)
    squeezed = " ".join(clean(text).split())
    windows = {squeezed[at : at + 12] for at in range(len(squeezed) - 11)}
    assert not any(window in reason for reason in found for window in windows if "…" not in window)


def test_errors_hold_nothing_of_what_was_said_when_printed() -> None:
    error = refusal(SENT, 400, b'{"message":"something about somebody"}')
    assert error.reasons == ("something about somebody",)
    assert "somebody" not in str(error)
    assert "somebody" not in repr(error)


def test_the_next_version_is_kept_short_and_plain() -> None:
    error = refusal(SENT, 410, msgspec.json.encode({"nextVersion": "2027-01-01\n\x1b[31m" + "x" * 500}))
    assert error.next_version.startswith("2027-01-01[31mx")
    assert len(error.next_version) == 64


@pytest.mark.parametrize(
    ("answer", "body", "field"),
    [
        (Page[Message], b'{"data":[{"uuid":3}]}', "data[0].uuid"),
        (Page[Message], b'{"data":[{}]}', "data[0].uuid"),
        (Page[Message], b'{"data":[{"uuid":null}]}', "data[0].uuid"),
        (list[str], b"[null]", "[0]"),
        (Page[Chat], b'{"data":[{"user":{"handle":"x"}}]}', "data[0].user.uuid"),
        (Page[Message], b'{"data":"unexpected"}', "data"),
        (Page[Message], b"[]", "body"),
        (Page[Message], b"<html>Just a moment", "body"),
        (Page[Message], b"", "body"),
        (Page[Message], b'{"data":[{"uuid":"\xff"}]}', "body"),
        (Page[Message], b'{"data":[{"uuid":"a","sentAt":"sometime"}]}', "data[0].sentAt"),
        (EarningsSummary, b'{"totals":{"allTime":{"gross":"much"}}}', "totals.allTime.gross"),
        (EarningsSummary, b'{"totals":{"allTime":{"gross":1e300}}}', "totals.allTime.gross"),
        (dict[str, Cents], b'{"someone":true}', "[...]"),
    ],
)
def test_an_answer_of_another_shape_names_the_field_and_nothing_else(answer: Any, body: bytes, field: str) -> None:
    with pytest.raises(UnexpectedAnswerError) as caught:
        decoded(answer, body)
    assert caught.value.field == field
    assert str(caught.value) == f"op: unexpected answer at {field}"
    assert caught.value.__cause__ is None


def test_a_bottomless_answer_is_a_named_error() -> None:
    with pytest.raises(UnexpectedAnswerError):
        decoded(dict, b'{"a":' + b"[" * 200_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-15T00:00:00.000Z", "2024-01-15T00:00:00+00:00"),
        ("2024-01-15T02:00:00+02:00", "2024-01-15T00:00:00+00:00"),
        ("2024-01-15", "2024-01-15T00:00:00+00:00"),
        ("2024-01-15T00:00:00", "2024-01-15T00:00:00+00:00"),
        ("20240115T000000Z", "2024-01-15T00:00:00+00:00"),
    ],
)
def test_moments_are_read_leniently(text: str, expected: object) -> None:
    assert instant_of(text).isoformat() == expected


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_what_is_no_moment_is_refused_by_one_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant_of(text)


def test_fractions_of_a_cent_are_rounded() -> None:
    assert decoded(dict[str, Cents], b'{"a":799.2,"b":0.5,"c":-12,"d":1.0}') == {"a": 799, "b": 0, "c": -12, "d": 1}


def test_unknown_fields_and_open_enums_are_taken_as_they_come() -> None:
    page = decoded(Page[Message], b'{"data":[{"uuid":"m","type":"HOLOGRAM","mood":{"a":[1]}}],"extra":1}')
    assert page.data[0].type == "HOLOGRAM"


def test_people_do_not_show_when_an_answer_is_printed() -> None:
    page = decoded(Page[Chat], b'{"data":[{"user":{"uuid":"u","handle":"anna","displayName":"Anna"}}]}')
    assert "anna" not in repr(page).lower()
    assert "anna" not in repr(page.data[0]).lower()


@given(st.binary(max_size=200))
@example(b"<html>")
def test_no_body_whatever_raises_anything_but_the_named_error(body: bytes) -> None:
    for answer in (Page[Chat], EarningsSummary, Page[insights.Earning]):
        with suppress(UnexpectedAnswerError):
            decoded(answer, body)
    reasons(body, Call("x", "GET", "/", frozenset(), NoneType))
    assert isinstance(refusal(SENT, 410, body), errors.VersionRetiredError)


@pytest.mark.parametrize(
    "text", ["2026-05-01T02:00:00+02:00", "2026-04-30T19:00:00.000-05:00", "2026-05-01", "2026-05-01T00:00:00"]
)
def test_moments_written_in_any_way_are_the_same_moment_in_utc(text: str) -> None:
    rows = [{"uuid": f"m-{number}", "sentAt": text, "text": "at 10:00+02:00"} for number in range(3)]
    page = decoded(Page[Message], json.dumps({"data": rows}).encode())
    assert [row.sent_at for row in page.data] == [datetime(2026, 5, 1, tzinfo=UTC)] * 3
    assert {row.sent_at.utcoffset() for row in page.data if row.sent_at} == {timedelta()}
    assert page.data[0].text == "at 10:00+02:00"


def test_rows_that_are_odd_in_several_ways_are_all_read() -> None:
    rows = [
        {"date": "2026-05-01", "gross": 999, "net": 799.2},
        {"date": "2026-05-02T00:00:00.000Z", "gross": 10.5, "net": 8},
        {"date": "2026-05-03T00:00:00", "gross": 1, "net": -0.8},
    ]
    page = decoded(Page[insights.Earning], json.dumps({"data": rows}).encode())
    assert [(row.gross, row.net) for row in page.data] == [(999, 799), (10, 8), (1, -1)]
    assert [row.date.day for row in page.data] == [1, 2, 3]
    assert all(type(amount) is int for row in page.data for amount in (row.gross, row.net))


def test_a_word_that_is_null_reads_as_one_that_is_missing() -> None:
    rows = [
        {"user": {"uuid": "a", "handle": None, "displayName": "Anna"}},
        {"user": {"uuid": "b", "handle": "bo", "displayName": None}, "lastMessage": {"uuid": "m", "type": None}},
        {"user": {"uuid": "c", "handle": "cy"}},
    ]
    page = decoded(Page[Chat], json.dumps({"data": rows}).encode())
    people = [(row.user.uuid, row.user.handle, row.user.display_name) for row in page.data]
    assert people == [("a", "", "Anna"), ("b", "bo", ""), ("c", "cy", "")]


@pytest.mark.parametrize("cut", [r"\ud83d", r"\ude00", r"\ud83dx", r"\\\ud83d"])
def test_a_text_cut_in_the_middle_of_an_emoji_is_read(cut: str) -> None:
    rows = rf'{{"data":[{{"uuid":"a","text":"cut {cut}"}},{{"uuid":"b","text":"whole \ud83d\ude00"}}]}}'
    page = decoded(Page[Message], rows.encode())
    first, second = (row.text or "" for row in page.data)
    assert first.startswith("cut ")
    assert second == "whole 😀"
    assert clean(first).encode()


def test_lists_and_people_that_are_null_in_a_row_read_as_missing() -> None:
    row = {"uuid": "a", "sender": None, "recipient": None, "mediaUuids": None, "isRead": None}
    (read,) = decoded(Page[Message], json.dumps({"data": [row]}).encode()).data
    assert (read.sender.uuid, read.recipient.uuid, read.media_uuids, read.is_read) == ("", "", (), False)


@pytest.mark.parametrize("spending", ["null", '{"total":null}', '{"total":{"total":null}}'])
def test_what_somebody_spent_is_never_read_as_nothing(spending: str) -> None:
    with pytest.raises(UnexpectedAnswerError):
        decoded(insights.FanInsights, f'{{"spending":{spending}}}'.encode())


def test_a_row_that_cannot_be_read_is_left_out_and_told_where_that_was_asked_for() -> None:
    rows = [{"date": "2026-05-01", "gross": gross, "net": 1} for gross in (5, None, "7", 9)]
    body = json.dumps({"data": rows}).encode()
    with pytest.raises(UnexpectedAnswerError, match=r"data\[\d\]\.gross"):
        decoded(Page[insights.Earning], body)
    told: list[str] = []
    page = decode("op", decoder_for(Page[insights.Earning]), body, told.append)
    assert [row.gross for row in page.data] == [5, 9]
    assert told == ["data[].gross", "data[].gross"]


def test_a_list_without_pages_leaves_out_what_cannot_be_read_too() -> None:
    rows, told = [{"uuid": "muted", "count": 3}, {"uuid": None}, {"uuid": "followers"}], list[str]()
    found = decode("op", decoder_for(list[SmartList]), json.dumps(rows).encode(), told.append)
    assert ([one.uuid for one in found], told) == (["muted", "followers"], ["data[].uuid"])


@pytest.mark.parametrize("odd", ['{"spending":{"total":{"total":null}}}', "null", "5"])
def test_one_fan_who_cannot_be_read_hides_none_of_those_asked_for_with_them(odd: str) -> None:
    told: list[str] = []
    body = f'{{"amy":{{"status":"subscriber"}},"bob":{odd},"eve":{{"status":"expired"}}}}'.encode()
    found = decode("op", decoder_for(dict[str, insights.FanInsights]), body, told.append)
    assert {fan: one.status for fan, one in found.items()} == {"amy": "subscriber", "eve": "expired"}
    assert len(told) == 1


def test_where_no_fan_can_be_read_of_those_asked_for_the_answer_is_refused() -> None:
    with pytest.raises(UnexpectedAnswerError):
        decode("op", decoder_for(dict[str, insights.FanInsights]), b'{"amy":5,"bob":null}', str)


def test_a_price_of_another_type_is_never_read_as_none() -> None:
    rows = [{"uuid": "a", "price": "999"}, {"uuid": "b", "price": None}]
    page = decode("op", decoder_for(Page[Template]), json.dumps({"data": rows}).encode(), str)
    assert [one.uuid for one in page.data] == ["b"]


def test_a_list_of_which_no_row_can_be_read_is_refused_also_where_rows_may_be_left_out() -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"data\[0\]\.uuid"):
        decode("op", decoder_for(Page[Message]), b'{"data":[{"uuid":3},{"uuid":4},{}]}', str)


@pytest.mark.parametrize("body", [b'{"uuid":5}', b"{}", b'{"rows":[{"uuid":5}]}'])
@pytest.mark.parametrize("wanted", [CurrentUser, Page[Message]])
def test_what_is_no_list_is_refused_also_where_rows_may_be_left_out(wanted: Any, body: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError):
        decode("op", decoder_for(wanted), body, str)


def test_a_next_cursor_that_is_a_number_leads_on() -> None:
    page = decoded(Page[Message], b'{"data":[{"uuid":"a"}],"nextCursor":20}')
    following = next_call(chats.list_messages("fan"), page)
    assert following is not None
    assert ("cursor", "20") in following.query


@pytest.mark.parametrize("way_on", ['"pagination":[]', '"nextCursor":{}', '"dateFilter":5'])
def test_a_list_whose_way_on_cannot_be_read_is_refused_also_where_rows_may_be_left_out(way_on: str) -> None:
    with pytest.raises(UnexpectedAnswerError):
        decode("op", decoder_for(Page[Message]), f'{{"data":[{{"uuid":"a"}}],{way_on}}}'.encode(), str, fills_gaps=True)


@pytest.mark.parametrize("gross", ["null", '"5"'])
def test_an_amount_that_is_null_is_none_and_named(gross: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"data\[0\]\.gross"):
        decoded(Page[insights.Earning], f'{{"data":[{{"date":"2026-05-01","gross":{gross},"net":1}}]}}'.encode())


@pytest.mark.parametrize("amount", ["1e300", "100000000000000", "-1e14", "1e14", "true", '"5"'])
def test_an_amount_that_is_none_is_named(amount: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"data\[0\]\.net"):
        decoded(Page[insights.Earning], f'{{"data":[{{"date":"2026-05-01","gross":1,"net":{amount}}}]}}'.encode())
