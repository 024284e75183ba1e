"""The sandbox's Fanvue as one object: start it, play, break it, look at what happened."""

from collections.abc import Callable
from operator import attrgetter
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .api.catalogue import OPERATIONS, V1_OPERATIONS
from .api.gateway import Gateway, LedgerRow
from .api.media import PartStore
from .api.operation import Router
from .control import Control, explain_mistakes
from .fan_page import FanPage
from .faults import Faults
from .instants import Clock, system_clock
from .oauth.authorize import AuthorizePages
from .oauth.state import OAuthState
from .oauth.token import TokenEndpoint
from .pages import Pages, serve_static
from .pictures import Pictures
from .play import FanPlay, SubscriptionAct
from .webhooks.announcements import Announcements, Family
from .webhooks.sender import Delivery, WebhookSender
from .world import World
from .world.records import Message, ReversalKind

MAX_BODY = 70 * 1024 * 1024
ROUTERS = Router(OPERATIONS), Router((*OPERATIONS, *V1_OPERATIONS))


def _setting(path: str, made: Callable[[Any], Any] = lambda value: value) -> Any:
    """What one of the parts goes by, to be read and set on the whole."""
    part, _, name = path.rpartition(".")
    return property(attrgetter(path), lambda self, value: setattr(attrgetter(part)(self), name, made(value)))


