"""Accounts that are empty, new, huge or strange get sensible answers."""

import re

import pytest

from bot.domain.money import MINUS
from sandbox.fanvue.world.edges import EDGES
from tests.rig import CREATOR, Rig, words_of

MOST_CALLS = 12
COMMANDS = ("earnings", "subscribers", "top-fans", "transactions", "posts", "links")
SAID = {
    "empty": {
        "earnings": ("## $0.00 net", "Nothing came in"),
        "subscribers": ("Nobody came and nobody left.",),
        "top-fans": ("Nobody has spent",),
        "transactions": ("No payments in that time",),
    },
    "a day old": {
        "earnings": ("## $7.99 net", "The first income in a while"),
        "subscribers": ("**2** came, **0** left", "Subscribers now 2"),
        "top-fans": ("100% of all",),
        "transactions": ("$9.99",),
    },
    "one enormous payment": {
        "earnings": ("## $800,000,000.00 net", "The first income in a while"),
        "transactions": ("$1,000,000,000.00",),
    },
    "100,000 payments": {"earnings": ("Gross $500,000.00",), "transactions": ("$5.00",)},
    "days below zero": {
        "earnings": (f"## {MINUS}$136.00 net", "More was taken back than came in"),
        "transactions": (f"{MINUS}$50.00",),
    },
    "unknown sources": {
        "earnings": ("## $1,872.00 net", "Other: **$1,872.00**"),
        "transactions": ("**$3.00** ($2.40) · Brand new 1 · somebody",),
    },
}
"""What each account must be told, beside its name."""


def figures_of(shown: object) -> list[str]:
    """Every amount and percentage that an answer tells."""
    return re.findall(r"\$[\d,.]+|[\d,.]+%", words_of(shown))


def put_at(rig: Rig, edge: str) -> None:
    EDGES[edge](rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR)), rig.app.clock.now())


@pytest.mark.parametrize("edge", EDGES)
async def test_every_answer_makes_sense(connected: Rig, edge: str) -> None:
    put_at(connected, edge)
    for command in COMMANDS:
        count = await connected.asked()
        period = {} if command == "links" else {"period": "90d" if edge == "100,000 payments" else "7d"}
        words = words_of(await connected.luna.slash(connected.desk, f"insights {command}", **period))
        assert "@lunavale" in words or command == "links", command
        assert "Something broke" not in words, command
        for said in SAID[edge].get(command, ()):
            assert said in words, (command, said)
        assert await connected.asked() - count <= MOST_CALLS, command


@pytest.mark.parametrize("kind", ["wrong_shape", "garbage", "404", "500", "400"])
async def test_where_the_summary_is_broken_payments_are_added_up_and_it_says_so(connected: Rig, kind: str) -> None:
    connected.fanvue.faults.add(operation="getEarningsSummary", kind=kind, times=None)
    added = await connected.luna.slash(connected.desk, "insights earnings", period="last_month")
    assert "add up its single payments, as of now" in words_of(added)
    assert added.response.attachments
    ranked = await connected.luna.slash(connected.desk, "insights top-fans", period="last_month")
    assert "add up its single payments, as of now" in words_of(ranked)
    connected.fanvue.faults.clear()
    told = await connected.luna.slash(connected.desk, "insights earnings", period="last_month")
    assert "add up" not in words_of(told), "what was added up is not kept"
    assert figures_of(added) == figures_of(told)


async def test_where_nothing_happened_no_picture_stands_empty(connected: Rig) -> None:
    put_at(connected, "empty")
    for command in ("earnings", "subscribers"):
        shown = await connected.luna.slash(connected.desk, f"insights {command}", period="7d")
        assert not shown.response.attachments, command
        assert words_of(shown).count("othing") <= 2, "said once, beside what was taken back"


async def test_too_many_payments_to_add_up_are_an_error_that_says_what_to_do(connected: Rig) -> None:
    put_at(connected, "100,000 payments")
    connected.fanvue.faults.add(operation="getEarningsSummary", kind="wrong_shape", times=None)
    count = await connected.asked()
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="7d")
    assert "do not know" in words_of(shown)
    assert await connected.asked() - count <= 1 + 2_000 // 50 + 1
