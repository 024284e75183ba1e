"""Who answered fans, how soon, and what came in after their answers; pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from bot.domain.accounts import DiscordUserId, FanId
from bot.domain.errors import DomainError
from bot.domain.money import Money
from bot.domain.periods import Asked
from bot.domain.reports import NOTHING, total

WINDOW = timedelta(hours=24)
"""How long after an answer a payment still follows it."""
ENOUGH = 5
"""From so many answers on, a median is compared with others."""

MINUTE = 60
DAY = 24 * 60
"""In minutes."""


class Other(StrEnum):
    """Whom no name stands for."""

    SOMEBODY = "somebody"
    """Who had themselves forgotten."""
    FANVUE = "fanvue"
    """Whoever answered at Fanvue itself."""
    NOBODY = "nobody"
    """No answer came before."""
    EARLIER = "earlier"
    """What was taken back of payments that are not in the period."""
    OTHERS = "others"
    """Everybody else of the team, for whoever may not see them one by one."""


Who = DiscordUserId | Other


@dataclass(frozen=True, slots=True)
class Answer:
    """A fan got an answer."""

    at: datetime
    fan: FanId
    by: Who


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, or what was taken back of one when the amount is below zero; net, in minor units."""

    at: datetime
    net: int
    fan: FanId | None
    order: str = ""
    reverses: str = ""
    """Of what was taken back: the order it was paid with, where Fanvue tells."""
    counts: bool = True
    """Whether an answer can have brought it: a renewal comes by itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """What followed somebody's answers."""

    net: Money = NOTHING
    payments: int = 0

    def __add__(self, other: "Part") -> "Part":
        """Both together."""
        return Part(self.net + other.net, self.payments + other.payments)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long fans had waited for somebody's answers: the median of so many."""

    count: int = 0
    median_seconds: float = 0

    @property
    def is_enough(self) -> bool:
        """Whether the median says something about the person rather than about a fan."""
        return self.count >= ENOUGH


@dataclass(frozen=True, slots=True)
class Score:
    """One line: what somebody did in the period, and what followed."""

    who: Who
    name: str = ""
    """What they were called when they last answered."""
    replies: int = 0
    fans: int = 0
    waits: Waits = Waits()
    part: Part | None = None
    """``None`` where income may not be seen, or could not be read."""


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody together; a fan who was answered by two people is one fan."""

    replies: int = 0
    fans: int = 0
    waits: Waits = Waits()


@dataclass(frozen=True, slots=True)
class Income:
    """Every payment of the period once, under whoever it followed; the parts add up to the net."""

    parts: Mapping[Who, Part] = field(default_factory=dict)
    is_before_reversals: bool = False
    """Whether Fanvue did not tell everything that was taken back."""

    @property
    def net(self) -> Money:
        """All of it."""
        return total([part.net for part in self.parts.values()])

    def of(self, who: Who) -> Part:
        """One of the parts."""
        return self.parts.get(who, Part())

    @property
    def followed(self) -> Money:
        """What followed an answer that was sent from here."""
        return total([part.net for who, part in self.parts.items() if who not in ELSEWHERE])

    def seen_by(self, person: DiscordUserId) -> Self:
        """The same, with everybody else of the team in one."""
        parts: defaultdict[Who, Part] = defaultdict(Part)
        for who, part in self.parts.items():
            parts[who if who == person or who in ELSEWHERE else Other.OTHERS] += part
        return replace(self, parts=dict(parts))


ELSEWHERE = frozenset({Other.FANVUE, Other.NOBODY, Other.EARLIER})
"""What followed no answer from here."""


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """What one person may see of a creator's period."""

    handle: str
    asked: Asked
    zone: str
    since: datetime | None
    """From when on answers are kept, where the period begins before; else ``None``."""
    is_known: bool
    """Whether the period reaches into what is kept."""
    scores: tuple[Score, ...]
    """People, ranked; the reader alone where they may not see the others."""
    team: Team
    elsewhere: int
    """How many waiting fans were answered at Fanvue itself."""
    income: Income | None
    no_income: DomainError | None
    """Why there is none."""
    as_of: datetime
    silent: tuple[DiscordUserId, ...] = ()
    """Who may answer, and did not."""
    is_whole_team: bool = True
    """Whether the reader sees everybody, and not themselves alone."""

    @property
    def quickest(self) -> Who | None:
        """Whose median is the shortest, of two or more that are seen and can be compared."""
        timed = [score for score in self.scores if score.waits.is_enough and score.who is not Other.SOMEBODY]
        if len(timed) < 2:  # noqa: PLR2004 - nobody is quicker alone
            return None
        return min(timed, key=lambda score: score.waits.median_seconds).who

    def seen_by(self, person: DiscordUserId, name: str) -> Self:
        """What somebody sees who may not see the others: their own line, empty where they did nothing, and totals."""
        income = self.income.seen_by(person) if self.income else None
        nothing = Score(person, name, part=income.of(person) if income else None)
        own = next((score for score in self.scores if score.who == person), nothing)
        return replace(self, scores=(own,), income=income, silent=(), is_whole_team=False)


