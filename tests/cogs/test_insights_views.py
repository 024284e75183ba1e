"""Every answer about money and people is private, complete, and switched on the same message."""

import csv
import io
import re
from dataclasses import replace

import pytest

from sandbox.fanvue.world.records import fresh_uuid
from tests.rig import CREATOR, Rig, components_of, labels_of, link_of, words_of


def component(message: object, verb: str) -> str:
    return next(
        part["custom_id"] for part in components_of(message) if part.get("custom_id", "").startswith(f"fv1:{verb}:")
    )


def amounts(words: str) -> list[int]:
    return [round(float(found.replace(",", "")) * 100) for found in re.findall(r"\$([\d,]+\.\d\d)", words)]


async def test_earnings_say_what_changed_and_measure_twice(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    words = words_of(shown)
    assert "against the period before" in words
    assert "Best day" in words
    assert "Best hour" in words
    assert "Taken back" in words
    assert "than in the period before" in words


async def test_a_month_is_also_measured_by_its_weekdays(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="last_month")
    assert "against the same days of the week" in words_of(shown)


async def test_own_days_are_asked_for_as_people_write_them(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="2026-02")
    assert "1 Feb 2026 to 28 Feb 2026" in words_of(shown)
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="whenever")
    assert "cannot read that period" in words_of(shown)
    assert await connected.luna.autocomplete(connected.desk, "insights earnings", "period", "2026-02")


