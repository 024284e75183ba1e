"""Drafts: written, changed, approved by a second person where that is asked, and sent once."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import ChannelId, MessageId
from bot.domain.clock import Clock
from bot.domain.errors import (
    BadInputError,
    DraftMovedError,
    GoneError,
    NotAllowedError,
    OutcomeUnknownError,
)
from bot.domain.posting import Content, Draft, DraftKind, DraftStatus, Policy, check, is_late, needs_second
from bot.services.access import AccessService, require
from bot.services.posts.publishing import Published, Publisher
from bot.storage.audit import AuditLog
from bot.storage.drafts import DraftStore, StoredDraft
from bot.vault.keyring import Keyring

LONGEST_SENDING = timedelta(minutes=5)
WRITABLE = (DraftStatus.DRAFT, DraftStatus.WAITING)
OWN_DRAFT = "You wrote this one, so somebody else has to look at it."
NOBODY_ELSE = (
    "A second person has to approve this, and nobody but you may. `/team grant` gives somebody the right to "
    "*approve what others wrote*."
)
OTHER_RULE = " The creator can change the rule for posts with `/post approval`."
PASSED = "That time has passed. Give a time to come, such as `tomorrow 18:00`."
LATE = "Its time has passed, so nothing was sent. Choose a new time, or send it now."


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A draft for somebody who may see it, and what they can do with it."""

    grant: Grant
    draft: Draft
    is_author: bool
    needs_second: bool
    is_late: bool


