"""Stand-in pictures: an avatar for each person, a plate for each file. Drawn, not stored."""

import struct
import zlib
from colorsys import hls_to_rgb
from functools import cache
from hashlib import sha256

from aiohttp import web

from .world import World

AVATAR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80" width="80" height="80">'
    '<rect width="80" height="80" fill="hsl({hue} 55% 46%)"/>'
    '<text x="40" y="52" font-family="sans-serif" font-size="34" fill="#fff" text-anchor="middle">{letter}</text></svg>'
)
PLATE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 400" width="320" height="400">'
    '<rect width="320" height="400" fill="hsl({hue} 30% 30%)"/>'
    '<text x="160" y="205" font-family="sans-serif" font-size="22" fill="#fff" text-anchor="middle">sandbox file</text>'
    "</svg>"
)

BLUR_WIDTH, BLUR_HEIGHT = 160, 100


class Pictures:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/avatars/{uuid}.svg", self.avatar),
            web.get("/files/{uuid}/{variant}.svg", self.plate),
            web.get("/files/{uuid}/blurred.png", self.blurred),
        ]

    async def avatar(self, request: web.Request) -> web.Response:
        uuid = request.match_info["uuid"]
        people = (*self._world.accounts, *self._world.fan_users, *self._world.chatters)
        person = next((user for user in people if user.uuid == uuid), None)
        if person is None:
            raise web.HTTPNotFound
        letter = next((char for char in person.display_name if char.isalnum()), "?").upper()
        return _svg(AVATAR.format(hue=_hue(uuid), letter=letter))

    async def plate(self, request: web.Request) -> web.Response:
        return _svg(PLATE.format(hue=_hue(request.match_info["uuid"])))

    async def blurred(self, request: web.Request) -> web.Response:
        return web.Response(body=_blur(_hue(request.match_info["uuid"])), content_type="image/png")


@cache
def _blur(hue: int) -> bytes:
    """A picture of nothing, as Discord can show it: two colours that run into each other."""
    rows = []
    for y in range(BLUR_HEIGHT):
        pixels = [hls_to_rgb((hue + x) / 360, 0.25 + 0.4 * y / BLUR_HEIGHT, 0.4) for x in range(BLUR_WIDTH)]
        rows.append(b"\0" + bytes(round(part * 255) for pixel in pixels for part in pixel))
    header = struct.pack(">IIBBBBB", BLUR_WIDTH, BLUR_HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def _hue(text: str) -> int:
    return int(sha256(text.encode()).hexdigest()[:4], 16) % 360


def _svg(text: str) -> web.Response:
    headers = {"Cache-Control": "max-age=300", "Content-Security-Policy": "default-src 'none'"}
    return web.Response(text=text, content_type="image/svg+xml", headers=headers)
