"""/insights goal: set by whoever manages, seen by whoever sees income."""

import re

from tests.rig import CREATOR, Rig, components_of, labels_of, prefilled, words_of


def goal_button(message: object) -> str:
    return next(
        part["custom_id"] for part in components_of(message) if part.get("custom_id", "").startswith("fv1:goal:")
    )


async def set_goal(rig: Rig, shown: object, amount: str, who: object = None) -> object:
    actor = who or rig.luna
    form = await actor.click(shown.response, custom_id=goal_button(shown.response))
    return await actor.submit_modal(form, {"amount": amount})


async def test_a_goal_is_set_on_the_answer_and_shows_how_far_the_month_is(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights goal")
    assert "no goal yet" in words_of(shown)
    assert "Set a goal" in labels_of(shown.response)
    await set_goal(connected, shown, "$10,000")
    words = words_of(shown)
    assert "of $10,000.00" in words
    assert "%** of the goal" in words
    assert "days left, with today" in words or "last day" in words
    assert "Change the goal" in labels_of(shown.response)
    (net,) = re.findall(r"## (\$[\d,.]+) of", words)
    month = await connected.luna.slash(connected.desk, "insights earnings", period="month")
    assert f"## {net} net" in words_of(month)
    assert "of the goal" in words_of(month)
    week = await connected.luna.slash(connected.desk, "insights earnings", period="7d")
    assert "of the goal" not in words_of(week)


async def test_a_goal_is_taken_away_and_a_wrong_one_changes_nothing(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights goal")
    await set_goal(connected, shown, "5000")
    refused = await set_goal(connected, shown, "a lot")
    assert "Write the goal in dollars" in words_of(refused)
    again = await connected.luna.slash(connected.desk, "insights goal")
    assert "of $5,000.00" in words_of(again)
    await set_goal(connected, again, "")
    assert "no goal yet" in words_of(again)


async def test_who_sees_income_sees_the_goal_and_only_who_manages_sets_it(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights goal")
    await set_goal(connected, shown, "5000")
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="insights")
    theirs = await cleo.slash(connected.desk, "insights goal", creator=CREATOR)
    assert "of $5,000.00" in words_of(theirs)
    assert labels_of(theirs.response) == [], "a form that would be refused is not offered"
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="manage")
    theirs = await cleo.slash(connected.desk, "insights goal", creator=CREATOR)
    form = await cleo.click(theirs.response, custom_id=goal_button(theirs.response))
    assert prefilled(form.modal) == {"amount": "5000.00"}
    await connected.luna.slash(connected.desk, "team revoke", person=cleo, right="manage")
    assert "not yours to do" in words_of(await cleo.submit_modal(form, {"amount": "1"}))
    again = await connected.luna.slash(connected.desk, "insights goal")
    assert "of $5,000.00" in words_of(again)


async def test_who_manages_without_seeing_income_changes_nothing(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    for right in ("insights", "manage"):
        await connected.luna.slash(connected.desk, "team grant", person=cleo, right=right)
    theirs = await cleo.slash(connected.desk, "insights goal", creator=CREATOR)
    await connected.luna.slash(connected.desk, "team revoke", person=cleo, right="insights")
    refused = await set_goal(connected, theirs, "5000", cleo)
    assert "not yours to do" in words_of(refused)
    again = await connected.luna.slash(connected.desk, "insights goal")
    assert "no goal yet" in words_of(again)


async def test_a_goal_is_set_while_fanvue_is_away(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights goal")
    connected.fanvue.faults.add(operation="*", kind="503", times=None)
    await set_goal(connected, shown, "5000")
    assert "of $5,000.00" in words_of(shown)


async def test_what_was_added_up_says_so(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="getEarningsSummary", kind="503", times=None)
    shown = await connected.luna.slash(connected.desk, "insights goal")
    assert "add up its single payments" in words_of(shown)


async def test_without_the_scope_one_button_asks_for_it(rig: Rig) -> None:
    await rig.connect(untick=("read:insights",))
    shown = await rig.luna.slash(rig.desk, "insights goal")
    assert "has not allowed" in words_of(shown)
