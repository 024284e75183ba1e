"""Drafts and who has to approve them: one winner for every step, whoever presses at the same time."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exc, or_, select, update

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, MessageId
from bot.domain.posting import DraftKind, DraftStatus, Policy
from bot.storage.database import Database
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import approval_policies, drafts

OPEN = (DraftStatus.DRAFT, DraftStatus.WAITING, DraftStatus.SENDING, DraftStatus.UNKNOWN)


@dataclass(frozen=True, slots=True, repr=False)
class StoredDraft:
    """A draft at rest; what was sent keeps no words."""

    id: str
    creator: CreatorId
    author: DiscordUserId
    kind: DraftKind
    status: DraftStatus
    version: int
    sealed_content: str | None
    created_at: datetime
    started_at: datetime | None
    known: tuple[str, ...] | None


class DraftStore:
    """Invariants: a step is taken from the version that was seen, by one; an id at Fanvue belongs to one draft."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, draft: StoredDraft) -> None:
        """Keep a new one."""
        values = {
            "id": draft.id,
            "creator_id": draft.creator,
            "author": draft.author,
            "kind": draft.kind,
            "status": draft.status,
            "version": draft.version,
            "sealed_content": draft.sealed_content,
            "created_at": draft.created_at,
            "changed_at": draft.created_at,
        }
        async with self._database.write() as connection:
            await connection.execute(drafts.insert().values(values))

    async def find(self, draft_id: str) -> StoredDraft | None:
        """The draft, unless it was discarded."""
        found = await self._all(drafts.c.id == draft_id)
        return found[0] if found else None

    async def open_of(self, creator: CreatorId, author: DiscordUserId | None) -> list[StoredDraft]:
        """What is not settled yet, the newest first: of one author, or what waits for a second person."""
        whose = drafts.c.status == DraftStatus.WAITING if author is None else drafts.c.author == author
        return await self._all(and_(drafts.c.creator_id == creator, whose, drafts.c.status.in_(OPEN)))

    async def move(
        self,
        draft: tuple[str, int],
        *,
        out_of: Collection[DraftStatus],
        to: DraftStatus,
        at: datetime,
        **changes: Any,
    ) -> bool:
        """Take a step from (id, version); false when somebody else did before."""
        draft_id, version = draft
        seen = and_(drafts.c.id == draft_id, drafts.c.version == version, drafts.c.status.in_(list(out_of)))
        change = update(drafts).where(seen).values(status=to, version=version + 1, changed_at=at, **changes)
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def begin(
        self,
        draft: tuple[str, int],
        out_of: Collection[DraftStatus],
        known: Sequence[str] | None,
        by: DiscordUserId,
        at: datetime,
    ) -> bool:
        """Be the one who sends it, remembering what looked the same at Fanvue before."""
        words = None if known is None else json.dumps(list(known))
        return await self.move(
            draft, out_of=out_of, to=DraftStatus.SENDING, at=at, known=words, started_at=at, decided_by=by
        )

    async def put_back(self, draft: tuple[str, int], to: DraftStatus, at: datetime) -> None:
        """Undo ``begin``: nothing was sent, and it is again the version that was seen."""
        draft_id, version = draft
        sending = and_(drafts.c.id == draft_id, drafts.c.version == version + 1, drafts.c.status == DraftStatus.SENDING)
        change = update(drafts).where(sending).values(status=to, version=version, changed_at=at, decided_by=None)
        async with self._database.write() as connection:
            await connection.execute(change)

    async def sent(self, draft_id: str, uuid: str, at: datetime) -> bool:
        """It is at Fanvue as ``uuid``; its words are let go. False when another draft became that one."""
        change = (
            update(drafts)
            .where(drafts.c.id == draft_id)
            .values(status=DraftStatus.SENT, fanvue_uuid=uuid, sealed_content=None, changed_at=at)
        )
        try:
            async with self._database.write() as connection:
                await connection.execute(change)
        except exc.IntegrityError:
            return False
        return True

    async def asked(self, draft_id: str, channel: ChannelId, message: MessageId) -> None:
        """Its question to the team stands there from now on."""
        where = update(drafts).where(drafts.c.id == draft_id)
        async with self._database.write() as connection:
            await connection.execute(where.values(question_channel=channel, question_message=message))

    async def question(self, draft_id: str) -> tuple[ChannelId, MessageId] | None:
        """Where its question stands."""
        query = select(drafts.c.question_channel, drafts.c.question_message).where(drafts.c.id == draft_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return (ChannelId(row[0]), MessageId(row[1])) if row and row[0] else None

    async def discard(self, draft: tuple[str, int], out_of: Collection[DraftStatus]) -> bool:
        """Let go of it; false when it moved on meanwhile."""
        draft_id, version = draft
        seen = and_(drafts.c.id == draft_id, drafts.c.version == version, drafts.c.status.in_(list(out_of)))
        async with self._database.write() as connection:
            return (await connection.execute(delete(drafts).where(seen))).rowcount == 1

    async def accounted_for(self, creator: CreatorId) -> set[str]:
        """The ids at Fanvue that drafts of this creator became."""
        query = select(drafts.c.fanvue_uuid).where(drafts.c.creator_id == creator, drafts.c.fanvue_uuid.is_not(None))
        async with self._database.read() as connection:
            return set((await connection.execute(query)).scalars())

    async def purge(self, settled_before: datetime, untouched_before: datetime) -> int:
        """Let go of what was settled, or not touched, since then; how many."""
        old = or_(
            and_(drafts.c.status.not_in(OPEN), drafts.c.changed_at < settled_before),
            drafts.c.changed_at < untouched_before,
        )
        async with self._database.write() as connection:
            return (await connection.execute(delete(drafts).where(old))).rowcount

    async def policy(self, creator: CreatorId) -> Policy:
        """Whose posts have to be approved; nobody's until somebody says so."""
        query = select(approval_policies.c.policy).where(approval_policies.c.creator_id == creator)
        async with self._database.read() as connection:
            return Policy((await connection.execute(query)).scalar_one_or_none() or Policy.OFF)

    async def set_policy(self, creator: CreatorId, policy: Policy) -> None:
        """From now on."""
        statement = self._database.insert(approval_policies).values(creator_id=creator, policy=policy)
        async with self._database.write() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["creator_id"], set_={"policy": policy})
            )

    def about(self, user: DiscordUserId) -> Mine:
        """What this person wrote or decided, and what was written for their creators."""
        own = approval_policies.c.creator_id.in_(creators_of(user))
        return (drafts, or_(_is_theirs(user), drafts.c.decided_by == user)), (approval_policies, own)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove what they wrote and what is their creators'; their name under what they decided."""
        own = approval_policies.c.creator_id.in_(creators_of(user))
        async with self._database.write() as connection:
            await connection.execute(delete(drafts).where(_is_theirs(user)))
            await connection.execute(update(drafts).where(drafts.c.decided_by == user).values(decided_by=None))
            await connection.execute(delete(approval_policies).where(own))

    async def _all(self, condition: ColumnElement[bool]) -> list[StoredDraft]:
        query = select(drafts).where(condition).order_by(drafts.c.changed_at.desc(), drafts.c.id).limit(100)
        async with self._database.read() as connection:
            return [_draft(row) for row in await connection.execute(query)]


def _is_theirs(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(drafts.c.author == user, drafts.c.creator_id.in_(creators_of(user)))


def _draft(row: Row[Any]) -> StoredDraft:
    return StoredDraft(
        id=row.id,
        creator=CreatorId(row.creator_id),
        author=DiscordUserId(row.author),
        kind=DraftKind(row.kind),
        status=DraftStatus(row.status),
        version=row.version,
        sealed_content=row.sealed_content,
        created_at=row.created_at,
        started_at=row.started_at,
        known=None if row.known is None else tuple(json.loads(row.known)),
    )
