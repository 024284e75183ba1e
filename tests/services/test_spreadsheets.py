"""A spreadsheet ends honestly: whole, or cut where it says and with what asks for the rest."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from zoneinfo import ZoneInfo

import pytest

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import DiscordUserId
from bot.domain.errors import BadInputError, FanvueDownError, ScopeMissingError
from bot.domain.periods import Asked, asked
from bot.services.insights.spreadsheets import Cut, Limits, Spreadsheet, SpreadsheetsService
from sandbox.fanvue.world.records import Sale
from sandbox.fanvue.world.sales import SalesBook
from tests.rig import CREATOR, Rig

ZONE = ZoneInfo("Asia/Kathmandu")
DAYS = asked("2026-03-01 to 2026-03-20")
FIRST = datetime(2026, 3, 2, tzinfo=UTC)


class Hurried:
    """A clock whose every look costs a second."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


@pytest.fixture
async def grant(connected: Rig) -> Grant:
    """Luna's own, with 240 payments in March."""
    book = [Sale(FIRST + timedelta(hours=n), "tip", 101 + n, 80 + n, f"FV-{n}", None) for n in range(240)]
    connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR)).sales = SalesBook(book)
    actor = Actor(DiscordUserId(connected.luna.id), "luna")
    return await connected.app.services.access.choose(actor, None, Capability.INSIGHTS)


def sheets(rig: Rig, limits: Limits, clock: Hurried | None = None) -> SpreadsheetsService:
    return SpreadsheetsService(rig.app.services.insights, clock or rig.app.clock, limits)


async def read(service: SpreadsheetsService, grant: Grant, days: Asked = DAYS, most: int = 10**6) -> Spreadsheet:
    return await service.payments(grant, days, ZONE, told=lambda _rows, _reached: None, file_bytes=most)


def orders(sheet: Spreadsheet) -> Sequence[str]:
    content = sheet.content
    if sheet.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(archive.namelist()[0])
    return [row["order"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


async def test_what_a_cut_file_lacks_is_what_its_advice_brings(connected: Rig, grant: Grant) -> None:
    service, days, found = sheets(connected, Limits(rows=100)), DAYS, set[str]()
    for _ in range(5):
        sheet = await read(service, grant, days)
        found |= set(orders(sheet))
        if sheet.cut is None:
            break
        assert (sheet.cut, sheet.rows, len(orders(sheet))) == (Cut.ROWS, 100, 100)
        days = asked(sheet.rest)
    assert sheet.cut is None
    assert found == {f"FV-{n}" for n in range(240)}


async def test_as_many_rows_as_a_file_takes_are_no_cut(connected: Rig, grant: Grant) -> None:
    sheet = await read(sheets(connected, Limits(rows=240)), grant)
    assert (sheet.cut, sheet.rows, sheet.rest) == (None, 240, "")
    assert sheet.name == "payments-2026-03-01-to-2026-03-20.csv"


async def test_reading_ends_while_there_is_time_to_hand_the_file_out(connected: Rig, grant: Grant) -> None:
    clock = Hurried(connected.app.clock.now())
    sheet = await read(sheets(connected, Limits(time=timedelta(seconds=70)), clock), grant)
    assert sheet.cut is Cut.TIME
    assert 0 < sheet.rows < 240
    assert sheet.rest.startswith("2026-03-01 to 2026-03-")


async def test_a_day_with_too_much_is_not_asked_for_again(connected: Rig, grant: Grant) -> None:
    sheet = await read(sheets(connected, Limits(rows=5)), grant, asked("2026-03-04"))
    assert (sheet.cut, sheet.rows, sheet.rest) == (Cut.ROWS, 5, "")


async def test_a_file_too_large_for_its_message_is_zipped_and_then_cut(connected: Rig, grant: Grant) -> None:
    zipped = await read(sheets(connected, Limits()), grant, most=12_000)
    assert zipped.name.endswith(".zip")
    assert (zipped.cut, len(orders(zipped))) == (None, 240)
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    desk.sales = SalesBook([Sale(FIRST + timedelta(hours=n), "tip", 9, 8, token_hex(2000), None) for n in range(240)])
    cut = await read(sheets(connected, Limits()), grant, most=400_000)
    assert cut.cut is Cut.SIZE
    assert len(cut.content) <= 400_000
    assert len(orders(cut)) == cut.rows > 50


async def test_what_was_read_before_an_outage_is_given(connected: Rig, grant: Grant) -> None:
    fault = connected.fanvue.faults.add(operation="getEarnings", kind="403", after=1)
    with pytest.raises(ScopeMissingError):
        await read(sheets(connected, Limits()), grant)
    connected.fanvue.faults.remove(fault)
    connected.fanvue.faults.add(operation="getEarnings", kind="503", after=1)
    sheet = await read(sheets(connected, Limits()), grant)
    assert (sheet.cut, sheet.rows) == (Cut.FANVUE, 50)
    with pytest.raises(FanvueDownError):
        await read(sheets(connected, Limits()), grant)


async def test_one_person_reads_one_file_at_a_time(connected: Rig, grant: Grant) -> None:
    service = sheets(connected, Limits())
    fault = connected.fanvue.faults.add(operation="getEarnings", kind="hang", times=1)
    first = asyncio.create_task(read(service, grant))
    await fault.struck.wait()
    with pytest.raises(BadInputError, match="being made for you already"):
        await read(service, grant)
    connected.fanvue.faults.clear()
    assert (await first).rows == 240
    assert (await read(service, grant)).rows == 240
