"""What the composition root hands to every cog."""

from dataclasses import dataclass, field

from bot.discordkit.controls.actions import Actions
from bot.discordkit.owing import Owed
from bot.discordkit.responses.failures import Failures
from bot.discordkit.responses.patience import Patience
from bot.discordkit.sending.pacer import Pacer


@dataclass(frozen=True, slots=True)
class Kit:
    """What every cog needs of Discord.

    The table of verbs, the presenter, the pace of what nobody waits for, when Discord is told to wait, and what people
    are told once it is back.
    """

    actions: Actions
    failures: Failures
    pacer: Pacer
    patience: Patience = field(default_factory=Patience)
    owed: Owed = field(default_factory=Owed)
