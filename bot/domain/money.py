"""Money in integer minor units."""

import re
from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
MIN_ROUND_PERCENT = 10
MAX_PERCENT = 999
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
WHOLE = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
"""Currencies without a minor unit."""
THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
NOTICED_PERCENT = 0.05
"""Less is no tenth of a percent."""
TYPED = re.compile(r"\$?\s*(?P<whole>[1-9][0-9]{0,2}(?:[,.' ][0-9]{3}){1,4}|[0-9]{1,12})(?:[.,](?P<cents>[0-9]{1,2}))?")


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
        """The exact amount for people, such as ``$1,234.50``; a minus sign comes before the symbol."""
        sign = MINUS if self.minor < 0 else ""
        symbol = SYMBOLS.get(self.currency, f"{self.currency} ")
        if self.currency in WHOLE:
            return f"{sign}{symbol}{abs(self.minor):,}"
        decimals = 3 if self.currency in THOUSANDTHS else 2
        whole, rest = divmod(abs(self.minor), 10**decimals)
        return f"{sign}{symbol}{whole:,}.{rest:0{decimals}d}"


def minor_units(typed: str) -> int | None:
    """Minor units of an amount as people type it: ``25``, ``$12.5``, ``4,99``, ``1,200``; ``None`` for what is none."""
    found = TYPED.fullmatch(typed.strip())
    if found is None:
        return None
    whole = re.sub(r"[^0-9]", "", found["whole"])
    return int(whole) * 100 + int((found["cents"] or "").ljust(2, "0"))


def digits(minor: int) -> str:
    """Cents as a plain number of dollars, such as ``-12.05``: for a spreadsheet, and to be typed over in a form."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def signed(number: int) -> str:
    """A number with its sign, such as ``+1,200``; nothing is just ``0``."""
    return f"{number:+,}".replace("-", MINUS) if number else "0"


def percent(amount: float) -> str:
    """An unsigned percentage for people: ``3.4%``, ``28%``, ``over 999%``."""
    size = abs(amount)
    if size > MAX_PERCENT:
        return f"over {MAX_PERCENT}%"
    return f"{size:.1f}%".replace(".0%", "%") if size < MIN_ROUND_PERCENT else f"{size:.0f}%"


def is_noticed(change: float) -> bool:
    """Whether a change in percent is one that people are told of."""
    return abs(change) >= NOTICED_PERCENT


def change_percent(now_minor: int, before_minor: int) -> float | None:
    """How much ``now`` differs from ``before``, in percent; ``None`` when there is nothing to compare with."""
    if before_minor <= 0:
        return None
    return (now_minor - before_minor) / before_minor * 100
