"""Prometheus metrics; labels come from closed sets."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest

Source = Callable[[], Awaitable[Mapping[str, Mapping[str, int]]]]
"""Figures read at each scrape: name to label value to number."""

HELP = {
    "fanvue_connections": ("Connected accounts by status", "status"),
    "fanvue_deliveries": ("Cards by what became of them", "status"),
    "fanvue_events_waiting": ("Stored events not yet routed", "state"),
}


class Counters:
    """What is counted as it happens; one set a process, handed in."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter(
            "fanvue_webhooks", "Deliveries received by outcome", ["outcome"], registry=self.registry
        )


def add_to(app: web.Application, source: Source, counters: Counters) -> None:
    """Register the route."""

    async def scrape(_request: web.Request) -> web.Response:
        figures = CollectorRegistry()
        for name, values in (await source()).items():
            text, label = HELP[name]
            gauge = Gauge(name, text, [label], registry=figures)
            for value, number in values.items():
                gauge.labels(value).set(number)
        body = generate_latest(counters.registry) + generate_latest(figures)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/metrics", scrape)
