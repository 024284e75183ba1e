"""The two aiohttp applications: what the world sees, and what the operator's monitoring sees."""

from dataclasses import dataclass

from aiohttp import web

from bot.alerts.reception import Reception
from bot.services.connections import ConnectionsService
from bot.web import connect, health, metrics, webhooks
from bot.web.middlewares import Failsafe, but_for_deliveries, closed_doors, prompt_bodies, secure_headers
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
    around_pages = but_for_deliveries(secure_headers(parts.auth_origin), failsafe.middleware, prompt_bodies())
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[around_pages])
    connect.ConnectPages(parts.connections, parts.pages, parts.public_url).add_to(app)
    webhooks.Webhooks(parts.reception, parts.counters, closed_doors(parts.auth_origin)).add_to(app)
    health.add_to(app, parts.readiness)
    return app


def metrics_app(source: metrics.Source, counters: metrics.Counters, readiness: health.Readiness) -> Application:
    """The metrics, on a port of their own."""
    app = web.Application(client_max_size=BODY_LIMIT)
    metrics.add_to(app, source, counters, readiness)
    return app
