"""A right stands on the one it was passed on from, up to the owner, and falls with it."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import GIVEABLE, Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.passing import handed_over, key_of, standing

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LUNA = CreatorId("luna-id")
OWNER, MANAGER, LEAD, CHATTER, NEWCOMER = (DiscordUserId(number) for number in range(1, 6))
PEOPLE = (OWNER, MANAGER, LEAD, CHATTER, NEWCOMER)
MANAGE, REPLY, POST = Capability.MANAGE, Capability.REPLY, Capability.POST


def right(
    person: DiscordUserId,
    capability: Capability = REPLY,
    by: DiscordUserId = OWNER,
    *,
    hours: int | None = None,
    passing: bool = False,
) -> Right:
    until = None if hours is None else NOW + timedelta(hours=hours)
    return Right(LUNA, person, capability, by, NOW, until, passing)


MANAGING = (right(MANAGER, MANAGE), right(MANAGER, REPLY, passing=True))
GIVEN_ON = right(CHATTER, by=MANAGER)


def test_what_a_manager_passes_on_stands() -> None:
    assert GIVEN_ON in standing([*MANAGING, GIVEN_ON], OWNER)


@pytest.mark.parametrize(
    "without",
    [
        [right(MANAGER, MANAGE)],
        [right(MANAGER, REPLY, passing=True)],
        [right(MANAGER, MANAGE), right(MANAGER, REPLY)],
        [right(MANAGER, MANAGE, passing=True), right(MANAGER, POST, passing=True)],
        [],
    ],
)
def test_it_falls_without_managing_without_the_right_and_without_the_leave_to_pass_it_on(without: list[Right]) -> None:
    assert GIVEN_ON not in standing([*without, GIVEN_ON], OWNER)


def test_a_chain_falls_to_its_end() -> None:
    chain = [
        right(LEAD, MANAGE, MANAGER, passing=True),
        right(LEAD, REPLY, MANAGER, passing=True),
        right(CHATTER, REPLY, LEAD),
    ]
    first = [right(MANAGER, MANAGE, passing=True), right(MANAGER, REPLY, passing=True)]
    assert len(standing([*first, *chain], OWNER)) == len(first) + len(chain)
    assert standing(chain, OWNER) == []


def test_nobody_holds_a_right_by_their_own_word_or_in_a_circle() -> None:
    circle = [
        right(person, capability, giver, passing=True)
        for person, giver in ((LEAD, CHATTER), (CHATTER, LEAD))
        for capability in (MANAGE, REPLY)
    ]
    assert standing([*circle, right(NEWCOMER, by=NEWCOMER)], OWNER) == []


def test_what_was_passed_on_ends_with_the_right_or_the_managing_whichever_is_first() -> None:
    managing = [right(MANAGER, MANAGE, hours=5), right(MANAGER, REPLY, hours=9, passing=True)]
    for hours in (None, 12):
        (found,) = [
            one
            for one in standing([*managing, right(CHATTER, by=MANAGER, hours=hours)], OWNER)
            if one.person == CHATTER
        ]
        assert found.until == NOW + timedelta(hours=5)


def test_owning_cannot_be_given() -> None:
    assert standing([right(CHATTER, Capability.OWN)], OWNER) == []


def test_a_newcomer_takes_over_all_of_it_and_what_was_passed_on_hangs_on_them() -> None:
    before = [*MANAGING, right(MANAGER, POST, hours=3), GIVEN_ON]
    after = standing(handed_over(before, MANAGER, NEWCOMER), OWNER)
    assert {key_of(one) for one in after} == {
        (NEWCOMER, MANAGE),
        (NEWCOMER, REPLY),
        (NEWCOMER, POST),
        (CHATTER, REPLY),
    }
    assert next(one for one in after if one.person == CHATTER).granted_by == NEWCOMER


def test_where_both_had_a_right_the_longer_one_stays() -> None:
    for mine, theirs in product((None, 2, 8), repeat=2):
        before = [right(MANAGER, hours=mine), right(LEAD, hours=theirs)]
        (after,) = handed_over(before, MANAGER, LEAD)
        longest = None if None in (mine, theirs) else NOW + timedelta(hours=max(mine or 0, theirs or 0))
        assert (after.person, after.until) == (LEAD, longest)


def test_handing_over_to_somebody_one_gave_rights_to_leaves_them_the_ones_that_were_ones_own() -> None:
    after = standing(handed_over([*MANAGING, GIVEN_ON], MANAGER, CHATTER), OWNER)
    assert {key_of(one) for one in after} == {(CHATTER, MANAGE), (CHATTER, REPLY)}
    assert {one.granted_by for one in after} == {OWNER}


anything = st.lists(
    st.builds(
        right,
        st.sampled_from(PEOPLE),
        st.sampled_from(GIVEABLE),
        st.sampled_from(PEOPLE),
        hours=st.none() | st.integers(1, 9),
        passing=st.booleans(),
    ),
    max_size=25,
).map(lambda rights: list({key_of(one): one for one in rights}.values()))


@given(rights=anything)
def test_what_stands_was_given_by_the_owner_or_by_somebody_who_stands_and_lasts_no_shorter(rights: list[Right]) -> None:
    found = {key_of(one): one for one in standing(rights, OWNER)}
    given = {key_of(one): one for one in rights}
    for key, one in found.items():
        assert one.person != OWNER
        assert one.until == given[key].until or one.until is not None
        if one.granted_by == OWNER:
            assert one == given[key]
            continue
        sources = found[one.granted_by, one.capability], found[one.granted_by, MANAGE]
        assert sources[0].may_pass_on
        assert all(source.until is None or (one.until and one.until <= source.until) for source in sources)


@given(rights=anything)
def test_what_stands_stands_still(rights: list[Right]) -> None:
    once = standing(rights, OWNER)
    assert sorted(standing(once, OWNER), key=key_of) == sorted(once, key=key_of)


@given(rights=anything, giver=st.sampled_from(PEOPLE[1:]), taker=st.sampled_from(PEOPLE[1:]))
def test_handing_over_leaves_nothing_with_the_giver_and_invents_nothing(
    rights: list[Right], giver: DiscordUserId, taker: DiscordUserId
) -> None:
    if giver == taker:
        return
    before = standing(rights, OWNER)
    after = standing(handed_over(before, giver, taker), OWNER)
    assert not any(giver in {one.person, one.granted_by} for one in after)
    held = {key_of(one) for one in before}
    for one in after:
        assert key_of(one) in held or (one.person == taker and (giver, one.capability) in held)
