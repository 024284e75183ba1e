"""A row of Fanvue's that cannot be read takes no list with it: it is left out, and that is said."""

from collections.abc import Callable
from typing import Any

from structlog.testing import capture_logs

from tests.rig import CREATOR, Rig, words_of

MISSING = "Not everything is shown"


def spoiled(*path: str) -> Callable[[Any], None]:
    """Makes a field of the first row something that cannot be read."""

    def change(answer: Any) -> None:
        holder = answer["data"][0] if isinstance(answer, dict) else answer[0]
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = []

    return change


async def some_of_everything(rig: Rig) -> None:
    for text in ("one", "two"):
        await rig.fanvue.fan_writes(CREATOR, rig.fan, text)
        await rig.fanvue.fan_tips(CREATOR, rig.fan, 500)


async def test_every_list_is_shown_without_a_row_that_cannot_be_read_and_says_so(connected: Rig) -> None:
    await some_of_everything(connected)
    commands: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
        ("inbox unread", {}, "listChats", ("user", "uuid")),
        ("inbox open", {"fan": connected.fan}, "listMessages", ("uuid",)),
        ("media vault", {}, "getUserMedia", ("uuid",)),
        ("media vault", {}, "listVaultFolders", ("name",)),
        ("post list", {"which": "published"}, "getPosts", ("uuid",)),
        ("mass list", {}, "listMassMessages", ("uuid",)),
        ("insights top-fans", {}, "getTopSpenders", ("user", "uuid")),
        ("insights transactions", {}, "getEarnings", ("gross",)),
    ]
    shown: dict[str, str] = {}
    for command, options, operation, path in commands:
        connected.fanvue.faults.rewrite(operation, spoiled(*path))
        with capture_logs() as logs:
            answer = await connected.luna.slash(connected.desk, command, **options)
        connected.fanvue.faults.clear()
        words = words_of(answer) + "".join(map(words_of, answer.followups))
        is_logged = [row["operation"] for row in logs if row["event"] == "rows_left_out"] == [operation]
        if MISSING not in words or "did not answer" in words or not is_logged:
            shown[f"{command} {operation}"] = words[:300]
    assert shown == {}


async def test_what_adds_up_money_misses_no_row(connected: Rig) -> None:
    await some_of_everything(connected)
    connected.fanvue.faults.add("getEarningsSummary", 500)
    connected.fanvue.faults.rewrite("getEarnings", spoiled("gross"))
    answer = await connected.luna.slash(connected.desk, "insights earnings")
    assert "$" not in words_of(answer)
    assert MISSING not in words_of(answer)


async def test_a_post_is_made_although_another_cannot_be_read(connected: Rig) -> None:
    connected.fanvue.faults.rewrite("getPosts", spoiled("uuid"))
    card = (await connected.luna.slash(connected.desk, "post create", text="Sunday set")).response
    await connected.luna.click(card, label="Post now")
    posts = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR)).posts
    assert any(one.text == "Sunday set" for one in posts)
