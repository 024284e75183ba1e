"""Which post of a forum desk is whose."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select, text

from bot.domain.accounts import ChannelId, CreatorId, FanId
from bot.domain.alerts import Place, PlaceKind
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.schema import cards, deliveries, desk_posts, events

ON_THEIR_WAY = ("deliveries.status IN ('due', 'leased')", "deliveries.status = 'held'")
"""As the indexes have it."""
THREAD = Lookup(
    select(desk_posts.c.thread_id).where(
        desk_posts.c.forum_id == bindparam("forum"),
        desk_posts.c.creator_id == bindparam("creator"),
        desk_posts.c.fan_id == bindparam("fan"),
    )
)


class DeskPostStore:
    """One post for each fan of a creator in a forum; posts go with the creator."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def thread_of(self, forum: ChannelId, creator: CreatorId, fan: FanId) -> ChannelId | None:
        """The post, when there is one."""
        found = await self._database.look(THREAD, forum=forum, creator=creator, fan=fan)
        return ChannelId(found[0].thread_id) if found else None

    async def of_fan(self, creator: CreatorId, fan: FanId) -> list[tuple[ChannelId, ChannelId]]:
        """The posts of a fan, one a forum: forum and post."""
        post = desk_posts.c
        query = select(post.forum_id, post.thread_id).where(post.creator_id == creator, post.fan_id == fan)
        async with self._database.read() as connection:
            return [(ChannelId(forum), ChannelId(thread)) for forum, thread in await connection.execute(query)]

    async def forums_of(self, creator: CreatorId, fan: FanId) -> set[str]:
        """The keys of the forums where this fan has a post, or a card on its way to one."""
        post, due = desk_posts.c, deliveries.c
        posts = select(post.forum_id).where(post.creator_id == creator, post.fan_id == fan)
        is_theirs = and_(due.place_kind == PlaceKind.FORUM, due.fan_id == fan)
        async with self._database.read() as connection:
            found = {Place(PlaceKind.FORUM, forum).key for forum in (await connection.execute(posts)).scalars()}
            for state in ON_THEIR_WAY:
                keys = select(due.place_key).join(events, events.c.id == due.event_id).where(text(state), is_theirs)
                found.update((await connection.execute(keys.where(events.c.creator_id == creator))).scalars())
        return found

    async def changed_since(self, moment: datetime) -> list[tuple[CreatorId, FanId]]:
        """Whose cards came, or were answered, since then."""
        post = desk_posts.c
        is_new = or_(cards.c.created_at >= moment, cards.c.answered_at >= moment, cards.c.elsewhere_at >= moment)
        same = and_(cards.c.creator_id == post.creator_id, cards.c.fan_id == post.fan_id)
        query = select(post.creator_id, post.fan_id).distinct().join(cards, same).where(is_new)
        async with self._database.read() as connection:
            return [(CreatorId(creator), FanId(fan)) for creator, fan in await connection.execute(query)]

    async def remember(
        self, forum: ChannelId, creator: CreatorId, fan: FanId, thread: ChannelId, now: datetime
    ) -> None:
        """Use this post from now on."""
        statement = self._database.insert(desk_posts).values(
            forum_id=forum, creator_id=creator, fan_id=fan, thread_id=thread, created_at=now
        )
        upsert = statement.on_conflict_do_update(
            index_elements=list(desk_posts.primary_key.columns), set_={"thread_id": statement.excluded.thread_id}
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)

    async def lose(self, forum: ChannelId, creator: CreatorId, fan: FanId) -> bool:
        """Forget a post that is gone; false when there was none."""
        post = desk_posts.c
        gone = delete(desk_posts).where(post.forum_id == forum, post.creator_id == creator, post.fan_id == fan)
        async with self._database.write() as connection:
            return (await connection.execute(gone)).rowcount == 1
