"""What the composition root hands to every cog."""

from dataclasses import dataclass

from bot.discordkit.actions import Actions
from bot.discordkit.failures import Failures


@dataclass(frozen=True, slots=True)
class Kit:
    """The table of verbs and the presenter."""

    actions: Actions
    failures: Failures
