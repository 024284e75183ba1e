"""`/fan`: the page where one plays a fan."""

from datetime import datetime

from aiohttp import web

from .pages import Pages
from .world import Desk, Fan, World
from .world.records import Post

NEWEST = 3


class FanPage:
    """Renders the page; what is done on it goes through `/_control`."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/fan", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """`creator` and `fan` in the query choose who; without them, the first of each."""
        handles = [creator.handle for creator in self._world.creators]
        chosen = request.query.get("creator", handles[0])
        if chosen not in handles:
            return self._pages.show("error.html", 404, title="No such creator", text="Choose one on the fan page.")
        desk = self._world.desk(self._world.account(chosen))
        fans = sorted(desk.fans.values(), key=lambda fan: fan.user.display_name.lower())
        fan = self._chosen(desk, request.query.get("fan"))
        return self._pages.show(
            "fan.html",
            creators=self._world.creators,
            creator=desk.owner,
            fans=fans,
            fan=fan,
            relation=fan.status(self._world.now()),
            newest=_newest(desk.posts, self._world.now()),
            posts=[post for post in desk.posts if post.price and post.published_at][:8],
            price=desk.price,
        )

    def _chosen(self, desk: Desk, handle: str | None) -> Fan:
        found = desk.fan_by_handle(handle) if handle else None
        return found or next(fan for fan in desk.fans.values() if fan.user.uuid in desk.chats)


def _newest(posts: list[Post], now: datetime) -> list[Post]:
    """What is out, the newest first."""
    for post in posts:
        post.settle(now)
    out = [post for post in posts if post.published_at and not (post.expires_at and post.expires_at <= now)]
    return sorted(out, key=lambda post: post.published_at or now, reverse=True)[:NEWEST]