async def test_source_and_cut_are_switched_on_the_same_message(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-source"), values=["tips"])
    assert "Last 28 days · Tips" in words_of(shown)
    assert shown.response.attachments
    await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-view"), values=["weekdays"])
    assert "Last 28 days · Tips" in words_of(shown)
    await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-view"), values=["sources"])
    assert "Where it came from" in words_of(shown)


@pytest.mark.parametrize("source", ["all", "tips"])
async def test_the_hours_of_the_day_are_a_picture_that_adds_up_to_the_gross(connected: Rig, source: str) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d", source=source)
    await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-view"), values=["hours"])
    (gross,) = re.findall(r"Gross (\$[\d,.]+)", words_of(shown))
    (picture,) = shown.response.attachments
    assert f"by hour {gross} in total over 24 hours" in picture.description
    assert "Best hour" in words_of(shown)


async def test_what_was_taken_back_is_left_out_when_it_cannot_be_had(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="getSpending", kind="403", times=None)
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    assert "Gross" in words_of(shown)
    assert "Taken back" not in words_of(shown)
    assert "on their way" not in words_of(shown)
    assert shown.response.attachments


async def test_one_source_is_the_same_sum_from_payments_and_from_the_summary(connected: Rig) -> None:
    whole = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    listed = re.search(r"Tips: \*\*\$([\d,.]+)\*\*", words_of(whole))
    assert listed
    alone = await connected.luna.slash(connected.desk, "insights earnings", period="28d", source="tips")
    assert f"## ${listed[1]}" in words_of(alone)
    (picture,) = alone.response.attachments
    assert f"${listed[1]} in total" in picture.description


async def test_sharing_asks_what_everybody_may_see_and_hides_amounts(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    before = len(connected.desk.history())
    asked = await connected.luna.click(shown.response, custom_id=component(shown.response, "earn-share"))
    assert len(connected.desk.history()) == before
    question = asked.followups[0] if asked.followups else asked.response
    masked = next(part["custom_id"] for part in components_of(question) if part.get("label") == "Percentages only")
    await connected.luna.click(question, custom_id=masked)
    posted = connected.desk.history()[-1] if connected.desk.history()[-1].embeds else connected.desk.history()[0]
    words = words_of(posted)
    assert "%" in words
    (picture,) = posted.attachments
    assert not amounts(words + picture.description)
    assert "as a part of the whole" in picture.description


async def test_a_spreadsheet_holds_every_payment_to_the_cent(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="7d")
    gross = amounts(next(line for line in words_of(shown).splitlines() if line.startswith("Gross")))[0]
    made = await connected.luna.click(shown.response, custom_id=component(shown.response, "earn-csv"))
    answer = made.followups[0] if made.followups else made.response
    (file,) = answer.attachments
    rows = list(csv.DictReader(io.StringIO((await file.read()).decode("utf-8-sig"), newline="")))
    paid = [row for row in rows if row["source"] not in {"refund", "chargeback"}]
    assert sum(round(float(row["gross_usd"]) * 100) for row in paid) == gross


async def test_a_spreadsheet_that_fanvue_breaks_off_holds_what_was_read_and_says_how_to_get_the_rest(
    connected: Rig,
) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    connected.fanvue.faults.add(operation="getEarnings", kind="503", after=1)
    made = await connected.luna.click(shown.response, custom_id=component(shown.response, "earn-csv"))
    answer = made.followups[0] if made.followups else made.response
    (file,) = answer.attachments
    assert len((await file.read()).splitlines()) == 51
    assert re.search(r"\*\*Cut at 50 rows\*\*.* Fanvue stopped answering", words_of(answer))
    connected.fanvue.faults.clear()
    rest = re.search(r"ask for `(.+?)`", words_of(answer))
    assert rest is not None
    again = await connected.luna.slash(connected.desk, "insights earnings", period=rest[1])
    assert "@lunavale" in words_of(again)


async def test_subscribers_come_and_go_with_churn_and_who_leaves_next(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights subscribers", period="90d")
    words = words_of(shown)
    assert shown.ephemeral
    came, left = re.search(r"\*\*([\d,]+)\*\* came, \*\*([\d,]+)\*\* left", words).groups()  # type: ignore[union-attr]
    net = int(came.replace(",", "")) - int(left.replace(",", ""))
    assert f"## {net:+,}" in words
    assert "Churn" in words
    assert "Ending without renewal" in words
    assert shown.response.attachments[0].description


async def test_a_top_fan_is_picked_and_looked_at(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights top-fans", period="90d")
    assert "% of all" in words_of(shown)
    menu = next(part for part in components_of(shown.response) if part.get("custom_id", "").startswith("fv1:fan:"))
    picked = await connected.luna.select(
        shown.response, custom_id=menu["custom_id"], values=[menu["options"][0]["value"]]
    )
    card = picked.followups[-1] if picked.followups else picked.response
    assert "Spent in all" in words_of(card)
    assert "Last words" not in words_of(card)
    assert {"Reply", "Show last words", "Nickname"} <= set(labels_of(card))
    form = await connected.luna.click(card, label="Reply")
    sent = await connected.luna.submit_modal(form, {"text": "Thank you!"})
    assert "Sent" in words_of(sent)


async def test_a_fan_is_found_by_typing_a_name(connected: Rig) -> None:
    offered = await connected.luna.autocomplete(connected.desk, "insights fan", "fan", "")
    assert offered
    shown = await connected.luna.slash(connected.desk, "insights fan", fan=offered[0]["value"])
    assert "Largest payment" in words_of(shown)
    missing = await connected.luna.slash(connected.desk, "insights fan", fan="no such person")
    assert "Nobody of that name" in words_of(missing)


async def test_a_fan_without_a_chat_is_found_by_handle(connected: Rig) -> None:
    """Fanvue searches chats alone: followers, subscribers and spenders are looked through as well."""
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    now = connected.app.clock.now()
    fan = next(iter(desk.subscribers(now)))
    desk.chats.pop(fan.user.uuid, None)
    connected.fanvue.faults.add(operation="getTopSpenders", kind="403", times=None)
    handle = fan.user.handle
    offered = await connected.luna.autocomplete(connected.desk, "insights fan", "fan", handle.upper())
    assert fan.user.uuid in [one["value"] for one in offered]
    shown = words_of(await connected.luna.slash(connected.desk, "insights fan", fan=f"@{handle}"))
    assert "Subscriber" in shown
    assert "Largest payment" in shown


async def test_several_fans_of_a_name_are_asked_about(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights fan", fan="a")
    assert "Which one?" in words_of(shown)
    (menu,) = [part for part in components_of(shown.response) if part.get("custom_id", "").startswith("fv1:fan:")]
    picked = await connected.luna.select(
        shown.response, custom_id=menu["custom_id"], values=[menu["options"][1]["value"]]
    )
    assert "Largest payment" in words_of(picked)


async def test_payments_are_paged_without_a_gap_or_a_double(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights transactions", period="28d")
    pages = [words_of(shown).splitlines()]
    for _ in range(3):
        older = next(part["custom_id"] for part in components_of(shown.response) if part.get("label") == "Older")
        await connected.luna.click(shown.response, custom_id=older)
        pages.append(words_of(shown).splitlines())
    lines = [line for page in pages for line in page if " · <t:" in line]
    assert len(lines) == 40
    sandbox = connected.fanvue.world.desk(connected.fanvue.world.account("lunavale"))
    happened = [sale.at for sale in sandbox.sales.between(None, None)]
    if connected.app.settings.fanvue_api_url.endswith("/v1"):
        happened += [taken_back.at for taken_back in sandbox.reversals if taken_back.at <= connected.app.clock.now()]
    newest = sorted(happened, reverse=True)[:40]
    assert [int(re.search(r"<t:(\d+)", line)[1]) for line in lines] == [  # type: ignore[index]
        int(at.timestamp()) for at in newest
    ]


async def test_posts_say_what_they_brought(connected: Rig) -> None:
    posts = await connected.luna.slash(connected.desk, "insights posts")
    assert "unlocks" in words_of(posts)
    await connected.luna.select(posts.response, custom_id=component(posts.response, "post-period"), values=["7d"])
    assert "unlocks of: Last 7 days" in words_of(posts)


async def test_tracking_links_are_allowed_when_first_wanted_then_told_and_made(connected: Rig) -> None:
    refused = await connected.luna.slash(connected.desk, "insights links")
    assert "has not allowed" in words_of(refused)
    button = next(m for m in [refused.response, *refused.followups] if m and "Add permission" in labels_of(m))
    asked = await connected.luna.click(button, label="Add permission")
    assert (await connected.browser.connect(link_of(asked), CREATOR)).status == 200
    links = await connected.luna.slash(connected.desk, "insights links")
    assert "clicks" in words_of(links)
    assert "paying now" in words_of(links)
    connected.fanvue.faults.add(operation="listTrackingLinkUsers", kind="403")
    without = words_of(await connected.luna.slash(connected.desk, "insights links"))
    assert "clicks" in without
    assert "paying now" not in without
    form = await connected.luna.click(links.response, label="New link")
    made = await connected.luna.submit_modal(form, {"name": "Bio", "platform": ["instagram"]})
    shown = words_of(made)
    assert "https://www.fanvue.com/lunavale/fv-" in shown
    assert "Bio" in words_of(await connected.luna.slash(connected.desk, "insights links"))
    connected.fanvue.faults.clear()
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    desk.tracking_links = [replace(link, uuid=fresh_uuid()) for _ in range(9) for link in desk.tracking_links]
    count = await connected.asked()
    crowded = words_of(await connected.luna.slash(connected.desk, "insights links"))
    assert "The best 10 of" in crowded
    assert await connected.asked() - count <= 1 + 10, "who came is asked of the links that are shown"


@pytest.mark.parametrize("command", ["subscribers", "top-fans", "transactions", "posts", "links", "earnings"])
async def test_nobody_else_is_told_anything(connected: Rig, command: str) -> None:
    shown = await connected.members["olli"].slash(connected.desk, f"insights {command}")
    assert not amounts(words_of(shown))
    assert shown.ephemeral


async def test_turning_an_answer_over_asks_fanvue_nothing_and_tells_the_same_numbers(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    gross = amounts(next(line for line in words_of(shown).splitlines() if line.startswith("Gross")))[0]
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 5000)
    calls = await connected.asked()
    assert calls
    for view in ("hours", "weekdays", "sources"):
        await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-view"), values=[view])
        assert f"Gross ${gross / 100:,.2f}" in words_of(shown)
        assert shown.response.attachments
    assert await connected.asked() == calls
    await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-source"), values=["messages"])
    calls = await connected.asked()
    await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-view"), values=["hours"])
    await connected.luna.select(shown.response, custom_id=component(shown.response, "earn-source"), values=["all"])
    assert await connected.asked() == calls, "single payments of one source are read once as well"
    share = await connected.luna.click(shown.response, custom_id=component(shown.response, "earn-share"))
    question = share.followups[0] if share.followups else share.response
    open_ = next(part["custom_id"] for part in components_of(question) if part.get("label") == "With amounts")
    await connected.luna.click(question, custom_id=open_)
    (posted,) = [message for message in connected.desk.history() if "Gross" in words_of(message)]
    assert f"Gross ${gross / 100:,.2f}" in words_of(posted), "what is shared is what was seen"
    assert await connected.asked() == calls
    anew = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    assert amounts(next(line for line in words_of(anew).splitlines() if line.startswith("Gross")))[0] > gross


async def test_an_answer_of_a_paused_account_is_not_turned_over(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    panel = await connected.luna.slash(connected.desk, "privacy show")
    await connected.luna.click(panel.response, label="Pause")
    turned = await connected.luna.select(
        shown.response, custom_id=component(shown.response, "earn-view"), values=["hours"]
    )
    assert "is paused" in words_of(turned)
