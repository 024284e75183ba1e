"""The page a newcomer opens first: who to be, and what to try."""

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.stage import Stage

PAGES = Path(__file__).parent / "pages"


class StartPage:
    """Leads to every view."""

    def __init__(self, stage: Stage, fan_url: str, origin: str) -> None:
        self._stage = stage
        self._fan_url = fan_url
        self._origin = origin
        self._templates = Environment(
            loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def app(self) -> web.Application:
        """The page and its buttons."""
        app = web.Application()
        app.router.add_get("/", self.show)
        app.router.add_get("/start.css", self.style)
        app.router.add_post("/view/{key}", self.open)
        return app

    async def show(self, _request: web.Request) -> web.Response:
        """Every view, and three lines of what to try."""
        html = self._templates.get_template("start.html").render(
            views=list(self._stage.views.values()), current=self._stage.current, fan_url=self._fan_url
        )
        return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def style(self, _request: web.Request) -> web.Response:
        """The stylesheet."""
        return web.Response(body=(PAGES / "start.css").read_bytes(), content_type="text/css")

    async def open(self, request: web.Request) -> web.Response:
        """Switch the Discord page to somebody, and go there."""
        if request.headers.get("Origin") != self._origin:
            raise web.HTTPForbidden
        if request.match_info["key"] not in self._stage.views:
            raise web.HTTPNotFound
        address = await self._stage.show(request.match_info["key"])
        return web.Response(status=303, headers={"Location": address})
