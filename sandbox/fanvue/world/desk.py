"""Everything one creator owns, in one place."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random

from . import audience, catalogue, conversations
from . import sales as selling
from .names import CreatorPlan
from .records import (
    Chat,
    Fan,
    Folder,
    MassMessage,
    MediaItem,
    NamedGroup,
    Notification,
    Post,
    Reversal,
    Sale,
    Template,
    TrackingLink,
    Upload,
    User,
    drawn_uuid,
)
from .sales import SalesBook

NOTIFIED_DAYS = 30
EVENT_TYPES = {"message": 9, "post": 9, "mediaLink": 9, "subscription": 10, "tip": 11}
FOLLOWED = 12
LIKED, COMMENTED = 7, 8
"""Fanvue documents no numbers for these two: ours are made up, and nothing may rely on them."""


@dataclass
class Desk:
    """A creator's belongings; an account that is no creator has an empty one.

    Lists that the API gives newest first are kept newest first; `fans` and `chats` are keyed by the fan's uuid.
    """

    owner: User
    price: int = 999
    fans: dict[str, Fan] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    sales: SalesBook = field(default_factory=lambda: SalesBook([]))
    reversals: list[Reversal] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    media: list[MediaItem] = field(default_factory=list)
    fan_media: dict[str, MediaItem] = field(default_factory=dict)
    folders: list[Folder] = field(default_factory=list)
    collections: list[NamedGroup] = field(default_factory=list)
    custom_lists: list[NamedGroup] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    mass_messages: list[MassMessage] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    tracking_links: list[TrackingLink] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)
    subscriber_events: list[tuple[datetime, int]] = field(default_factory=list)
    grants: dict[tuple[str, str], str] = field(default_factory=dict)

    def find_media(self, uuid: str) -> MediaItem | None:
        return next((item for item in self.media if item.uuid == uuid), None)

    def find_shared(self, uuid: str) -> MediaItem | None:
        """Own media, and what fans sent."""
        return self.fan_media.get(uuid) or self.find_media(uuid)

    def find_post(self, uuid: str) -> Post | None:
        return next((post for post in self.posts if post.uuid == uuid), None)

    def fan_by_handle(self, handle: str) -> Fan | None:
        return next((fan for fan in self.fans.values() if fan.user.handle == handle), None)

    def subscribers(self, now: datetime) -> list[Fan]:
        return [fan for fan in self.fans.values() if fan.status(now) == "subscriber"]

    def notify(self, row: Notification) -> None:
        self.notifications.insert(0, row)


def open_desk(owner: User, plan: CreatorPlan, users: list[User], chatters: list[str], seed: int, now: datetime) -> Desk:
    """A creator's desk with two years behind it; the same seed and instant give the same desk."""
    draw = Random(f"{seed}:{plan.handle}")
    fans = audience.gather_fans(draw, users, now, selling.HISTORY_DAYS)
    payments = audience.subscribe_fans(draw, plan, fans, now)
    sales = selling.paid_periods(draw, plan, payments) + list(selling.purchases(draw, plan, fans, now))
    sales.sort(key=attrgetter("at"))
    desk = Desk(owner, plan.price, fans={fan.user.uuid: fan for fan in fans})
    desk.media = catalogue.make_media(draw, now)
    desk.folders = catalogue.make_folders(now)
    desk.collections = catalogue.make_collections(draw, now)
    desk.posts = catalogue.make_posts(draw, desk.media, desk.collections, fans, now)
    catalogue.sell_posts(draw, desk.posts, sales)
    desk.templates = catalogue.make_templates(draw, desk.media)
    desk.mass_messages = catalogue.make_mass_messages(draw, fans, now)
    desk.tracking_links = catalogue.make_tracking_links(draw, fans, now)
    desk.chats = conversations.hold_conversations(draw, fans, sales, desk.media, chatters, now)
    desk.sales = SalesBook(sales)
    desk.reversals = selling.reversals(draw, sales, now)
    desk.notifications = _notify(draw, sales, fans, now)
    desk.subscriber_events = _subscriber_events(fans, now)
    desk.custom_lists = _custom_lists(draw, fans, now)
    return desk


def _notify(draw: Random, sales: list[Sale], fans: list[Fan], now: datetime) -> list[Notification]:
    since = now - timedelta(days=NOTIFIED_DAYS)
    people = {fan.user.uuid: fan.user for fan in fans}
    rows = [
        Notification(drawn_uuid(draw), sale.at, EVENT_TYPES[sale.source], people[sale.fan_uuid], {"price": sale.gross})
        for sale in sales
        if sale.at >= since and sale.source in EVENT_TYPES and sale.fan_uuid
    ]
    rows += [
        Notification(drawn_uuid(draw), fan.joined_at, FOLLOWED, fan.user, {}) for fan in fans if fan.joined_at >= since
    ]
    rows.sort(key=attrgetter("created_at"), reverse=True)
    for row in rows[:5]:
        row.is_read = False
    return rows


def _subscriber_events(fans: list[Fan], now: datetime) -> list[tuple[datetime, int]]:
    events = []
    for subscription in (fan.subscription for fan in fans if fan.subscription):
        events.append((subscription.first_at, 1))
        if subscription.ended_at is not None and subscription.ended_at <= now:
            events.append((subscription.ended_at, -1))
    return sorted(events)


def _custom_lists(draw: Random, fans: list[Fan], now: datetime) -> list[NamedGroup]:
    return [
        NamedGroup(
            drawn_uuid(draw), name, now - timedelta(days=90), [fan.user.uuid for fan in draw.sample(fans, count)]
        )
        for name, count in (("VIP", 6), ("Birthdays this month", 3), ("Met in person", 0))
    ]
