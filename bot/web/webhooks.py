"""Fanvue's deliveries: verified, durable, then answered."""

from collections.abc import Awaitable, Mapping

import structlog
from aiohttp import web
from multidict import CIMultiDict

from bot.alerts.reception import Received, Reception
from bot.domain.errors import StorageBusyError
from bot.domain.faults import incident_code, where
from bot.web.acknowledgement import Acknowledgement
from bot.web.metrics import Counters
from bot.web.middlewares import SERVER, prompt_body
from bot.web.serving import EXPRESS

log = structlog.get_logger(__name__)

STATUS = {
    Received.STORED: 204,
    Received.KNOWN: 204,
    Received.OTHER: 204,
    Received.STRANGER: 204,
    Received.TESTED: 202,
    Received.FORGED: 401,
    Received.UNREADABLE: 400,
}
ADDRESS = "/webhooks/fanvue"
RETRY_SECONDS = "5"
TROUBLE = {400: "broken_off", 408: "late", 413: "large"}
ACCEPTED = CIMultiDict({"Server": SERVER})


class Webhooks:
    """2xx only after the commit; Discord is never waited for here.

    Answers by the thousand, so no middleware stands around it: it minds bodies, headers and failures itself.
    """

    def __init__(self, reception: Reception, counters: Counters, headers: Mapping[str, str]) -> None:
        self._reception = reception
        self._counters = counters
        self._headers = CIMultiDict({**headers, "Cache-Control": "no-store"})
        self._thanks = Acknowledgement(SERVER)

    def add_to(self, app: web.Application) -> None:
        """Register the routes, and the way past them."""
        app.router.add_post(ADDRESS, self.receive)
        app.router.add_post(f"{ADDRESS}/{{event}}", self.receive)
        app[EXPRESS] = self.express

    def express(self, request: web.Request) -> Awaitable[web.StreamResponse] | None:
        """The answer to a plain delivery to the single address; ``None`` leaves a request to the routes."""
        is_plain = request.raw_path == ADDRESS and request.method == "POST" and "Expect" not in request.headers
        return self._answer(request, None) if is_plain else None

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """The answer to a delivery that came by a route."""
        return await self._answer(request, request.match_info.get("event"))

    async def _answer(self, request: web.Request, event: str | None) -> web.StreamResponse:
        """What became of a delivery, as a status.

        204 stored, known or forgotten, 202 the doctor's test, 400 unreadable, 401 not signed, 408 too slow,
        413 too large, 415 encoded, 503 send again.
        """
        try:
            received = await self._received(request, event)
        except web.HTTPException as trouble:
            return self._refused(TROUBLE.get(trouble.status, "broken_off"), trouble.status)
        except StorageBusyError:
            return self._refused("busy", 503)
        except Exception as error:  # noqa: BLE001 - nothing below may leak out
            log.error("request_failed", code=incident_code(), error=where(error))
            return self._refused("failed", 500)
        if received is None:
            return self._refused("encoded", 415)
        status = STATUS[received]
        if status >= 300:  # noqa: PLR2004 - not accepted
            return self._refused(received.value, status)
        self._counters.count_webhook(received.value)
        if status == self._thanks.status and self._thanks.suits(request):
            return self._thanks
        return web.Response(status=status, headers=ACCEPTED)

    async def _received(self, request: web.Request, event: str | None) -> Received | None:
        """``None`` for an encoded body."""
        headers = request.headers
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            return None
        return await self._reception.receive(
            await _body(request),
            headers.get("X-Fanvue-Signature"),
            headers.get("X-Fanvue-Topic"),
            event,
        )

    def _refused(self, outcome: str, status: int) -> web.Response:
        self._counters.count_webhook(outcome)
        response = web.Response(status=status, headers=self._headers)
        if status == 503:  # noqa: PLR2004 - unavailable
            response.headers["Retry-After"] = RETRY_SECONDS
        return response


async def _body(request: web.Request) -> bytes:
    """As ``prompt_body``, at once where all of it is there."""
    if not request.content.is_eof():
        return await prompt_body(request)
    body = request.content.read_nowait()
    if len(body) > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size)
    return body
