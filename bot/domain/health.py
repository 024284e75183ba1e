"""What an examination of the installation finds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Health(StrEnum):
    """How a part of the installation is."""

    FINE = "ok"
    LOOK = "look"
    BAD = "BAD"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, and what is so or what to do."""

    subject: str
    health: Health
    advice: str

    @classmethod
    def fine(cls, subject: str, advice: str) -> Self:
        """Nothing to do."""
        return cls(subject, Health.FINE, advice)

    @classmethod
    def look(cls, subject: str, advice: str) -> Self:
        """Worth a look; the bot works."""
        return cls(subject, Health.LOOK, advice)

    @classmethod
    def bad(cls, subject: str, advice: str) -> Self:
        """To be mended."""
        return cls(subject, Health.BAD, advice)

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be mended."""
        return self.health is not Health.BAD

    def __str__(self) -> str:
        return f"{self.health.value:<4} {self.subject}: {self.advice}"
