"""Accounts that are empty, new, huge or strange get sensible answers."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sandbox.fanvue.world.records import Sale
from sandbox.fanvue.world.sales import SalesBook
from tests.rig import CREATOR, Rig, words_of

COMMANDS = ("earnings", "subscribers", "top-fans", "transactions", "posts")


def sale(at: datetime, gross: int, source: str = "tip", currency: str | None = "USD", number: int = 0) -> Sale:
    return Sale(at, source, gross, round(gross * 0.8), f"FV-{number}", None, currency)  # type: ignore[arg-type]


def figures_of(shown: object) -> list[str]:
    """Every amount and percentage that an answer tells."""
    return re.findall(r"\$[\d,.]+|[\d,.]+%", words_of(shown))


def nothing(_now: datetime) -> list[Sale]:
    return []


def one_enormous(now: datetime) -> list[Sale]:
    return [sale(now - timedelta(hours=3), 10**11)]


def taken_back(now: datetime) -> list[Sale]:
    """Rows that count against, as the newer surface tells reversals."""
    return [sale(now - timedelta(days=day, hours=1), -5_000, "post", number=day) for day in range(1, 5)]


def strange(now: datetime) -> list[Sale]:
    return [
        sale(now - timedelta(minutes=number), 300, f"brandNew_{number}*", None if number % 2 else "XTS", number)
        for number in range(1, 40)
    ]


@pytest.mark.parametrize("history", [nothing, one_enormous, taken_back, strange])
async def test_every_answer_makes_sense(connected: Rig, history: Callable[[datetime], list[Sale]]) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    desk.sales = SalesBook(history(connected.app.clock.now()))
    for command in COMMANDS:
        words = words_of(await connected.luna.slash(connected.desk, f"insights {command}", period="7d"))
        assert "@lunavale" in words, command
        assert "Something broke" not in words, command


@pytest.mark.parametrize("kind", ["wrong_shape", "garbage", "404", "500", "400"])
async def test_where_the_summary_is_broken_payments_are_added_up_and_it_says_so(connected: Rig, kind: str) -> None:
    connected.fanvue.faults.add(operation="getEarningsSummary", kind=kind, times=None)
    added = await connected.luna.slash(connected.desk, "insights earnings", period="last_month")
    assert "add up its single payments, as of now" in words_of(added)
    assert added.response.attachments
    connected.fanvue.faults.clear()
    told = await connected.luna.slash(connected.desk, "insights earnings", period="last_month")
    assert "add up" not in words_of(told), "what was added up is not kept"
    assert figures_of(added) == figures_of(told)


async def test_too_many_payments_to_add_up_are_an_error_that_says_what_to_do(connected: Rig) -> None:
    now = connected.app.clock.now()
    book = [sale(now - timedelta(minutes=number + 1), 500, number=number) for number in range(2_100)]
    connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR)).sales = SalesBook(book)
    connected.fanvue.faults.add(operation="getEarningsSummary", kind="wrong_shape", times=None)
    count = len(connected.fanvue.ledger)
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="7d")
    assert "do not know" in words_of(shown)
    assert len(connected.fanvue.ledger) - count <= 1 + 2_000 // 50 + 1


async def test_an_empty_account_is_told_so_kindly(connected: Rig) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    desk.sales = SalesBook([])
    assert "Nothing came in" in words_of(await connected.luna.slash(connected.desk, "insights earnings"))
    assert "No payments in that time" in words_of(await connected.luna.slash(connected.desk, "insights transactions"))
    assert "Nobody has spent" in words_of(await connected.luna.slash(connected.desk, "insights top-fans"))


async def test_a_hundred_thousand_payments_cost_no_more_calls(connected: Rig) -> None:
    now = connected.app.clock.now()
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    desk.sales = SalesBook(
        [sale(now - timedelta(seconds=70 * number + 1), 500, number=number) for number in range(100_000)]
    )
    count = len(connected.fanvue.ledger)
    shown = await connected.luna.slash(connected.desk, "insights earnings", period="90d")
    assert "Gross $500,000.00" in words_of(shown)
    assert len(connected.fanvue.ledger) - count <= 12
    count = len(connected.fanvue.ledger)
    await connected.luna.slash(connected.desk, "insights transactions", period="90d")
    assert len(connected.fanvue.ledger) - count <= 4
