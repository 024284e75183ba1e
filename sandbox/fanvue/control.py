"""`/_control`: the sandbox in the hands of another process. JSON in, JSON out, on loopback only."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .instants import stamp, stamp_or_none
from .world.edges import EDGES
from .world.records import Message

if TYPE_CHECKING:
    from .server import SandboxFanvue

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SETTINGS = (
    "access_token_seconds",
    "webhook_url",
    "redirect_uris",
    "per_event",
    "deliver",
    "needs_consent",
    "family",
    "rate_limit",
    "echoes_scope_on_refresh",
    "skips_known_consent",
    "ends_access_on_refresh",
    "app_scopes",
)


@web.middleware
async def explain_mistakes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A mistake of the driver is a 400 with a sentence, never a 500."""
    if not request.path.startswith("/_control"):
        return await handler(request)
    # A foreign page cannot send JSON without asking first, so it cannot play here.
    if request.method not in {"GET", "HEAD"} and request.content_type != "application/json":
        return web.json_response({"error": "Send JSON."}, status=415)
    try:
        return await handler(request)
    except (LookupError, ValueError, TypeError) as mistake:
        return web.json_response({"error": str(mistake).strip("'\"")}, status=400)


class Control:
    """The routes; each does one thing that the Python object offers too."""

    def __init__(self, sandbox: "SandboxFanvue") -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_control/state", self.state),
            web.get("/_control/ledger", self.ledger),
            web.get("/_control/deliveries", self.deliveries),
            web.get("/_control/messages", self.messages),
            web.get("/_control/relation", self.relation),
            web.get("/_control/oauth", self.oauth),
            web.get("/_control/faults", self.list_faults),
            web.post("/_control/faults", self.add_fault),
            web.delete("/_control/faults", self.clear_faults),
            web.post("/_control/settings", self.settings),
            web.post("/_control/redeliver", self.redeliver),
            web.post("/_control/withdraw", self.withdraw),
            web.post("/_control/expire", self.expire),
            web.post("/_control/token", self.token),
            web.post("/_control/creators", self.add_creator),
            web.post("/_control/edges", self.put_at_edge),
            web.post("/_control/fan/{act}", self.play),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        sandbox = self._sandbox
        people = [
            {
                "handle": creator.handle,
                "uuid": creator.uuid,
                "displayName": creator.display_name,
                "fans": [fan.user.handle for fan in sandbox.world.desk(creator).fans.values()],
            }
            for creator in sandbox.world.creators
        ]
        return web.json_response(
            {
                "authUrl": sandbox.auth_url,
                "apiUrl": sandbox.api_url,
                "fanUrl": sandbox.fan_url,
                "webhookUrl": sandbox.webhook_url,
                "redirectUris": list(sandbox.redirect_uris),
                "creators": people,
                "oauth": sandbox.oauth.describe(),
            }
        )

    async def ledger(self, request: web.Request) -> web.Response:
        rows = self._sandbox.ledger[int(request.query.get("after", "0")) :]
        return web.json_response(
            [
                {
                    "at": stamp(row.at),
                    "method": row.method,
                    "path": row.path,
                    "operationId": row.operation_id,
                    "accountUuid": row.account_uuid,
                    "creatorUuid": row.creator_uuid,
                    "status": row.status,
                }
                for row in rows
            ]
        )

    async def deliveries(self, request: web.Request) -> web.Response:
        last = int(request.query.get("last", "200"))
        return web.json_response([row.describe() for row in self._sandbox.deliveries[-last:]])

    async def messages(self, request: web.Request) -> web.Response:
        desk, fan = self._sandbox.world.fan(request.query["creator"], request.query["fan"])
        chat = desk.chats.get(fan.user.uuid)
        last = int(request.query.get("last", "60"))
        rows = chat.messages[-last:] if chat else []
        team = {
            member.uuid: member.display_name for member in (*self._sandbox.world.chatters, self._sandbox.world.agency)
        }
        return web.json_response([describe_message(row, team) for row in rows])

    async def relation(self, request: web.Request) -> web.Response:
        """What the creator is to this fan, and where events go."""
        _, fan = self._sandbox.world.fan(request.query["creator"], request.query["fan"])
        subscription = fan.subscription
        return web.json_response(
            {
                "status": fan.status(self._sandbox.world.now()),
                "renews": subscription is not None and subscription.renews,
                "periodEnd": stamp_or_none(subscription.period_end if subscription else None),
                "webhookUrl": self._sandbox.webhook_url,
            }
        )

    async def oauth(self, _request: web.Request) -> web.Response:
        return web.json_response(self._sandbox.oauth.describe())

    async def list_faults(self, _request: web.Request) -> web.Response:
        return web.json_response([rule.describe() for rule in self._sandbox.faults.rules])

    async def add_fault(self, request: web.Request) -> web.Response:
        return web.json_response(self._sandbox.faults.add(**await _members(request)).describe(), status=201)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._sandbox.faults.clear()
        return web.Response(status=204)

    async def settings(self, request: web.Request) -> web.Response:
        for name, value in (await _members(request)).items():
            if name not in SETTINGS:
                raise ValueError(f"There is no setting {name!r}; there are {', '.join(SETTINGS)}.")
            owner = self._sandbox if hasattr(self._sandbox, name) else self._sandbox.oauth
            setattr(owner, name, value)
        return web.Response(status=204)

    async def redeliver(self, request: web.Request) -> web.Response:
        return web.json_response({"status": await self._sandbox.redeliver(str((await _members(request))["id"]))})

    async def withdraw(self, request: web.Request) -> web.Response:
        handle = str((await _members(request))["account"])
        return web.json_response({"ended": self._sandbox.oauth.withdraw(handle)})

    async def expire(self, request: web.Request) -> web.Response:
        self._sandbox.oauth.expire_access(str((await _members(request))["account"]))
        return web.Response(status=204)

    async def token(self, request: web.Request) -> web.Response:
        """A pair without the pages, for load runs."""
        asked = await _members(request)
        scopes = asked.get("scopes")
        pair = self._sandbox.oauth.grant(str(asked["account"]), None if scopes is None else tuple(scopes))
        return web.json_response(
            {
                "access_token": pair.access_token,
                "refresh_token": pair.refresh_token,
                "expires_in": pair.expires_in,
                "scope": " ".join(sorted(pair.scopes)),
            }
        )

    async def add_creator(self, request: web.Request) -> web.Response:
        """Body: `handle`, perhaps `display_name` and `is_managed`."""
        creator = self._sandbox.world.add_creator(**await _members(request))
        return web.json_response({"uuid": creator.uuid, "handle": creator.handle}, status=201)

    async def put_at_edge(self, request: web.Request) -> web.Response:
        """Body: `creator` and which `edge` their account stands at from now on."""
        body = await _members(request)
        world = self._sandbox.world
        EDGES[str(body["edge"])](world.renew(world.account(str(body["creator"]))), world.now())
        return web.json_response({})

    async def play(self, request: web.Request) -> web.Response:
        """Body: `creator`, `fan` and what the act takes; waits shortly so that the answer can name the deliveries."""
        sandbox = self._sandbox
        acts: dict[str, Callable[..., Awaitable[object]]] = {
            "writes": sandbox.fan_writes,
            "tips": sandbox.fan_tips,
            "subscribes": sandbox.fan_subscribes,
            "buys": sandbox.fan_buys,
            "follows": sandbox.fan_follows,
            "likes": sandbox.fan_likes,
            "comments": sandbox.fan_comments,
            "reverses": sandbox.fan_reverses,
            "answers": sandbox.creator_writes,
        }
        act = request.match_info["act"]
        if act not in acts:
            raise ValueError(f"A fan does one of {', '.join(acts)}.")
        before = len(sandbox.deliveries)
        result = await acts[act](**await _members(request))
        sent = [delivery.id for delivery in sandbox.deliveries[before:]]
        return web.json_response({"result": result, "deliveries": sent}, status=201)


def describe_message(row: Message, team: dict[str, str]) -> dict[str, object]:
    """A message as both sides see it."""
    return {
        "uuid": row.uuid,
        "text": row.text,
        "type": row.type,
        "isFromFan": row.is_from_fan,
        "sentBy": team.get(row.sent_by or ""),
        "at": stamp(row.sent_at),
        "media": len(row.media_uuids),
        "mediaType": row.media_type,
        "price": row.price,
        "purchasedAt": stamp_or_none(row.purchased_at),
        "tip": row.tip,
        "isRead": row.is_read,
    }


async def _members(request: web.Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("Send a JSON object.")
    return body
