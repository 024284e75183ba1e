"""What Fanvue's lists hold comes once although it refuses how they are asked for, or they are longer than is read."""

import pytest
from polling_ground import CREATOR, Ground, Process

from bot.domain.catching_up import Source

UNREAD_ALONE = "/chats[?]*filter=unread*"


@pytest.mark.parametrize("status", [400, 403])
async def test_where_fanvue_refuses_to_list_unread_chats_alone_all_are_listed_and_it_is_asked_again_in_an_hour(
    ground: Ground, process: Process, status: int
) -> None:
    fault = ground.fanvue.faults.add(UNREAD_ALONE, status)
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "one")
    for text in ("two", "three"):
        await ground.fanvue.fan_writes(CREATOR, ground.fans[1], text)
    for _ in range(3):
        await process.look(after=70)
    assert sorted(map(str, await process.texts())) == ["one", "three", "two"]
    assert fault.hits == 1
    for _ in range(4):
        await process.look(after=900)
    assert fault.hits == 2
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "four")
    await process.look(after=70)
    assert (await process.texts())[-1] == "four"
    assert (await process.polling(ground.creator)).cursors[Source.CHATS].trouble is None
