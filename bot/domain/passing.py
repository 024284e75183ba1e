"""How rights on one creator hang together: who gave which, what falls with what, how all of them change hands."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.access import Capability, Right
from bot.domain.accounts import DiscordUserId

Key = tuple[DiscordUserId, Capability]


def standing(rights: Iterable[Right], owner: DiscordUserId) -> list[Right]:
    """The rights that stand: given by the owner, or by somebody who stands, may manage and may pass that one on.

    What was passed on ends no later than what it was passed on from.
    """
    waiting = {key_of(right): right for right in rights if right.person != owner and right.capability.is_giveable}
    found: dict[Key, Right] = {}
    while fresh := {key: whole for key, right in waiting.items() if (whole := _founded(right, found, owner))}:
        found.update(fresh)
        waiting = {key: right for key, right in waiting.items() if key not in fresh}
    return list(found.values())


def handed_over(rights: Iterable[Right], giver: DiscordUserId, taker: DiscordUserId) -> list[Right]:
    """Everything of one person in the hands of another, what they had given to others included.

    Where both had a right, the one that lasts longer stays.
    """
    result: dict[Key, Right] = {}
    for right in rights:
        person = taker if right.person == giver else right.person
        granted_by = taker if right.granted_by == giver and right.person != taker else right.granted_by
        moved = replace(right, person=person, granted_by=granted_by)
        other = result.get(key_of(moved))
        result[key_of(moved)] = _stronger(moved, other, giver) if other else moved
    return [right for right in result.values() if right.granted_by not in {giver, right.person}]


def key_of(right: Right) -> Key:
    """What there is one of on each creator."""
    return right.person, right.capability


def earliest(*ends: datetime | None) -> datetime | None:
    """The first of several ends; ``None`` is never."""
    return min((end for end in ends if end is not None), default=None)


def _founded(right: Right, found: Mapping[Key, Right], owner: DiscordUserId) -> Right | None:
    """The right with the end it can have, when whoever gave it stands already."""
    if right.granted_by == owner:
        return right
    source = found.get((right.granted_by, right.capability))
    managing = found.get((right.granted_by, Capability.MANAGE))
    if source is None or managing is None or not source.may_pass_on:
        return None
    return replace(right, until=earliest(right.until, source.until, managing.until))


def _stronger(one: Right, other: Right, giver: DiscordUserId) -> Right:
    """Of two of the same person and capability; one that hangs on who hands over cannot stay."""
    if giver in {one.granted_by, other.granted_by}:
        return other if one.granted_by == giver else one
    is_longer = other.until is not None and (one.until is None or one.until > other.until)
    longer = one if is_longer else other
    return replace(longer, may_pass_on=one.may_pass_on or other.may_pass_on)
