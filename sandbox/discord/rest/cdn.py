"""The CDN: attachments as uploaded, whole or in ranges, and one grey square for every avatar."""

import struct
import zlib

from aiohttp import web

from sandbox.discord.posting import Posting

PREFIX = "/cdn"


class Cdn:
    def __init__(self, posting: Posting) -> None:
        self._posting = posting
        self._avatar = _grey_png(64)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PREFIX + "/attachments/{channel_id}/{attachment_id}/{filename}", self._attachment),
            web.get(PREFIX + "/{kind:embed/avatars|avatars|icons}/{path:.+}", self._picture),
        ]

    async def _attachment(self, request: web.Request) -> web.Response:
        attachment = self._posting.files.get(int(request.match_info["attachment_id"]))
        if attachment is None:
            return web.Response(status=404)
        kind, data = attachment.content_type.partition(";")[0], memoryview(attachment.data)
        try:
            wanted = request.http_range
        except ValueError:
            return web.Response(status=416)
        if wanted.start is None:
            return web.Response(body=attachment.data, content_type=kind)
        start, stop, _ = wanted.indices(len(data))
        place = {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
        return web.Response(status=206, body=bytes(data[start:stop]), content_type=kind, headers=place)

    async def _picture(self, _: web.Request) -> web.Response:
        return web.Response(body=self._avatar, content_type="image/png")


def _grey_png(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + b"\x99" * side for _ in range(side)))
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
