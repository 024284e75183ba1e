"""Which events go where: to the app's address, and to subscriptions made by API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.fanvue.instants import Clock, stamp
from sandbox.fanvue.world import Desk, User
from sandbox.fanvue.world.records import Chat, Fan, Message, Reversal, Sale

from .payloads import CreatorFamily, FlatFamily, Payload
from .sender import WebhookSender, encode, new_event_id

Family = Literal["flat", "creator", "both"]
CHAT_TOPICS = ("message.", "creator.message.")
SUBSCRIPTION_EVENTS = {
    "subscribe": "creator.subscription.activated",
    "renew": "creator.subscription.renewed",
    "cancel": "creator.subscription.cancel_at_period_end_changed",
    "resume": "creator.subscription.cancel_at_period_end_changed",
    "expire": "creator.subscription.deactivated",
}


@dataclass
class ApiSubscription:
    """An address registered by `POST /webhooks/subscriptions`."""

    id: str
    creator_uuid: str
    url: str
    events: list[str]
    secret: str = field(repr=False)


class Announcements:
    """Turns what happened into deliveries.

    `url` is the app's address; with `per_event` the flat family goes to `url/<event>`. With `needs_consent` an event
    only goes out while the creator's live grant covers its scope. API calls announce in `family`.
    """

    def __init__(self, sender: WebhookSender, secret: str, clock: Clock, held: Callable[[str], frozenset[str]]) -> None:
        self._sender = sender
        self._secret = secret
        self._clock = clock
        self._held = held
        self.url: str | None = None
        self.origin = ""
        self.per_event = False
        self.needs_consent = False
        self.family: Family = "creator"
        self.subscriptions: list[ApiSubscription] = []

    @property
    def _flat(self) -> FlatFamily:
        return FlatFamily(self.origin)

    @property
    def _creator(self) -> CreatorFamily:
        return CreatorFamily(self.origin)

    def message_received(self, desk: Desk, chat: Chat, message: Message, family: Family | None = None) -> None:
        self._emit_flat(desk.owner, "message.received", self._flat.message_received(desk.owner, chat, message), family)
        self._emit(desk.owner, "creator.message.received", self._creator.message(desk.owner, chat, message), family)

    def message_sent(self, desk: Desk, chat: Chat, message: Message) -> None:
        self._emit(desk.owner, "creator.message.sent", self._creator.message(desk.owner, chat, message))

    def message_deleted(self, desk: Desk, chat: Chat, message: Message) -> None:
        payload = self._creator.message(desk.owner, chat, message, deleted_at=self._clock())
        self._emit(desk.owner, "creator.message.deleted", payload)

    def chat_read(self, desk: Desk, chat: Chat, count: int) -> None:
        flat = self._flat.message_read(desk.owner, chat.fan, count, self._clock())
        self._emit_flat(desk.owner, "message.read", flat)
        self._emit(desk.owner, "creator.message.read", self._creator.message_read(desk.owner, chat))

    def followed(self, desk: Desk, fan: Fan, family: Family | None = None) -> None:
        now = self._clock()
        self._emit_flat(desk.owner, "follow.new", self._flat.follow(desk.owner, fan, now), family)
        self._emit(desk.owner, "creator.follow.created", self._creator.follow(desk.owner, fan, now), family)

    def subscription_changed(self, desk: Desk, fan: Fan, change: str, family: Family | None = None) -> None:
        if fan.subscription is not None:
            payload = self._creator.subscription(desk.owner, fan, fan.subscription, self._clock())
            self._emit(desk.owner, SUBSCRIPTION_EVENTS[change], payload, family)

    def paid(self, desk: Desk, fan: Fan, sale: Sale, family: Family | None = None) -> None:
        if sale.source == "tip":
            self._emit_flat(desk.owner, "tip.new", self._flat.tip(desk.owner, fan, sale), family)
        elif sale.source == "subscription":
            self._emit_flat(desk.owner, "subscription.new", self._flat.subscription(desk.owner, fan, sale), family)
        elif sale.source in {"message", "post"}:
            self._emit_flat(desk.owner, "purchase.new", self._flat.purchase(desk.owner, fan, sale), family)
        self._emit(desk.owner, "creator.payment.succeeded", self._creator.payment(desk.owner, fan, sale), family)

    def reversed(self, desk: Desk, fan: Fan, reversal: Reversal) -> None:
        topic = "creator.refund.created" if reversal.kind == "refund" else "creator.dispute.created"
        self._emit(desk.owner, topic, self._creator.reversal(desk.owner, fan, reversal))

    def _emit_flat(self, creator: User, topic: str, payload: Payload, family: Family | None = None) -> None:
        if (family or self.family) == "creator" or self.url is None or not self._is_covered(creator, topic):
            return
        url = f"{self.url.rstrip('/')}/{topic}" if self.per_event else self.url
        self._sender.post(url, self._secret, topic, creator.uuid, encode(payload), new_event_id())

    def _emit(self, creator: User, topic: str, data: Payload, family: Family | None = None) -> None:
        if (family or self.family) == "flat" or not self._is_covered(creator, topic):
            return
        event_id = new_event_id()
        body = encode({"id": event_id, "type": topic, "timestamp": stamp(self._clock()), "data": data})
        if self.url is not None:
            self._sender.post(self.url, self._secret, topic, creator.uuid, body, event_id)
        for row in self.subscriptions:
            if row.creator_uuid == creator.uuid and topic in row.events:
                self._sender.post(row.url, row.secret, topic, creator.uuid, body, event_id)

    def _is_covered(self, creator: User, topic: str) -> bool:
        if not self.needs_consent:
            return True
        needed = "read:chat" if topic.startswith(CHAT_TOPICS) else "read:creator"
        return needed in self._held(creator.handle)
