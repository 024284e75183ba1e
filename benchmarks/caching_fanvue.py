"""Fanvue's API at next to no delay: asks the sandbox once for each thing, then answers from memory.

``python -m benchmarks.caching_fanvue PORT``; ``POST /upstream`` names the address to ask, ``POST /delay`` how many
seconds each answer takes from then on, ``POST /payments`` how many payments there are from then on.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web  # noqa: TID251 - a server of the benchmark

ROOMY = {"X-RateLimit-Limit": "900000", "X-RateLimit-Remaining": "899999", "X-RateLimit-Reset": "60"}


PAGE = 50


class Cache:
    """Answers by address; instants in the query count by their day."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._upstream = ""
        self._delay_seconds = 0.0
        self._payments = 0
        self._known: dict[tuple[str, ...], bytes] = {}

    async def set_upstream(self, request: web.Request) -> web.Response:
        """Whom to ask."""
        self._upstream = await request.text()
        return web.Response()

    async def set_delay(self, request: web.Request) -> web.Response:
        """How slow to be."""
        self._delay_seconds = float(await request.text())
        return web.Response()

    async def set_payments(self, request: web.Request) -> web.Response:
        """How many there are."""
        self._payments = int(await request.text())
        return web.Response()

    async def payments(self, request: web.Request) -> web.Response:
        """A page of single payments, each made up where it is asked for."""
        if not self._payments:
            return await self.answer(request)
        first = int(request.query.get("cursor", "0"))
        last = min(first + PAGE, self._payments)
        following = str(last) if last < self._payments else None
        page = {"data": [_payment(number) for number in range(first, last)], "nextCursor": following}
        return web.json_response(page, headers=ROOMY)

    async def summary(self, _request: web.Request) -> web.Response:
        """Any summary that is known, for who cannot ask the sandbox."""
        found = next(body for (path, *_), body in self._known.items() if path.endswith("/summary"))
        if self._delay_seconds:
            await asyncio.sleep(self._delay_seconds)
        return web.Response(body=found, content_type="application/json", headers=ROOMY)

    async def answer(self, request: web.Request) -> web.Response:
        """What is known, or what the sandbox says."""
        key = (request.path, *sorted(value[:10] for value in request.query.values()))
        if key not in self._known:
            address = f"{self._upstream}{request.path_qs}"
            headers = {name: request.headers[name] for name in ("Authorization", "X-Fanvue-API-Version")}
            async with self._session.get(address, headers=headers) as answer:
                if answer.status != 200:
                    return web.Response(status=answer.status, body=await answer.read())
                self._known[key] = await answer.read()
        if self._delay_seconds:
            await asyncio.sleep(self._delay_seconds)
        return web.Response(body=self._known[key], content_type="application/json", headers=ROOMY)


def _payment(number: int) -> dict[str, object]:
    fan = number * 7919 % 4001
    return {
        "date": (datetime.now(UTC) - timedelta(seconds=60 + number)).isoformat(timespec="milliseconds"),
        "gross": 300 + number % 9973,
        "net": 240 + number % 9973,
        "currency": "USD",
        "source": "tip",
        "transactionOrderId": f"FV-{number * 2654435761 % 2**32:08x}-{number:08}",
        "transactionOrderStatus": "availableForPayout",
        "user": {"uuid": f"00000000-0000-4000-8000-{fan:012}", "handle": f"fan{fan}", "displayName": f"Fan {fan}",
                 "nickname": None, "isTopSpender": False, "avatarUrl": None, "registeredAt": "2025-01-01T00:00:00Z"},
    }  # fmt: skip


async def main(port: int) -> None:
    """Listen until killed."""
    async with aiohttp.ClientSession() as session:
        cache = Cache(session)
        app = web.Application()
        app.router.add_post("/upstream", cache.set_upstream)
        app.router.add_post("/delay", cache.set_delay)
        app.router.add_post("/payments", cache.set_payments)
        app.router.add_get("/insights/earnings", cache.payments)
        app.router.add_get("/summary", cache.summary)
        app.router.add_get("/{path:.*}", cache.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        sys.stdout.write(f"{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
