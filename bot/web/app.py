"""The two aiohttp applications: what the world sees, and what the operator's monitoring sees."""

from dataclasses import dataclass

from aiohttp import web

from bot.alerts.reception import Reception
from bot.services.connections import ConnectionsService
from bot.web import connect, health, metrics, webhooks
from bot.web.middlewares import Failsafe, prompt_bodies, secure_headers
from bot.web.pages import Pages

Application = web.Application
BODY_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class PublicParts:
    """What the public application serves from."""

    connections: ConnectionsService
    reception: Reception
    readiness: health.Readiness
    counters: metrics.Counters
    pages: Pages
    public_url: str
    auth_origin: str


def public_app(parts: PublicParts) -> Application:
    """Connect pages, callback, webhooks and health."""
    failsafe = Failsafe(parts.pages)
    app = web.Application(
        client_max_size=BODY_LIMIT,
        middlewares=[secure_headers(parts.auth_origin), failsafe.middleware, prompt_bodies()],
    )
    connect.ConnectPages(parts.connections, parts.pages, parts.public_url).add_to(app)
    webhooks.Webhooks(parts.reception, parts.counters).add_to(app)
    health.add_to(app, parts.readiness)
    return app


def metrics_app(source: metrics.Source, counters: metrics.Counters) -> Application:
    """The metrics, on a port of their own."""
    app = web.Application(client_max_size=BODY_LIMIT)
    metrics.add_to(app, source, counters)
    return app
