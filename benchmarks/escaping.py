"""Making other people's words inert costs little, whatever they are."""

import time

from benchmarks.figures import PAIRS, Figure
from bot.domain import text

LENGTH = 5_000
CRAFTED = {
    "stars": "*" * LENGTH,
    "underscores": "_" * LENGTH,
    "open brackets": "[" * LENGTH,
    "half links": "[a](http://" * (LENGTH // 11),
    "links": "https://" * (LENGTH // 8),
    "backslashes": "\\" * LENGTH,
    "marks": "a" + "\u0301" * LENGTH,
    "mentions": "<@1" * (LENGTH // 3),
    "quotes": ">>> \n" * (LENGTH // 5),
    "marks between what is unseen": "\u0301\u0301\u202e\u0301\u0301\u200d" * (LENGTH // 6),
    "no two alike": "".join(map(chr, range(0x3400, 0x3400 + LENGTH))),
    "emoji": "\U0001f469\u200d" * (LENGTH // 2),
}
LIMIT_MILLISECONDS = 5


async def escaping() -> list[Figure]:
    """The dearest of the crafted texts, each at its best of several tries."""
    worst, name = max((min(_took(crafted) for _ in range(PAIRS)), name) for name, crafted in CRAFTED.items())
    return [
        Figure("escape 5,000 crafted characters", worst, LIMIT_MILLISECONDS, is_at_most=True, unit=" ms", note=name)
    ]


def _took(crafted: str) -> float:
    started = time.perf_counter()
    text.escape(crafted)
    return (time.perf_counter() - started) * 1000
