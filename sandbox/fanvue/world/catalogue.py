"""What a creator has made: media, folders, posts, templates, mass messages, tracking links."""

from datetime import datetime, timedelta
from random import Random

from .records import (
    Comment,
    Fan,
    Folder,
    MassMessage,
    MediaItem,
    NamedGroup,
    Post,
    Sale,
    Template,
    TrackingLink,
    drawn_uuid,
)
from .sales import share
from .texts import COMMENT_LINES, CREATOR_LINES, MEDIA, POST_LINES, TEMPLATES

POST_DAYS = 720
PRICES = (499, 799, 999, 1499)
LINKS = (
    ("TikTok profile", "tiktok"),
    ("Instagram bio", "instagram"),
    ("Collab with Jo", "youtube"),
    ("Launch week", "other"),
)


def make_media(draw: Random, now: datetime) -> list[MediaItem]:
    """Eighteen files that are ready, one in the works, one that failed; newest first."""
    items = []
    for index, (name, kind, folder) in enumerate(MEDIA):
        at = now - timedelta(days=3 + index * 11, minutes=draw.randrange(1440))
        price = draw.choice((None, None, 999, 1499))
        item = MediaItem(drawn_uuid(draw), name, kind, "ready", at, recommended_price=price)
        item.folders = {folder} if folder else set()
        items.append(item)
    items.insert(0, MediaItem(drawn_uuid(draw), "New teaser", "video", "processing", now - timedelta(minutes=4)))
    items.insert(1, MediaItem(drawn_uuid(draw), "Broken export", "video", "error", now - timedelta(days=1)))
    return items


def make_folders(now: datetime) -> list[Folder]:
    names = dict.fromkeys(folder for _, _, folder in MEDIA if folder)
    return [Folder(name, now - timedelta(days=200 - index * 30)) for index, name in enumerate(names)]


def make_collections(draw: Random, now: datetime) -> list[NamedGroup]:
    return [
        NamedGroup(drawn_uuid(draw), name, now - timedelta(days=days))
        for name, days in (("Behind the Scenes", 300), ("Routines", 180), ("Sundays", 40))
    ]


def make_templates(draw: Random, media: list[MediaItem]) -> list[Template]:
    ready = [item.uuid for item in media if item.status == "ready" and item.media_type == "video"]
    return [
        Template(drawn_uuid(draw), text, price, tuple(ready[:1]) if price else (), folder)
        for text, price, folder in TEMPLATES
    ]


def make_posts(
    draw: Random, media: list[MediaItem], collections: list[NamedGroup], fans: list[Fan], now: datetime
) -> list[Post]:
    """A post every nine days or so for two years, one of them pinned, and two that are scheduled."""
    ready = [item for item in media if item.status == "ready" and item.media_type in {"image", "video"}]
    posts = [_scheduled(draw, ready, now, days) for days in (2, 1)]
    days = 0.4
    while days < POST_DAYS:
        at = now - timedelta(days=days)
        post = _published(draw, ready, at)
        post.collections = (draw.choice(collections).uuid,) if draw.random() < 0.3 else ()
        known = [fan for fan in fans if fan.joined_at <= at + timedelta(days=2)]
        _react(draw, post, known, now)
        posts.append(post)
        days += draw.uniform(4, 14)
    posts[6].pinned_at = now - timedelta(days=10)
    return posts


def _scheduled(draw: Random, ready: list[MediaItem], now: datetime, days: int) -> Post:
    return Post(
        drawn_uuid(draw),
        now - timedelta(hours=days * 3),
        f"Coming up: {draw.choice(POST_LINES)}",
        "subscribers",
        media_uuids=(draw.choice(ready).uuid,),
        publish_at=now + timedelta(days=days, hours=2),
    )


def _published(draw: Random, ready: list[MediaItem], at: datetime) -> Post:
    price = draw.choice(PRICES) if draw.random() < 0.3 else None
    chosen = draw.sample(ready, draw.randrange(1, 4)) if price or draw.random() < 0.85 else []
    return Post(
        drawn_uuid(draw),
        at - timedelta(minutes=draw.randrange(1, 600)),
        draw.choice(POST_LINES),
        draw.choice(("subscribers", "subscribers", "followers-and-subscribers")),
        media_uuids=tuple(item.uuid for item in chosen),
        preview_uuid=chosen[0].uuid if price and len(chosen) > 1 else None,
        price=price,
        published_at=at,
    )


def _react(draw: Random, post: Post, known: list[Fan], now: datetime) -> None:
    at = post.published_at or now

    def soon() -> datetime:
        return min(now, at + timedelta(minutes=draw.randrange(2, 5000)))

    likers = draw.sample(known, int(len(known) * draw.uniform(0.15, 0.7)))
    post.likes = sorted(((soon(), fan) for fan in likers), key=lambda like: like[0], reverse=True)
    talkers = draw.sample(known, min(len(known), draw.randrange(5)))
    comments = [Comment(drawn_uuid(draw), draw.choice(COMMENT_LINES), soon(), fan.user) for fan in talkers]
    post.comments = sorted(comments, key=lambda comment: comment.created_at, reverse=True)


def sell_posts(draw: Random, posts: list[Post], sales: list[Sale]) -> None:
    """Each post sale names a priced post that was out by then; a part of the tips goes to posts."""
    priced = [post for post in posts if post.price and post.published_at]
    out = [post for post in posts if post.published_at]
    for sale in sales:
        if sale.source == "post":
            older = [post for post in priced if post.published_at and post.published_at <= sale.at] or priced[-1:]
            post = draw.choice(older[:4])
            sale.post_uuid = post.uuid
            sale.gross = post.price or sale.gross
            sale.net = share(sale.gross)
        elif sale.source == "tip" and draw.random() < 0.15:
            near = next((post for post in out if post.published_at and post.published_at <= sale.at), None)
            if near is not None:
                near.tips.append(sale)


def make_mass_messages(draw: Random, fans: list[Fan], now: datetime) -> list[MassMessage]:
    rows = []
    for index in range(6):
        at = now - timedelta(days=index * 6 + 1, minutes=draw.randrange(900))
        recipients = [fan.user.uuid for fan in fans if fan.joined_at <= at and fan.is_contactable]
        row = MassMessage(drawn_uuid(draw), draw.choice(CREATOR_LINES), at, recipients, published_at=at)
        row.views = int(len(recipients) * draw.uniform(0.4, 0.9))
        row.status = "UNSENT" if index == 4 else "SENT"
        rows.append(row)
    return rows


def make_tracking_links(draw: Random, fans: list[Fan], now: datetime) -> list[TrackingLink]:
    links = []
    for index, (name, platform) in enumerate(LINKS):
        at = now - timedelta(days=400 - index * 110)
        chosen = [fan for number, fan in enumerate(fans) if number % len(LINKS) == index and fan.joined_at >= at]
        clicks = len(chosen) * draw.randrange(8, 30)
        links.append(
            TrackingLink(drawn_uuid(draw), name, f"fv-{draw.randrange(10**5, 10**6)}", platform, at, clicks, chosen)
        )
    return links[::-1]
