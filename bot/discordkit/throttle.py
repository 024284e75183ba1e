"""Bounds what one person can ask for, so that nobody eats a creator's budget."""

import time
from collections.abc import Callable

from discord import app_commands
from discord.ext import commands

PER_PERSON = 20
WINDOW_SECONDS = 10.0


class Throttle:
    """Commands, buttons and forms of one person count together.

    Whoever asked nothing for a whole window may ask as much as anybody, so two windows' people are all it knows:
    discord.py's own mapping walks through everybody at each question.
    """

    def __init__(
        self,
        per_person: int = PER_PERSON,
        window_seconds: float = WINDOW_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._per_person = per_person
        self._window_seconds = window_seconds
        self._recent: dict[int, commands.Cooldown] = {}
        self._earlier: dict[int, commands.Cooldown] = {}
        self._ends_at = 0.0

    def take(self, person: int) -> None:
        """Count one act of a Discord user; app_commands.CommandOnCooldown when there were too many."""
        now = self._seconds()
        spent = self._spent(person, now)
        wait_seconds = spent.update_rate_limit(now)
        if wait_seconds:
            raise app_commands.CommandOnCooldown(app_commands.Cooldown(spent.rate, spent.per), wait_seconds)

    def _spent(self, person: int, now: float) -> commands.Cooldown:
        if now >= self._ends_at:
            self._earlier, self._recent, self._ends_at = self._recent, {}, now + self._window_seconds
        if person not in self._recent:
            known = self._earlier.pop(person, None)
            self._recent[person] = known or commands.Cooldown(self._per_person, self._window_seconds)
        return self._recent[person]