class SandboxFanvue:
    """A Fanvue on loopback; an async context manager. Nothing in it is shared between two instances."""

    redirect_uris = _setting("_authorize.redirect_uris", tuple)
    webhook_url = _setting("_announce.url")
    """The app's webhook address; None sends nothing."""
    per_event = _setting("_announce.per_event")
    """Whether the flat family goes to `webhook_url/<event>`."""
    needs_consent = _setting("_announce.needs_consent")
    """Whether events go out only for creators who authorized the app with the event's scope."""
    family = _setting("_announce.family")
    """The webhook family in which API calls are announced."""
    deliver = _setting("_sender.is_delivering")
    """Off: webhooks are kept as `held`, for `redeliver`, and not sent."""
    retry_backoff_seconds = _setting("_sender.backoff_seconds", tuple)
    """Pauses between the tries of a delivery; one try more than pauses."""
    access_token_seconds = _setting("oauth.access_token_seconds")
    app_scopes = _setting("oauth.app_scopes", set)
    """The scopes ticked on the app; asking for another fails the login with `invalid_scope`."""
    rate_limit = _setting("_gateway.buckets.limit")
    """Requests per 60 s and bucket."""

    def __init__(
        self,
        *,
        client_id: str = "sandbox-client",
        client_secret: str = "sandbox-secret",
        webhook_secret: str = "whsec_sandbox_0123456789abcdef",
        redirect_uris: tuple[str, ...] = (),
        webhook_url: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 7,
        access_token_seconds: int = 3600,
        clock: Clock | None = None,
    ) -> None:
        now = clock or system_clock
        self.client_id = client_id
        self.client_secret = client_secret
        self.webhook_secret = webhook_secret
        self._host, self._port = host, port
        self.world = World(seed, now)
        self.faults = Faults()
        self.oauth = OAuthState(self.world, now, access_token_seconds)
        self._sender = WebhookSender(now)
        self._announce = Announcements(self._sender, webhook_secret, now, self._held_scopes)
        self._gateway = Gateway(
            self.world,
            self.oauth,
            self.faults,
            self._announce,
            ROUTERS,
            now,
            lambda: self.auth_url,
        )
        self._play = FanPlay(self.world, self._announce, now)
        self._pages = Pages()
        self._authorize = AuthorizePages(self.world, self.oauth, self._pages, client_id)
        self.redirect_uris = redirect_uris
        self.webhook_url = webhook_url
        self._runner: web.AppRunner | None = None

    @classmethod
    def facing(cls, bot: str, **options: Any) -> Self:
        """One that knows the bot at this origin: it sends people back there, and its webhooks."""
        return cls(redirect_uris=(f"{bot}/oauth/callback",), webhook_url=f"{bot}/webhooks/fanvue", **options)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY, middlewares=[explain_mistakes])
        app.router.add_routes(self._routes())
        # A handler that hangs on purpose ends with its connection.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self._announce.origin = self.auth_url
        await self._sender.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        await self._sender.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._start_page),
            web.get("/static/{name}", serve_static),
            web.get("/.well-known/openid-configuration", self._discovery),
            *self._authorize.routes(),
            *TokenEndpoint(self.oauth, self.faults, self.client_id, self.client_secret).routes(),
            *self._gateway.routes(),
            *PartStore(self.world, self.faults).routes(),
            *Pictures(self.world).routes(),
            *FanPage(self.world, self._pages).routes(),
            *Control(self).routes(),
        ]

    @property
    def auth_url(self) -> str:
        """The origin; OAuth lives at `/oauth2/auth`, `/oauth2/token`, `/oauth2/revoke`."""
        return f"http://{self._host}:{self._port}"

    @property
    def api_url(self) -> str:
        """The unversioned API; `/v1` below it is the newer surface."""
        return f"{self.auth_url}/api"

    @property
    def fan_url(self) -> str:
        return f"{self.auth_url}/fan"

    @property
    def ledger(self) -> list[LedgerRow]:
        """Every API call so far; no tokens, no bodies."""
        return self._gateway.ledger

    @property
    def deliveries(self) -> list[Delivery]:
        """Every webhook so far, oldest first."""
        return self._sender.deliveries

    def messages(self, creator: str, fan: str) -> list[Message]:
        """What is in the chat, oldest first, those sent by API included."""
        desk, person = self.world.fan(creator, fan)
        chat = desk.chats.get(person.user.uuid)
        return list(chat.messages) if chat else []

    async def settled(self) -> None:
        """Returns once every webhook is delivered or given up."""
        await self._sender.settled()

    async def redeliver(self, delivery_id: str) -> int:
        """The identical body again with a fresh signature time; answers the status, 0 without an answer."""
        return await self._sender.send(self._sender.find(delivery_id))

    async def fan_writes(
        self,
        creator: str,
        fan: str,
        text: str | None = None,
        *,
        media: int = 0,
        price: int | None = None,
        family: Family = "creator",
    ) -> str:
        """A fan's message; answers its uuid."""
        return self._play.write(creator, fan, text, media=media, price=price, family=family)

    async def creator_writes(
        self, creator: str, fan: str, text: str, *, kind: str = "SINGLE_RECIPIENT", family: Family = "creator"
    ) -> str:
        """What the creator writes to a fan at Fanvue itself (the flat family does not tell it); answers its uuid."""
        del family
        return self._play.answer(creator, fan, text, type=kind)

    async def fan_tips(
        self, creator: str, fan: str, amount: int = 500, *, post: str | None = None, family: Family = "creator"
    ) -> str:
        """A tip in cents, in the chat or on a post; answers the transaction id."""
        return self._play.tip(creator, fan, amount, post=post, family=family)

    async def fan_subscribes(
        self,
        creator: str,
        fan: str,
        *,
        action: SubscriptionAct = "subscribe",
        price: int | None = None,
        family: Family = "creator",
    ) -> str | None:
        """Subscribe, renew, cancel, resume or expire; answers the transaction id where money moved."""
        return self._play.subscribe(creator, fan, action=action, price=price, family=family)

    async def fan_buys(
        self, creator: str, fan: str, *, post: str | None = None, message: str | None = None, family: Family = "creator"
    ) -> str:
        """A paid post or message; answers the transaction id."""
        return self._play.buy(creator, fan, post=post, message=message, family=family)

    async def fan_follows(self, creator: str, fan: str, *, family: Family = "creator") -> str:
        """A new follower, also one not known yet; answers the fan's uuid."""
        return self._play.follow(creator, fan, family=family)

    async def fan_likes(self, creator: str, fan: str, *, post: str | None = None) -> str:
        """A post is liked; only the notifications tell it."""
        return self._play.like(creator, fan, post=post)

    async def fan_comments(self, creator: str, fan: str, text: str, *, post: str | None = None) -> str:
        """A comment on a post; only the notifications tell it. Answers its uuid."""
        return self._play.comment(creator, fan, text, post=post)

    async def fan_reverses(self, creator: str, order_id: str, *, kind: ReversalKind = "refund") -> str:
        """A refund or chargeback of a payment; answers the reversal's id."""
        return self._play.reverse(creator, order_id, kind)

    def _held_scopes(self, handle: str) -> frozenset[str]:
        """What live grants allow for a creator: its own, and those of the agency that manages it."""
        held = self.oauth.scopes_of(handle)
        if self.world.account(handle) in self.world.managed_creators(self.world.agency):
            held |= self.oauth.scopes_of(self.world.agency.handle)
        return held

    async def _start_page(self, _request: web.Request) -> web.Response:
        raise web.HTTPSeeOther("/fan")

    async def _discovery(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.auth_url,
                "authorization_endpoint": f"{self.auth_url}/oauth2/auth",
                "token_endpoint": f"{self.auth_url}/oauth2/token",
                "revocation_endpoint": f"{self.auth_url}/oauth2/revoke",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": sorted(self.oauth.app_scopes),
            }
        )
