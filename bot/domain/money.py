"""Money in integer minor units."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents for USD); never a float."""

    minor: int
    currency: str = "USD"

    def __add__(self, other: "Money") -> "Money":
        """The sum; both sides must have one currency."""
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __str__(self) -> str:
        """The exact amount for people, such as ``$1,234.50`` or ``-€3.00``."""
        sign = "-" if self.minor < 0 else ""
        whole, cents = divmod(abs(self.minor), 100)
        symbol = {"USD": "$", "EUR": "€", "GBP": "£"}.get(self.currency, f"{self.currency} ")
        return f"{sign}{symbol}{whole:,}.{cents:02d}"


def change_percent(now_minor: int, before_minor: int) -> float | None:
    """How much ``now`` differs from ``before``, in percent; ``None`` when there is nothing to compare with."""
    if before_minor <= 0:
        return None
    return (now_minor - before_minor) / before_minor * 100
