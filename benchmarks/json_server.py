"""A Fanvue of one answer: whoever asks is told the same account. ``python -m benchmarks.json_server``."""

import asyncio
import json

from aiohttp import web  # noqa: TID251 - a server of the benchmark

from benchmarks.caching_fanvue import ROOMY
from benchmarks.listening import listen

ACCOUNT = {
    "uuid": "11111111-2222-4333-8444-555555555555",
    "email": "luna@example.com",
    "handle": "lunavale",
    "bio": "Yoga at sunrise, tea at midnight. New posts most days. " * 8,
    "displayName": "Luna Vale",
    "isCreator": True,
    "createdAt": "2024-01-01T00:00:00.000Z",
    "updatedAt": "2026-01-01T00:00:00.000Z",
    "avatarUrl": None,
    "bannerUrl": None,
    "likesCount": 1,
    "fanCounts": {"followersCount": 10, "subscribersCount": 20},
    "contentCounts": {"imageCount": 1, "videoCount": 2, "audioCount": 3, "postCount": 4},
}


async def main() -> None:
    """Listen until killed."""
    body = json.dumps(ACCOUNT).encode()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json", headers=ROOMY)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    await listen(app)


if __name__ == "__main__":
    asyncio.run(main())
