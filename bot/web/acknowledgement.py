"""The answer that is given by the thousand, written as it lies ready."""

import time
from email.utils import formatdate

from aiohttp import HttpVersion11, web

NO_CONTENT = 204


class Acknowledgement(web.StreamResponse):
    """204 and nothing else: built anew it would cost as much as reading the request did.

    Invariant: it holds nothing of a request, so one serves all that it ``suits``.
    """

    def __init__(self, server: str) -> None:
        super().__init__(status=NO_CONTENT)
        self._server = server
        self._second = 0
        self._bytes = b""

    @property
    def keep_alive(self) -> bool:
        """The connection stays open."""
        return True

    @staticmethod
    def suits(request: web.Request) -> bool:
        """Whether the connection stays open, says HTTP/1.1 and has read every answer before."""
        transport = request.transport
        return (
            request.keep_alive
            and request.version == HttpVersion11
            and transport is not None
            and not transport.is_closing()
            and not transport.get_write_buffer_size()
        )

    async def prepare(self, request: web.BaseRequest) -> None:
        """Write all of it."""
        if request.transport is not None:
            request.transport.write(self._now())

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing follows."""

    def _now(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            date = formatdate(second, usegmt=True)
            head = f"HTTP/1.1 204 No Content\r\nServer: {self._server}\r\nDate: {date}\r\n\r\n"
            self._second, self._bytes = second, head.encode()
        return self._bytes