class DraftsService:
    """Every step asks for the right anew and is taken from the version that was seen."""

    def __init__(
        self,
        *,
        access: AccessService,
        publisher: Publisher,
        drafts: DraftStore,
        audit: AuditLog,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._access = access
        self.publisher = publisher
        self._drafts = drafts
        self._audit = audit
        self._keyring = keyring
        self._clock = clock
        self._began_at = clock.now()

    def require(self, grant: Grant, content: Content, kind: DraftKind, *, expects_files: bool = False) -> None:
        """Raise what stands against it before anything is kept: scopes, times, what is missing."""
        require(grant, Capability.POST)
        self.publisher.require_scopes(grant, content, kind)
        now = self._clock.now()
        if is_late(content, now):
            raise BadInputError(PASSED)
        check(content, kind, now, expects_files=expects_files)

    async def begin(self, grant: Grant, content: Content, kind: DraftKind, *, expects_files: bool = False) -> Opened:
        """Keep a new draft; nothing is sent. Raises what ``require`` does."""
        self.require(grant, content, kind, expects_files=expects_files)
        draft = Draft(
            id=secrets.token_hex(8),
            creator=grant.creator,
            author=grant.actor.user,
            kind=kind,
            status=DraftStatus.DRAFT,
            version=1,
            content=content,
            created_at=self._clock.now(),
        )
        await self._drafts.add(self._stored(draft))
        return await self._opened(grant, draft)

    async def open(self, actor: Actor, key: str) -> Opened:
        """The draft a button names, for its author or somebody who may approve. GoneError, and what access raises."""
        stored = await self._drafts.find(key.partition(".")[0])
        if stored is None or stored.sealed_content is None:
            raise GoneError if stored is None else DraftMovedError
        is_author = stored.author == actor.user
        grant = await self._access.require(actor, stored.creator, Capability.POST if is_author else Capability.APPROVE)
        opened = await self._opened(grant, self._clear(stored))
        return await self._cut_short(opened)

    async def seen(self, actor: Actor, key: str) -> Opened:
        """The same, when it is still what that person saw; DraftMovedError otherwise."""
        opened = await self.open(actor, key)
        if opened.draft.key != key:
            raise DraftMovedError
        return opened

    async def choose(self, actor: Actor, creator: str | None) -> Grant:
        """A grant to look at drafts, for whoever may write or approve them. Raises what access does."""
        return await self._access.choose(actor, creator, Capability.POST, Capability.APPROVE)

    async def mine(self, grant: Grant) -> list[Draft]:
        """What this person wrote and has not sent, the newest first."""
        return [self._clear(one) for one in await self._drafts.open_of(grant.creator, grant.actor.user)]

    async def waiting(self, grant: Grant) -> list[Draft]:
        """What others wrote that waits for somebody like this person."""
        if not await self._access.may(grant.actor.user, grant.creator, Capability.APPROVE):
            return []
        found = await self._drafts.open_of(grant.creator, None)
        return [self._clear(one) for one in found if one.author != grant.actor.user]

    async def change(self, opened: Opened, content: Content) -> Opened:
        """Have it say something else; it has to be confirmed, and approved, anew. BadInputError leaves it as it was."""
        self._author_only(opened)
        if opened.draft.content.publish_at != content.publish_at and is_late(content, self._clock.now()):
            raise BadInputError(PASSED)
        check(content, opened.draft.kind, self._clock.now())
        changed = replace(opened.draft, content=content, status=DraftStatus.DRAFT, version=opened.draft.version + 1)
        await self._step(opened.draft, WRITABLE, DraftStatus.DRAFT, content)
        return await self._opened(opened.grant, changed)

    async def discard(self, opened: Opened) -> None:
        """Let go of it."""
        self._author_only(opened)
        out_of = (*WRITABLE, DraftStatus.UNKNOWN)
        if not await self._drafts.discard((opened.draft.id, opened.draft.version), out_of):
            raise DraftMovedError
        await self._note(opened, "discard draft", "done")

    async def confirm(self, opened: Opened, *, goes_now: bool = False) -> Published | None:
        """Its author's go: sent, or ``None`` when it waits for a second person from now on.

        ``goes_now`` leaves its time out. Raises BadInputError when that has passed, and what sending raises.
        """
        self._author_only(opened)
        opened = self._in_time(opened, goes_now=goes_now)
        self._checked(opened)
        if not opened.needs_second:
            return await self._send(opened, (DraftStatus.DRAFT,), "post")
        if not await self._access.others_may(opened.grant, Capability.APPROVE):
            raise BadInputError(NOBODY_ELSE + OTHER_RULE * (opened.draft.kind is DraftKind.POST))
        content = replace(opened.draft.content, note="")
        await self._step(opened.draft, (DraftStatus.DRAFT,), DraftStatus.WAITING, content)
        await self._note(opened, "ask approval", "done")
        return None

    async def approve(self, opened: Opened, *, goes_now: bool = False) -> Published:
        """A second person's go; only one of several wins. Raises what ``confirm`` does."""
        self.require_second(opened)
        if not await self._access.holds(opened.draft.author, opened.draft.creator, Capability.POST):
            await self._note(opened, "approve", "author may not post")
            raise BadInputError("Its author may not post for this creator any more, so it was not sent.")
        opened = self._in_time(opened, goes_now=goes_now)
        self._checked(opened)
        return await self._send(opened, (DraftStatus.WAITING,), "approve")

    async def hand_back(self, opened: Opened, note: str, *, is_final: bool) -> None:
        """Ask its author to change it, or decline it for good; the note is for the author."""
        self.require_second(opened)
        status = DraftStatus.DECLINED if is_final else DraftStatus.DRAFT
        content = replace(opened.draft.content, note=note.strip()[:500])
        await self._step(opened.draft, (DraftStatus.WAITING,), status, content, decided_by=opened.grant.actor.user)
        await self._note(opened, "decline" if is_final else "ask change", "done")

    async def asked(self, opened: Opened, channel: ChannelId, message: MessageId) -> None:
        """Remember where the question to the team stands."""
        await self._drafts.asked(opened.draft.id, channel, message)

    async def question(self, opened: Opened) -> tuple[ChannelId, MessageId] | None:
        """Where it stands; ``None`` when nobody was asked in a place."""
        return await self._drafts.question(opened.draft.id)

    async def look_again(self, opened: Opened) -> Published:
        """Whether a draft of unknown outcome is at Fanvue by now; OutcomeUnknownError when it is not."""
        if opened.draft.status not in {DraftStatus.UNKNOWN, DraftStatus.SENDING}:
            raise DraftMovedError
        return await self.publisher.settle(opened.grant, opened.draft)

    async def reopen(self, opened: Opened) -> Opened:
        """Back to a draft: somebody looked at Fanvue, and it is not there."""
        self._author_only(opened)
        await self._step(opened.draft, (DraftStatus.UNKNOWN,), DraftStatus.DRAFT, opened.draft.content)
        await self._note(opened, "send again", "done")
        changed = replace(opened.draft, status=DraftStatus.DRAFT, version=opened.draft.version + 1)
        return await self._opened(opened.grant, changed)

    async def set_policy(self, grant: Grant, policy: Policy) -> None:
        """Only whoever connected the account decides that."""
        if not grant.is_owner:
            raise NotAllowedError(Capability.OWN)
        await self._drafts.set_policy(grant.creator, policy)
        await self._audit.write(grant.actor, grant.creator, "approval policy", policy.value, self._clock.now())

    async def _send(self, opened: Opened, out_of: Collection[DraftStatus], action: str) -> Published:
        try:
            published = await self.publisher.send(opened.grant, opened.draft, out_of)
        except OutcomeUnknownError:
            await self._note(opened, action, "unknown")
            raise
        await self._note(opened, action, "done")
        return published

    async def _cut_short(self, opened: Opened) -> Opened:
        """A draft whose sending was cut short: what became of it is not known until somebody looks."""
        draft = opened.draft
        oldest = max(self._began_at, self._clock.now() - LONGEST_SENDING)
        was_before = draft.started_at is not None and draft.started_at < oldest
        if draft.status is not DraftStatus.SENDING or not was_before:
            return opened
        await self._step(draft, (DraftStatus.SENDING,), DraftStatus.UNKNOWN, draft.content)
        return replace(opened, draft=replace(draft, status=DraftStatus.UNKNOWN, version=draft.version + 1))

    async def _opened(self, grant: Grant, draft: Draft) -> Opened:
        may_approve = await self._access.may(draft.author, draft.creator, Capability.APPROVE)
        policy = await self._drafts.policy(draft.creator)
        return Opened(
            grant,
            draft,
            is_author=grant.actor.user == draft.author,
            needs_second=needs_second(policy, draft.kind, may_approve=may_approve),
            is_late=is_late(draft.content, self._clock.now()),
        )

    def _in_time(self, opened: Opened, *, goes_now: bool) -> Opened:
        if not goes_now:
            if is_late(opened.draft.content, self._clock.now()):
                raise BadInputError(LATE)
            return opened
        content = replace(opened.draft.content, publish_at=None)
        return replace(opened, draft=replace(opened.draft, content=content))

    def _checked(self, opened: Opened) -> None:
        check(opened.draft.content, opened.draft.kind, self._clock.now())
        if opened.draft.kind is DraftKind.MASS and not opened.draft.content.to:
            raise BadInputError("Choose at least one list of people first.")

    def _author_only(self, opened: Opened) -> None:
        if not opened.is_author:
            raise BadInputError("Only its author can do that. You can ask them to change it.")

    def require_second(self, opened: Opened) -> None:
        """BadInputError for its author, DraftMovedError when it no longer waits."""
        if opened.is_author:
            raise BadInputError(OWN_DRAFT)
        if opened.draft.status is not DraftStatus.WAITING:
            raise DraftMovedError

    async def _step(
        self,
        draft: Draft,
        out_of: Collection[DraftStatus],
        to: DraftStatus,
        content: Content,
        decided_by: int | None = None,
    ) -> None:
        sealed = self._seal(draft.id, content)
        is_taken = await self._drafts.move(
            (draft.id, draft.version),
            out_of=out_of,
            to=to,
            at=self._clock.now(),
            sealed_content=sealed,
            decided_by=decided_by,
        )
        if not is_taken:
            raise DraftMovedError

    async def _note(self, opened: Opened, action: str, outcome: str) -> None:
        words = f"{action} {opened.draft.kind}" if action in {"approve", "decline"} else action
        if action == "post":
            words = "post" if opened.draft.kind is DraftKind.POST else "mass message"
        await self._audit.write(opened.grant.actor, opened.draft.creator, words, outcome, self._clock.now())

    def _seal(self, draft_id: str, content: Content) -> str:
        return self._keyring.seal(msgspec.json.encode(content).decode(), identity=f"draft:{draft_id}")

    def _stored(self, draft: Draft) -> StoredDraft:
        return StoredDraft(
            id=draft.id,
            creator=draft.creator,
            author=draft.author,
            kind=draft.kind,
            status=draft.status,
            version=draft.version,
            sealed_content=self._seal(draft.id, draft.content),
            created_at=draft.created_at,
            started_at=None,
            known=None,
        )

    def _clear(self, stored: StoredDraft) -> Draft:
        sealed = self._keyring.open(stored.sealed_content or "", identity=f"draft:{stored.id}")
        return Draft(
            id=stored.id,
            creator=stored.creator,
            author=stored.author,
            kind=stored.kind,
            status=stored.status,
            version=stored.version,
            content=msgspec.json.decode(sealed, type=Content),
            created_at=stored.created_at,
            started_at=stored.started_at,
            known=stored.known,
        )
