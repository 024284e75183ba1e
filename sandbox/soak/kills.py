"""Teams whose creators connected through the pages: every due card once, in the channel and in the DM."""

from random import Random

from sandbox.playground import Playground
from sandbox.soak.ledger import Ledger
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.world import Team, teams


async def cards_come_once(size: Size) -> Outcome:
    """What the ledger says of them."""
    draw = Random(20260)
    async with teams() as (ground, found):
        ledger = Ledger(lambda: [place for team in found for place in _places(ground, team)])
        for number in range(size.events):
            team = draw.choice(found)
            ledger.plan(number, ground.fanvue.world.account(team.handle), _places(ground, team), draw)
        return await ledger.play(ground, draw, per_second=size.events_per_second, kills=size.kills)


def _places(ground: Playground, team: Team) -> list[int]:
    dm = ground.discord.dm(team.owner)
    return [team.channel.id] if dm is None else [team.channel.id, dm.id]
