"""Killed between ending a connection here and ending it at Fanvue: after the next start no grant is alive."""

import asyncio
from random import Random

from sandbox.playground import Playground
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.world import Team, teams
from sandbox.story import link_in

REVOKED_SECONDS = 20
MOST_WAIT_SECONDS = 0.3


async def ends_at_fanvue_too(size: Size) -> Outcome:
    """Disconnect or erase again and again, killed each time: while Fanvue is being told, or at a random moment."""
    draw = Random(20264)
    alive = left = 0
    async with teams(1) as (ground, (team,)):
        for number in range(size.revoke_kills):
            if number:
                await _connect(ground, team)
            await _killed_in_the_act(ground, team, number, draw)
            await ground.bot.start()
            await ground.discord.wait_ready()
            if await _is_connected_here(ground, team):
                left += 1
                await _press_through(ground, team, "disconnect")
            alive += not await _is_over(ground, team)
        reuse = ground.fanvue.oauth.reuse_detected
    detail = f"{size.revoke_kills} kills, {left} of them before anything had ended, {alive} grants left alive"
    return Outcome(alive == 0 and left < size.revoke_kills and not reuse, detail)


async def _killed_in_the_act(ground: Playground, team: Team, number: int, draw: Random) -> None:
    """Twice while Fanvue is being told, then once at a random moment."""
    fault = ground.fanvue.faults.add("revoke", "hang")
    await _press_through(ground, team, "disconnect" if number % 2 else "privacy erase")
    if number % 3 == 2:
        await asyncio.sleep(draw.uniform(0, MOST_WAIT_SECONDS))
    else:
        await asyncio.wait_for(fault.struck.wait(), REVOKED_SECONDS)
    await ground.bot.kill()
    ground.fanvue.faults.clear()


async def _press_through(ground: Playground, team: Team, command: str) -> None:
    """Ask for it and confirm."""
    asked = await (await ground.discord.slash(team.owner, None, command)).wait(15)
    await ground.discord.click(team.owner, asked.messages[-1], "Disconnect" if command == "disconnect" else "Erase")


async def _connect(ground: Playground, team: Team) -> None:
    asked = await (await ground.discord.slash(team.owner, None, "connect")).wait(15)
    await ground.browser.connect(link_in(asked), team.handle)


async def _is_connected_here(ground: Playground, team: Team) -> bool:
    asked = await (await ground.discord.slash(team.owner, None, "account")).wait(15)
    return f"@{team.handle}" in asked.text


async def _is_over(ground: Playground, team: Team) -> bool:
    for _ in range(REVOKED_SECONDS * 10):
        if ground.fanvue.oauth.live_grants(team.handle) == 0:
            return True
        await asyncio.sleep(0.1)
    return False
