"""Money is private, right, and says what to do when it cannot be shown."""

import pytest

from bot.domain.periods import Preset
from tests.rig import Rig, labels_of, words_of


async def test_earnings_are_private_with_totals_sources_and_a_described_chart(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="28d")
    assert shown.ephemeral
    assert "Last 28 days" in words_of(shown)
    assert "against the period before" in words_of(shown)
    assert "Where it came from" in words_of(shown)
    (picture,) = shown.response.attachments
    assert picture.description
    assert "28" in picture.description


async def test_the_total_is_the_sum_of_the_sources(connected: Rig) -> None:
    access, insights = connected.app.services.access, connected.app.services.insights
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from bot.domain.access import Actor, Capability  # noqa: PLC0415
    from bot.domain.accounts import DiscordUserId  # noqa: PLC0415
    from bot.domain.periods import Asked  # noqa: PLC0415

    grant = await access.choose(Actor(DiscordUserId(connected.luna.id), "luna"), None, Capability.INSIGHTS)
    for zone in ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Los_Angeles"):
        report = await insights.earnings(grant, Asked(Preset.LAST_MONTH), ZoneInfo(zone))
        assert sum(share.net.minor for share in report.sources) == report.net.minor, zone
        assert sum(day.net.minor for day in report.days) == report.net.minor, zone


async def test_another_period_is_picked_on_the_same_message(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings")
    picker = shown.response.components[0]["components"][0]["custom_id"]
    await connected.luna.select(shown.response, custom_id=picker, values=["last_month"])
    assert "Last month" in words_of(shown)


async def test_a_missing_scope_is_asked_for_with_one_button_before_any_call(rig: Rig) -> None:
    await rig.connect(untick=("read:insights",))
    calls = await rig.asked()
    shown = await rig.luna.slash(rig.desk, "insights earnings")
    assert "has not allowed" in words_of(shown)
    assert "Add permission" in [label for m in [shown.response, *shown.followups] for label in labels_of(m)]
    assert await rig.asked() == calls


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("503", "does not answer"),
        ("garbage", "do not know"),
        ("403", "has not allowed"),
        ("blocked", "does not answer"),
        ("401", "goes on by itself"),
    ],
)
async def test_each_failure_says_what_happened_and_what_to_do(connected: Rig, kind: str, said: str) -> None:
    connected.fanvue.faults.add(operation="/insights/earnings*", kind=kind, times=None)
    shown = await connected.luna.slash(connected.desk, "insights earnings")
    assert said in words_of(shown)
    assert "Traceback" not in words_of(shown)


async def test_a_stranger_is_offered_no_creator(connected: Rig) -> None:
    offered = await connected.members["olli"].autocomplete(connected.desk, "insights earnings", "creator", "")
    assert offered == []
    mine = await connected.luna.autocomplete(connected.desk, "insights earnings", "creator", "lu")
    assert [choice["name"] for choice in mine] == ["@lunavale"]


async def test_a_time_zone_is_remembered_and_a_wrong_one_refused(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "insights earnings", timezone="Mars/Phobos")
    assert "not a time zone" in words_of(shown)
    await connected.luna.slash(connected.desk, "insights earnings", timezone="Europe/Berlin")
    shown = await connected.luna.slash(connected.desk, "insights earnings")
    assert "Europe/Berlin" in words_of(shown)
