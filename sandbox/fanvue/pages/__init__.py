"""HTML pages: rendered by jinja2 with autoescape, styled by one file, no foreign resources."""

from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    # form-action is left out: browsers would then refuse the way back from the consent form to the app.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@cache
def _templates() -> Environment:
    """Compiled once in a process."""
    return Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)


class Pages:
    """Renders the templates of this folder."""

    def text(self, name: str, **values: object) -> str:
        return _templates().get_template(name).render(values)

    def show(self, name: str, status: int = 200, **values: object) -> web.Response:
        return web.Response(text=self.text(name, **values), status=status, content_type="text/html", headers=HEADERS)


async def serve_static(request: web.Request) -> web.Response:
    """A style sheet or script of this folder; 404 for anything else."""
    path = HERE / Path(request.match_info["name"]).name
    if path.suffix not in STATIC_TYPES or not path.is_file():
        raise web.HTTPNotFound
    return web.Response(body=path.read_bytes(), content_type=STATIC_TYPES[path.suffix], headers=HEADERS)
