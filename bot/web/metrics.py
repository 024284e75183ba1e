"""Prometheus metrics, in a few lines of our own: a library for them would cost every start. Labels are closed sets."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

from aiohttp import web

from bot.alerts.reception import Received
from bot.domain.errors import StorageBusyError
from bot.web.health import Readiness

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Source = Callable[[], Awaitable[Mapping[str, Mapping[str, int]]]]
"""Figures read at each scrape: name to label value to number; StorageBusyError when they cannot be read now."""

GAUGES = {
    "fanvue_connections": ("Connected accounts by status", "status"),
    "fanvue_deliveries": ("Cards by what became of them", "status"),
    "fanvue_events_waiting": ("Stored events not yet routed", "state"),
    "fanvue_polls": ("Lists read at Fanvue since the start by list and outcome", "outcome"),
    "fanvue_poll_lateness_milliseconds": ("How late the latest look at a creator came since the last scrape", "look"),
    "fanvue_polled_creators": ("Creators this process looks at", "state"),
}
READY = ("fanvue_ready", "Whether a part works now", "part")
WEBHOOKS = ("fanvue_webhooks_total", "Deliveries received by outcome", "outcome")
OUTCOMES = (*(received.value for received in Received), "encoded", "large", "late", "broken_off", "busy", "failed")


class Counters:
    """What is counted as it happens; one set a process, handed in. Every label is there from the start."""

    def __init__(self) -> None:
        self.webhooks = dict.fromkeys(OUTCOMES, 0)

    def count_webhook(self, outcome: str) -> None:
        """One more delivery; KeyError for an outcome nobody named."""
        self.webhooks[outcome] += 1


def add_to(app: web.Application, source: Source, counters: Counters, readiness: Readiness) -> None:
    """Register the route."""

    async def scrape(_request: web.Request) -> web.Response:
        parts = await readiness.parts()
        lines = [
            *_family(WEBHOOKS, "counter", counters.webhooks),
            *_family(READY, "gauge", {part: int(works) for part, works in parts.items()}),
            *await _figures(source),
        ]
        body = "".join(f"{line}\n" for line in lines).encode()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/metrics", scrape)


async def _figures(source: Source) -> list[str]:
    """What the database tells; nothing while it does not answer, which ``fanvue_ready`` says."""
    try:
        figures = await source()
    except StorageBusyError:
        return []
    return [line for name, values in figures.items() for line in _family((name, *GAUGES[name]), "gauge", values)]


def _family(family: tuple[str, str, str], kind: str, values: Mapping[str, int]) -> Iterator[str]:
    name, text, label = family
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for value, number in values.items():
        yield f'{name}{{{label}="{value}"}} {float(number)}'
