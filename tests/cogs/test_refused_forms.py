"""A form that is refused opens again with what was typed, for whoever typed it, and for a while."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.discordkit.controls.forms import KEPT_SECONDS
from tests.rig import Rig, components_of, labels_of, prefilled, words_of

CANARY = "only-for-the-form"


async def opened_from(rig: Rig, command: str, *path: Any, **options: Any) -> Any:
    """A form, by way of a command and what is pressed or picked under it."""
    shown = await rig.luna.slash(rig.desk, command, **options)
    for step in path:
        part = next(
            part for part in components_of(shown.response) if step in (part.get("label"), part.get("placeholder"))
        )
        if part.get("options"):
            shown = await rig.luna.select(shown.response, ["at"], custom_id=part["custom_id"])
        else:
            shown = await rig.luna.click(shown.response, label=step)
    return shown


REFUSED = {
    "a goal": (("insights goal", "Set a goal"), {"amount": "much"}, {"amount": "5000"}, "of $5,000.00"),
    "a note": (("inbox open", "Note"), {"text": " "}, {"text": "Likes cats"}, "Likes cats"),
    "a nickname": (("inbox open", "Nickname"), {"text": " "}, {"text": "Sunny"}, "Sunny"),
    "a draft": (
        ("post create", "Edit"),
        {"text": "Better words", "price": "one", "when": "tomorrow 9:00", "expires": "in 3 days"},
        {"text": "Better words", "price": "", "when": "tomorrow 9:00", "expires": ""},
        "09:00 in America/New_York",
    ),
    "a time": (
        ("inbox open", "Claim", "Snooze until …"),
        {"text": "some day"},
        {"text": "in 2 hours"},
        "snoozed until",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_refused_form_opens_again_with_what_was_typed_and_goes_through(connected: Rig, what: str) -> None:
    (command, *path), wrong, right, said = REFUSED[what]
    options = {"post create": {"text": "Words"}, "inbox open": {"fan": connected.fan}}.get(command, {})
    refused = await connected.luna.submit_modal(await opened_from(connected, command, *path, **options), wrong)
    answer = (refused.followups or [refused.response])[-1]
    assert labels_of(answer) == ["Change it"]
    again = await connected.luna.click(answer, label="Change it")
    assert prefilled(again.modal) == wrong
    assert said in words_of(await connected.luna.submit_modal(again, right))


async def test_what_was_typed_is_gone_once_the_form_went_through_and_after_a_quarter_of_an_hour(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights goal")

    async def refused() -> Any:
        form = await connected.luna.click(shown.response, label="Set a goal")
        return (await connected.luna.submit_modal(form, {"amount": CANARY[:20]})).followups[-1]

    first, second = await refused(), await refused()
    assert "Begin again" in words_of(await connected.luna.click(first, label="Change it"))
    await connected.env.advance_time(KEPT_SECONDS + 1)
    assert "Begin again" in words_of(await connected.luna.click(second, label="Change it"))
    third = await refused()
    await connected.luna.submit_modal(await connected.luna.click(shown.response, label="Set a goal"), {"amount": "5"})
    assert "Begin again" in words_of(await connected.luna.click(third, label="Change it"))


async def test_what_was_typed_is_in_no_id_and_no_log(connected: Rig) -> None:
    form = await opened_from(connected, "insights goal", "Set a goal")
    with capture_logs() as logs:
        refused = await connected.luna.submit_modal(form, {"amount": CANARY[:20]})
    (change,) = components_of(refused.followups[-1])
    assert CANARY[:20] not in f"{logs} {change}"


async def test_whoever_may_not_do_it_is_offered_no_form_and_gets_their_words_back(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="reply")
    shown = await cleo.slash(connected.desk, "inbox open", fan=connected.fan)
    form = await cleo.click(shown.response, label="Note")
    await connected.luna.slash(connected.desk, "team revoke", person=cleo)
    refused = await cleo.submit_modal(form, {"text": "Likes cats"})
    assert "not yours to do" in words_of(refused)
    assert "Likes cats" in words_of(refused)
    assert [labels_of(one) for one in refused.followups] == [[]]


async def test_a_command_that_is_refused_gives_a_posts_words_back(connected: Rig) -> None:
    for command in ("post create", "mass create"):
        refused = await connected.luna.slash(connected.desk, command, text="Written with care", price="much")
        assert "Written with care" in words_of(refused)
