from datetime import UTC, datetime, timedelta, timezone
from types import NoneType

import pytest

from bot.domain.scopes import Scope
from bot.fanvue import chats, insights, users
from bot.fanvue.wire import ActingAs, Call, Operation, comma, given, instant, segment

CREATOR = ActingAs("f4b2a184-2b4a-4a04-9b70-3c0e0a1caa12")


def test_a_call_for_a_managed_creator_has_the_prefix_and_the_twins_name_and_scopes() -> None:
    call = chats.list_chats(CREATOR)
    assert call.path == "/creators/f4b2a184-2b4a-4a04-9b70-3c0e0a1caa12/chats"
    assert call.operation_id == "listCreatorChats"
    assert call.scopes == {Scope.READ_CREATOR, Scope.READ_CHAT}


def test_a_twin_may_have_a_path_of_its_own() -> None:
    assert users.account().path == "/users/account"
    assert users.account(CREATOR).path == "/creators/f4b2a184-2b4a-4a04-9b70-3c0e0a1caa12/account"


def test_what_the_twin_does_not_take_is_refused_instead_of_dropped() -> None:
    with pytest.raises(ValueError, match="takes no filter"):
        chats.list_chats(CREATOR, filters=["unread"])


def test_an_operation_without_twin_cannot_act_for_a_managed_creator() -> None:
    with pytest.raises(ValueError, match="no form for managed creators"):
        chats.DELETE_MESSAGE.call(NoneType, acting_as=CREATOR, at={"userUuid": "u", "messageUuid": "m"})


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_path_value_that_would_change_the_path_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="segment"):
        chats.list_messages(value)


def test_a_path_value_stays_one_segment_whatever_it_holds() -> None:
    assert segment("a/../b?c#d@e:f") == "a%2F..%2Fb%3Fc%23d%40e%3Af"
    assert chats.list_messages("../../users/me").path == "/chats/..%2F..%2Fusers%2Fme/messages"


def test_a_missing_path_value_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        chats.LIST_MESSAGES.call(NoneType)


def test_a_path_that_could_lead_to_another_host_is_refused() -> None:
    with pytest.raises(ValueError, match="slash"):
        Call("x", "GET", "@evil.example/", frozenset(), NoneType)


def test_reading_a_chat_never_marks_it_as_read_on_either_surface() -> None:
    call = chats.list_messages("u", size=10)
    assert call.target("") == "/chats/u/messages?size=10&markAsRead=false"
    assert call.target("v1") == "/chats/u/messages?limit=10&markAsRead=false"


def test_list_parameters_are_repeated_or_comma_separated_as_the_operation_wants_them() -> None:
    assert chats.list_chats(filters=["unread", "online"]).target("").endswith("filter=unread&filter=online")
    assert insights.earnings(sources=["tip", "post"]).target("").endswith("source=tip%2Cpost")
    assert comma([]) is None


def test_instants_go_out_in_utc_with_milliseconds_and_z() -> None:
    moment = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert instant(moment) == "2026-02-28T23:30:00.000Z"
    call = insights.earnings_summary(moment, datetime(2026, 3, 2, tzinfo=UTC), timezone="Europe/Berlin")
    assert dict(call.query)["startDate"] == "2026-02-28T23:30:00.000Z"
    assert "timezone=Europe%2FBerlin" in call.target("")


def test_a_body_leaves_out_what_is_not_given_but_keeps_false() -> None:
    assert given(a=None, b=False, c=0) == {"b": False, "c": 0}
    assert chats.update_chat("u", is_muted=False).body == {"isMuted": False}


def test_no_words_of_people_show_when_a_call_is_printed() -> None:
    call = chats.send_message("u", "a secret text")
    assert "secret" not in repr(call)
    assert "secret" not in str(call)
    assert repr(chats.list_chats(search="Anna")) == "Call(listChats)"


def test_only_reads_are_safe_to_repeat() -> None:
    assert users.current_user().is_safe
    assert not chats.send_message("u", "hi").is_safe
    assert not chats.delete_message("u", "m").is_safe


def test_an_operation_that_exists_for_managed_creators_only_says_so() -> None:
    operation = Operation("", "GET", "/x", frozenset(), twin_id="getX", is_twin_only=True)
    assert operation.call(NoneType, acting_as=CREATOR).operation_id == "getX"
    with pytest.raises(ValueError, match="managed creators only"):
        operation.call(NoneType)
