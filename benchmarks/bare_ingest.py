"""The baseline of the ingest: an aiohttp handler that reads the body and checks its HMAC, and keeps nothing."""

import asyncio
import hashlib
import hmac

from aiohttp import web  # noqa: TID251 - the baseline is a bare handler

from benchmarks.bodies import PATH, SIGNATURE_HEADER
from benchmarks.listening import listen
from sandbox.world import WEBHOOK_SECRET

KEY = WEBHOOK_SECRET.encode()


async def receive(request: web.Request) -> web.Response:
    """204 when it is signed."""
    body = await request.read()
    at, _, given = request.headers[SIGNATURE_HEADER].removeprefix("t=").partition(",v0=")
    expected = hmac.new(KEY, at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return web.Response(status=204 if hmac.compare_digest(expected, given) else 401)


async def main() -> None:
    """Listen until killed."""
    app = web.Application()
    app.router.add_post(PATH, receive)
    await listen(app)


if __name__ == "__main__":
    asyncio.run(main())
