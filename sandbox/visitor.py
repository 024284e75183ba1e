"""A person in front of the connect pages, for whoever has no browser at hand."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import unescape
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from sandbox.fanvue import walk_consent

FORM = re.compile(r'<form[^>]*action="([^"]+)".*?name="form_token"[^>]*value="([^"]+)"', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Page:
    """What was shown."""

    status: int
    html: str

    @property
    def text(self) -> str:
        """The words alone."""
        return " ".join(unescape(TAG.sub(" ", self.html)).split())

    def form(self, ending: str) -> tuple[str, str]:
        """Address and token of the form whose address ends so; LookupError when there is none."""
        for action, token in FORM.findall(self.html):
            if unescape(action).endswith(ending):
                return unescape(action), token
        raise LookupError(f"no form for {ending} on this page: {self.text[:200]}")


class Visitor:
    """One browser with its cookies."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_reason: object) -> None:
        await self._session.close()

    async def get(self, address: str) -> Page:
        """Open an address, redirects followed."""
        async with self._session.get(address) as answer:
            return Page(answer.status, await answer.text())

    async def leave(self, link: str) -> str:
        """Open the link, press Continue; the address at Fanvue one is sent to."""
        page = await self.get(link)
        action, token = page.form(urlsplit(link).path)
        async with self._session.post(action, **_form(action, token), allow_redirects=False) as answer:
            if answer.status != 303:
                raise RuntimeError(f"going on ended with status {answer.status}")
            return answer.headers["Location"]

    async def press(self, page: Page, ending: str) -> Page:
        """Press the button of the form whose address ends so."""
        action, token = page.form(ending)
        async with self._session.post(action, **_form(action, token)) as answer:
            return Page(answer.status, await answer.text())

    async def connect(self, link: str, account: str, *, untick: Collection[str] = ()) -> Page:
        """The whole way: link, Fanvue, back, and Yes where it is asked for; the last page."""
        back = await walk_consent(await self.leave(link), account, untick=untick)
        page = await self.get(back)
        try:
            page.form("/confirm")
        except LookupError:
            return page
        return await self.press(page, "/confirm")


def _form(action: str, token: str) -> dict[str, dict[str, str]]:
    parts = urlsplit(action)
    return {"data": {"form_token": token}, "headers": {"Origin": f"{parts.scheme}://{parts.netloc}"}}
