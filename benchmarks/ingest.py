"""Durable webhook ingest against a bare handler that only checks the HMAC."""

from benchmarks.figures import PAIRS, Figure, paired
from benchmarks.processes import report, server

SECONDS = 1.0
CONNECTIONS = (32, 128)
SLOW_MILLISECONDS = 5


async def ingest() -> list[Figure]:
    """2xx after a commit with synchronous=FULL, and the same with a disk that is 5 ms slower."""
    figures = []
    async with server("bare_ingest") as bare:
        async with server("our_ingest") as ours:
            for connections in CONNECTIONS:
                figures += await _figures("durable ingest", ours, bare, connections, 0.55)
        async with server("our_ingest", str(SLOW_MILLISECONDS)) as slow:
            figures += (await _figures("durable ingest, commits 5 ms slower", slow, bare, 128, 0.50))[:1]
    return figures


async def _figures(name: str, ours: int, bare: int, connections: int, goal: float) -> list[Figure]:
    await _load(ours, connections)
    await _load(bare, connections)
    pairs = []
    for number in range(PAIRS):
        order = (ours, bare) if number % 2 else (bare, ours)
        found = {port: await _load(port, connections) for port in order}
        pairs.append((found[ours], found[bare]))
    where = f"{name}, {connections} connections"
    rates = ([mine["rate"] for mine, _ in pairs], [theirs["rate"] for _, theirs in pairs])
    late = ([mine["p99"] for mine, _ in pairs], [theirs["p99"] for _, theirs in pairs])
    return [
        paired(f"{where}: rate", *rates, goal, is_at_most=False, unit="/s"),
        paired(f"{where}: p99", *late, 3, is_at_most=True, unit=" ms"),
    ]


async def _load(port: int, connections: int) -> dict[str, float]:
    found: dict[str, float] = await report("load", str(port), str(connections), str(SECONDS))
    if found["bad"]:
        raise RuntimeError(f"{found['bad']} requests were not accepted")
    return found
