"""The pages between Discord and Fanvue: go on, come back, confirm, undo."""

from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import parse_qs

from aiohttp import web
from yarl import URL

from bot.domain.errors import LinkError, StorageBusyError
from bot.domain.scopes import Feature
from bot.services.connections import ConnectionsService, PendingView
from bot.services.links import LinkKind, form_token, is_form_token, new_token
from bot.web.pages import Pages
from bot.web.problems import PROBLEMS, STORAGE_BUSY

COOKIE = "fanvue_link"
COOKIE_SECONDS = 3600
PENDING = "{pending:[0-9a-f]{32}}"

Handler = Callable[[web.Request], Awaitable[web.Response]]


class ConnectPages:
    """Each step answers with a page of its own; only POSTs of our own forms change anything."""

    def __init__(self, connections: ConnectionsService, pages: Pages, public_url: str) -> None:
        self._connections = connections
        self._pages = pages
        self._public_url = public_url
        origin = URL(public_url).origin()
        self._origin = str(origin)
        self._is_secure = origin.scheme == "https"
        self._cookie = f"__Host-{COOKIE}" if self._is_secure else COOKIE

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/", self.home)
        app.router.add_get("/pages/style.css", self.stylesheet)
        app.router.add_get("/connect/{ticket}", self._page(self.look))
        app.router.add_post("/connect/{ticket}", self._page(self.go_on))
        app.router.add_get("/oauth/callback", self._page(self.come_back), allow_head=False)
        app.router.add_get(f"/connection/{PENDING}", self._page(self.show))
        app.router.add_post(f"/connection/{PENDING}/confirm", self._page(self.confirm))
        app.router.add_post(f"/connection/{PENDING}/undo", self._page(self.undo))

    async def home(self, _request: web.Request) -> web.Response:
        """What this server is."""
        return self._html("home.html")

    async def stylesheet(self, _request: web.Request) -> web.Response:
        """The one stylesheet."""
        headers = {"Cache-Control": "public, max-age=3600"}
        return web.Response(body=self._pages.stylesheet, content_type="text/css", headers=headers)

    async def look(self, request: web.Request) -> web.Response:
        """Name the Discord user the account will be bound to; previews spend nothing."""
        ticket = request.match_info["ticket"]
        attempt = await self._connections.look(ticket)
        browser = self._browser(request) or new_token()
        response = self._html(
            "go_on.html",
            discord_name=attempt.owner_name,
            discord_id=str(attempt.owner),
            avatar_url=attempt.owner_avatar,
            features=_named(attempt.features),
            scopes=[(scope.value, scope.sentence) for scope in sorted(attempt.scopes)],
            form_token=form_token(browser, ticket),
            action=f"{self._public_url}/connect/{ticket}",
            minutes_left=self._connections.minutes_left(attempt),
        )
        response.set_cookie(
            self._cookie, browser, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=self._is_secure
        )
        return response

    async def go_on(self, request: web.Request) -> web.Response:
        """Send the person on to Fanvue."""
        ticket = request.match_info["ticket"]
        browser = await self._require_own_form(request, ticket)
        return _see_other(await self._connections.go_on(ticket, browser))

    async def come_back(self, request: web.Request) -> web.Response:
        """What Fanvue sends people back with; the address is left at once, so that a reload repeats nothing."""
        query = request.query
        pending = await self._connections.come_back(
            state=query.get("state", ""),
            code=query.get("code"),
            error=query.get("error"),
            browser=self._browser(request),
        )
        return _see_other(f"{self._public_url}/connection/{pending}")

    async def show(self, request: web.Request) -> web.Response:
        """The confirmation, or what it came to."""
        browser = self._browser(request)
        view = await self._connections.view(request.match_info["pending"], browser)
        if view.pending.settled_at is None:
            return self._confirm_page(view, browser)
        return await self._connected_page(view, browser)

    async def confirm(self, request: web.Request) -> web.Response:
        """Make it real; pressed again it leads to what it came to."""
        view = await self._connections.view(request.match_info["pending"], self._browser(request))
        if view.pending.settled_at is None:
            await self._require_own_form(request, _subject(view))
            await self._connections.confirm(view)
        return _see_other(f"{self._public_url}/connection/{view.pending.id}")

    async def undo(self, request: web.Request) -> web.Response:
        """Take it back."""
        view = await self._connections.view(request.match_info["pending"], self._browser(request))
        await self._require_own_form(request, _subject(view))
        is_revoked = await self._connections.undo(view)
        return self._html("undone.html", revoked=is_revoked)

    def _confirm_page(self, view: PendingView, browser: str) -> web.Response:
        pending, address = view.pending, f"{self._public_url}/connection/{view.pending.id}"
        return self._html(
            "confirm.html",
            discord_name=view.attempt.owner_name,
            discord_id=str(pending.owner),
            avatar_url=view.attempt.owner_avatar,
            handle=pending.account.handle,
            display_name=pending.account.display_name,
            granted=_named(view.granted),
            refused=_named(view.refused),
            kind=view.kind.value,
            replaces_handle=view.replaces_handle,
            form_token=form_token(browser, _subject(view)),
            action=f"{address}/confirm",
            undo_action=f"{address}/undo",
        )

    async def _connected_page(self, view: PendingView, browser: str) -> web.Response:
        result = await self._connections.result(view)
        is_undoable = view.kind is not LinkKind.WIDEN
        return self._html(
            "connected.html",
            handle=result.connection.account.handle,
            discord_name=result.owner_name,
            granted=_named(result.granted),
            refused=_named(result.refused),
            moved=view.kind is LinkKind.MOVE,
            form_token=form_token(browser, _subject(view)),
            undo_action=f"{self._public_url}/connection/{view.pending.id}/undo" if is_undoable else None,
        )

    async def _require_own_form(self, request: web.Request, subject: str) -> str:
        """The browser's cookie, when the form is ours, from this browser, about this subject."""
        browser = self._browser(request)
        given = await _given_token(request)
        if request.headers.get("Origin") != self._origin or not is_form_token(given, browser, subject):
            raise web.HTTPForbidden
        return browser

    def _browser(self, request: web.Request) -> str:
        return request.cookies.get(self._cookie, "")

    def _page(self, handler: Handler) -> Handler:
        """The handler, with everything that can be expected to go wrong as its own page."""

        async def page(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except LinkError as error:
                return PROBLEMS[error.problem].page(self._pages)
            except StorageBusyError:
                return STORAGE_BUSY.page(self._pages)

        return page

    def _html(self, page: str, /, **values: object) -> web.Response:
        return web.Response(text=self._pages.render(page, **values), content_type="text/html")


async def _given_token(request: web.Request) -> str:
    """The form's token; nothing where the body is no form of ours."""
    if request.content_type != "application/x-www-form-urlencoded":
        return ""
    fields = parse_qs((await request.read()).decode("ascii", "replace"))
    return fields.get("form_token", [""])[0]


def _subject(view: PendingView) -> str:
    """What a confirmation form is about: another kind of consequence needs another look."""
    return f"{view.pending.id}:{view.kind.value}:{view.replaces_handle or ''}"


def _named(features: Iterable[Feature]) -> list[tuple[str, str]]:
    chosen = set(features)
    return [(feature.label, feature.sentence) for feature in Feature if feature in chosen]


def _see_other(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})
