"""Answers say what there is: a small change by its size, zero parts not at all."""

from dataclasses import replace

import pytest

from bot.discordkit.insights.earnings import earnings_embed
from bot.discordkit.insights.sales import links_embed, posts_embed
from bot.domain.money import MINUS, Money
from bot.domain.reports import Reversals, Source, View
from bot.domain.sales import LinkNumbers, PostNumbers
from tests.domain.test_reports import START, report

POST = PostNumbers("1", "Market haul", START, 0, 4, 0, Money(0), 29, Money(23_171))
LINK = LinkNumbers("1", "Bio", "instagram", "https://www.fanvue.com/luna/fv-1", 0, 0, 0, 0, Money(0), Money(0))


def fields(embed: object) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in embed.to_dict().get("fields", [])}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("net", "said", "beside"),
    [
        (95_866, "▼ **0.3%** against the period before", f"({MINUS}0.3%)"),
        (96_188, "= about the same as the period before", "(same)"),
        (103_883, "▲ **8%** against", "(+8%)"),
        (9_618_900_000, "▲ **over 999%** against", "(over 999%)"),
    ],
)
def test_a_change_is_told_as_finely_as_its_picture_does(net: int, said: str, beside: str) -> None:
    embed = earnings_embed(report({Source.TIPS: net}, {Source.TIPS: 96_189}))
    assert said in (embed.description or "")
    assert beside in fields(embed)["Where it came from (net)"]


def test_what_was_taken_back_and_what_is_left_stand_apart() -> None:
    taken = Reversals(Money(-1_998), Money(-4_000), count=3)
    told = fields(earnings_embed(report({Source.TIPS: 10_000}, {Source.TIPS: 9_000}), taken))
    assert told["Taken back"] == f"{MINUS}$19.98 refunds\n{MINUS}$40.00 chargebacks"
    assert told["Net after that"] == "**$40.02**"


def test_of_one_source_fanvue_does_not_tell_what_was_taken_back() -> None:
    told = fields(earnings_embed(replace(report({Source.TIPS: 1}), source=Source.TIPS), Reversals(Money(-1), count=1)))
    assert told["Taken back, all sources"] == f"{MINUS}$0.01 refunds"
    assert "Net after that" not in told


def test_hours_are_told_to_be_gross_where_their_picture_is() -> None:
    found = report({Source.TIPS: 10_000})
    assert "counts gross" in (earnings_embed(found, picture="hours.png", view=View.HOURS).description or "")
    assert "counts gross" not in (earnings_embed(found, picture="days.png").description or "")


def test_a_post_leaves_out_what_is_zero() -> None:
    told = fields(posts_embed([POST, replace(POST, unlocks=0, unlocks_net=Money(0))], "luna", "today"))
    assert list(told) == ["$231.71"]
    assert told["$231.71"].startswith("Market haul\n29 unlocks $231.71 · 💬 4 · <t:")


def test_posts_that_earned_nothing_are_named_as_such() -> None:
    embed = posts_embed([replace(POST, unlocks=0, unlocks_net=Money(0), likes=1)], "luna", "today")
    assert "None has earned" in (embed.description or "")
    assert "❤️ 1 · 💬 4" in fields(embed)["Market haul"]


def test_a_link_leaves_out_what_is_zero() -> None:
    rows = [LINK, replace(LINK, name="Reel", clicks=63, fans=1, net=Money(392_499))]
    told = fields(links_embed(rows, "luna"))
    assert told["Bio · Instagram"] == f"No clicks yet\n`{LINK.address}`"
    assert told["Reel · Instagram"] == f"**$3,924.99** net\n63 clicks → 1 fan\n`{LINK.address}`"
