"""The words and numbers of a chart: short ones for the picture, exact ones for who cannot see it; pure."""

import re

from bot.charts.series import Bar, TrendChart
from bot.domain.money import MINUS, SYMBOLS, Money, change_percent, is_noticed, percent, signed
from bot.domain.text import clean, shorten

ALT_TEXT_LIMIT = 1024
NAME_LIMIT = 80
THOUSANDS = ("", "k", "M", "B", "T", "Q")
WITH_CENTS_BELOW = 100_00
THOUSAND = 1000
ONE_PERCENT = 1000


def one_line(text: str, limit: int = NAME_LIMIT) -> str:
    """Somebody else's words on one line: no control, direction or stacked characters, at most ``limit`` long."""
    return shorten(" ".join(clean(text).split()), limit)


def exact(chart: TrendChart, value: int) -> str:
    """A value to the last cent, such as ``$1,234.50``."""
    if chart.unit == "share":
        return f"{value / ONE_PERCENT:.1f}%"
    return str(Money(value, _currency(chart))) if chart.unit == "money" else f"{value:,}"


def total(chart: TrendChart) -> str:
    """The headline's figure: the total to the cent, a change with its sign; nothing where amounts are not told."""
    if chart.total is None or chart.unit == "share":
        return ""
    return signed(chart.total) if chart.below is not None else exact(chart, chart.total)


def short(chart: TrendChart, value: int) -> str:
    """A value in at most three digits and a letter, such as ``$1.2k``; small amounts keep their cents."""
    sign = MINUS if value < 0 and chart.below is None else ""
    if chart.unit == "share":
        return f"{sign}{abs(value) / ONE_PERCENT:.{1 if value % ONE_PERCENT else 0}f}%"
    if chart.unit == "count":
        return sign + _scaled(abs(value), decimals=0)
    symbol = SYMBOLS.get(_currency(chart), f"{_currency(chart)} ")
    decimals = 2 if value % 100 and abs(value) < WITH_CENTS_BELOW else 0
    return sign + symbol + _scaled(abs(value) / 100, decimals=decimals)


def change(chart: TrendChart) -> float | None:
    """The total against the one before, in percent; ``None`` when there is nothing to compare."""
    if chart.total is None or chart.total_before is None:
        return None
    return change_percent(chart.total, chart.total_before)


def alt_text(chart: TrendChart) -> str:
    """The chart's story in words, at most 1,024 characters: total, change, span, best, worst, what is missing."""
    sentences = [_headline(chart), _comparison(chart), _best(chart), _lowest(chart), _missing(chart)]
    return shorten(" ".join(sentence for sentence in sentences if sentence), ALT_TEXT_LIMIT)


def file_name(chart: TrendChart) -> str:
    """A plain file name that says what is inside."""
    slug = re.sub(r"[^a-z0-9]+", "-", chart.value_name.lower()).strip("-")[:40]
    return f"{slug or 'chart'}.png"


def _currency(chart: TrendChart) -> str:
    return one_line(chart.currency, 8)


def _scaled(size: float, *, decimals: int) -> str:
    step = 0
    while step < len(THOUSANDS) - 1 and float(f"{size:.3g}") >= THOUSAND:
        size, step = size / THOUSAND, step + 1
    if step == 0:
        return f"{size:,.{decimals}f}"
    digits = f"{size:.3g}" if size < THOUSAND else f"{size:,.0f}"
    return digits + THOUSANDS[step]


def _headline(chart: TrendChart) -> str:
    title, name = one_line(chart.title), one_line(chart.value_name)
    start = f"{title}: {name.lower()}" if title else name
    if chart.total is None:
        return f"{start}, no data."
    if chart.unit == "share":
        return f"{start}, each {one_line(chart.bar_name, 20)} as a part of the whole{_span(chart)}."
    if chart.below is not None:
        came, went = (sum(value or 0 for value in values) for values in (chart.values, chart.below))
        above, below = (one_line(name, 20).lower() for name in chart.names)
        return f"{start} {total(chart)}{_span(chart)}: {came:,} {above}, {went:,} {below}."
    return f"{start} {exact(chart, chart.total)} in total{_span(chart)}."


def _span(chart: TrendChart) -> str:
    labels = [label for label in (one_line(chart.bars[0].label, 40), one_line(chart.bars[-1].label, 40)) if label]
    if len(chart.bars) == 1:
        return f" on {labels[0]}" if labels else ""
    count = f" over {len(chart.bars)} {one_line(chart.bar_name, 20)}s"
    return f"{count}, from {labels[0]} to {labels[1]}" if len(labels) == 2 else count  # noqa: PLR2004 - both ends


def _comparison(chart: TrendChart) -> str:
    if chart.total is None or chart.total_before is None:
        return ""
    told = "" if chart.unit == "share" else f" ({exact(chart, chart.total_before)})"
    before = one_line(chart.comparison_name) + told
    amount = change(chart)
    if chart.total == chart.total_before:
        return f"The same as {before}."
    if amount is not None and not is_noticed(amount):
        return f"About the same as {before}."
    if amount is None:
        return f"{'More' if chart.total > chart.total_before else 'Less'} than {before}."
    return f"{percent(amount).capitalize()} {'more' if amount > 0 else 'less'} than {before}."


def _best(chart: TrendChart) -> str:
    if chart.best_index is None or len(chart.bars) == 1:
        return ""
    return f"Best {one_line(chart.bar_name, 20)}: {_named(chart, chart.bars[chart.best_index])}."


def _lowest(chart: TrendChart) -> str:
    known = [bar for bar in chart.bars if bar.value is not None]
    if len(known) < 2:  # noqa: PLR2004 - nothing to be lower than
        return ""
    if chart.below is not None:
        return _most_below(chart)
    worst = min(known, key=lambda bar: bar.value or 0)
    zeros = sum(bar.value == 0 for bar in known)
    if worst.value == 0 and zeros > 1:
        return f"{zeros} {one_line(chart.bar_name, 20)}s had none."
    return f"Lowest: {_named(chart, worst)}."


def _most_below(chart: TrendChart) -> str:
    pairs = [(value or 0, bar.label) for value, bar in zip(chart.below or (), chart.bars, strict=False)]
    most, label = max(pairs, key=lambda pair: pair[0], default=(0, ""))
    return f"Most {one_line(chart.names[1], 20).lower()}: {one_line(label, 40)} with {most:,}." if most else ""


def _missing(chart: TrendChart) -> str:
    gaps = sum(value is None for value in chart.values)
    if not gaps or gaps == len(chart.bars):
        return ""
    name = one_line(chart.bar_name, 20)
    return f"{gaps} {name if gaps == 1 else name + 's'} without data."


def _named(chart: TrendChart, bar: Bar) -> str:
    value = exact(chart, bar.value or 0)
    label = one_line(bar.label, 40)
    return f"{label} with {value}" if label else value
