"""A creator's way through the pages, for whoever has no browser at hand."""

import re
from collections.abc import Collection
from html import unescape
from typing import Literal
from urllib.parse import urlsplit

from aiohttp import ClientResponse, ClientSession, CookieJar

SCOPE_BOX = re.compile(r'<input[^>]*name="scope"[^>]*value="([^"]+)"')
REDIRECTS = frozenset({301, 302, 303, 307})


async def walk_consent(
    authorize_url: str,
    account: str,
    *,
    untick: Collection[str] = (),
    decision: Literal["allow", "deny"] = "allow",
    session: ClientSession | None = None,
) -> str:
    """Log in as `account`, untick some scopes, decide; answers the address the app is returned to.

    A page that ends the walk early (a link that is refused) raises RuntimeError. A `session` keeps its cookies, so a
    second walk with it is logged in already.
    """
    if session is not None:
        return await _walk(session, authorize_url, account, untick, decision)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as own:
        return await _walk(own, authorize_url, account, untick, decision)


async def _walk(session: ClientSession, url: str, account: str, untick: Collection[str], decision: str) -> str:
    home = urlsplit(url).netloc
    form: list[tuple[str, str]] | None = None
    for _ in range(8):
        method = "GET" if form is None else "POST"
        async with session.request(method, url, data=form, allow_redirects=False) as answer:
            if answer.status in REDIRECTS:
                target = answer.url.join(type(answer.url)(answer.headers["Location"], encoded=True))
                if target.authority != home:
                    return str(target)
                url, form = str(target), None
                continue
            form = await _fill_in(answer, account, untick, decision)
    raise RuntimeError("The pages lead nowhere.")


async def _fill_in(
    answer: ClientResponse, account: str, untick: Collection[str], decision: str
) -> list[tuple[str, str]]:
    if answer.status != 200:
        raise RuntimeError(f"The authorize pages ended with status {answer.status}.")
    if answer.url.path == "/login":
        return [("account", account)]
    offered = [unescape(scope) for scope in SCOPE_BOX.findall(await answer.text())]
    return [*(("scope", scope) for scope in offered if scope not in untick), ("decision", decision)]