def attributed(payments: Iterable[Paid], taken_back: Iterable[Paid], answers: Iterable[Answer]) -> dict[Who, Part]:
    """Each payment under whoever answered that fan last within the day before it; the order of the rows is no matter.

    What was taken back is taken off whoever its payment counted for.
    """
    paid, by_fan = sorted(payments, key=_in_order), _by_fan(answers)
    owners = [_owner(one, by_fan) for one in paid]
    parts: defaultdict[Who, Part] = defaultdict(Part)
    for one, who in zip(paid, owners, strict=True):
        if one.counts:
            parts[who] += Part(Money(one.net), 1)
    unreversed = Unreversed(paid)
    for back in sorted(taken_back, key=_in_order):
        found = unreversed.take(back)
        if found is None:
            parts[Other.EARLIER] += Part(Money(back.net), 1)
        elif paid[found].counts:
            parts[owners[found]] += Part(Money(back.net))
    return dict(parts)


class Unreversed:
    """Payments that were not taken back so far, by their places in a list in order."""

    def __init__(self, paid: Sequence[Paid]) -> None:
        self._paid = paid
        self._taken: set[int] = set()
        self._by_order: defaultdict[str, list[int]] = defaultdict(list)
        self._by_amount: defaultdict[tuple[FanId | None, int], list[int]] = defaultdict(list)
        for place, one in enumerate(paid):
            self._by_order[one.order].append(place)
            self._by_amount[one.fan, one.net].append(place)

    def take(self, back: Paid) -> int | None:
        """The payment that was taken back: the one Fanvue names, else that fan's latest of the same amount before."""
        if back.reverses:
            places = self._by_order.get(back.reverses, [])
        else:
            places = self._by_amount.get((back.fan, -back.net), []) if back.fan else []
        found = next((one for one in reversed(places) if self._is_open(one, back)), None)
        if found is not None:
            self._taken.add(found)
        return found

    def _is_open(self, place: int, back: Paid) -> bool:
        return place not in self._taken and (bool(back.reverses) or self._paid[place].at <= back.at)


def ranked(scores: Iterable[Score]) -> tuple[Score, ...]:
    """By what followed their answers, where that is seen, then by fans answered, then by replies.

    Who had themselves forgotten may be several people, and comes last.
    """

    def place(score: Score) -> tuple[bool, int, int, int, str, str]:
        net = score.part.net.minor if score.part else 0
        return score.who is Other.SOMEBODY, -net, -score.fans, -score.replies, score.name, str(score.who)

    return tuple(sorted(scores, key=place))


def with_income(scores: Sequence[Score], income: Income | None) -> list[Score]:
    """The lines with what followed; whoever answered just before the period and not in it gets a line as well."""
    if income is None:
        return list(scores)
    known = {score.who for score in scores}
    others = [Score(who) for who in income.parts if who not in known and who not in ELSEWHERE]
    return [replace(score, part=income.of(score.who)) for score in [*scores, *others]]


def with_names(scores: Iterable[Score], names: Mapping[Who, str]) -> list[Score]:
    """The lines with what people were called."""
    return [replace(score, name=names.get(score.who, "")) for score in scores]


def duration(seconds: float) -> str:
    """A wait for people: ``45 s``, ``4 min``, ``3 h 10 min``, ``2 d 4 h``."""
    if round(seconds) < MINUTE:
        return f"{round(seconds)} s"
    minutes = round(seconds / MINUTE)
    if minutes < DAY:
        return _two(divmod(minutes, 60), "h", "min")
    return _two(divmod(round(minutes / 60), 24), "d", "h")


def _two(amounts: tuple[int, int], *units: str) -> str:
    return " ".join(f"{amount} {unit}" for amount, unit in zip(amounts, units, strict=True) if amount)


def _by_fan(answers: Iterable[Answer]) -> Mapping[FanId, list[Answer]]:
    found: defaultdict[FanId, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[answer.fan].append(answer)
    for of_fan in found.values():
        of_fan.sort(key=lambda answer: (answer.at, str(answer.by)))
    return found


def _owner(paid: Paid, by_fan: Mapping[FanId, list[Answer]]) -> Who:
    answers = by_fan.get(paid.fan, []) if paid.fan else []
    last = bisect_left(answers, paid.at, key=lambda answer: answer.at) - 1
    if last < 0 or paid.at - answers[last].at > WINDOW:
        return Other.NOBODY
    return answers[last].by


def _in_order(paid: Paid) -> tuple[datetime, int, str, str, str, bool]:
    return paid.at, paid.net, paid.fan or "", paid.order, paid.reverses, paid.counts
