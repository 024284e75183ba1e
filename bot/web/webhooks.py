"""Fanvue's deliveries: verified, durable, then answered."""

import structlog
from aiohttp import web

from bot.alerts.reception import Received, Reception
from bot.domain.errors import StorageBusyError
from bot.web.metrics import Counters

log = structlog.get_logger(__name__)

STATUS = {Received.STORED: 204, Received.KNOWN: 204, Received.FORGED: 401, Received.UNREADABLE: 400}
RETRY_SECONDS = "5"


class Webhooks:
    """2xx only after the commit; Discord is never waited for here."""

    def __init__(self, reception: Reception, counters: Counters) -> None:
        self._reception = reception
        self._counters = counters

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_post("/webhooks/fanvue", self.receive)
        app.router.add_post("/webhooks/fanvue/{event}", self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """204 stored or known, 401 not signed, 400 unreadable, 413 too large, 415 encoded, 503 send again."""
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return self._answer("encoded", 415)
        body = await request.read()
        try:
            received = await self._reception.receive(
                body,
                request.headers.get("X-Fanvue-Signature"),
                request.headers.get("X-Fanvue-Topic"),
                request.match_info.get("event"),
            )
        except StorageBusyError:
            return self._answer("busy", 503)
        return self._answer(received.value, STATUS[received])

    def _answer(self, outcome: str, status: int) -> web.Response:
        self._counters.webhooks.labels(outcome=outcome).inc()
        headers = {"Retry-After": RETRY_SECONDS} if status == 503 else None  # noqa: PLR2004 - unavailable
        return web.Response(status=status, headers=headers)
