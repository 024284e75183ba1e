"""The people of the sandbox and what they own: made from a seed, ending at the present minute."""

from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from sandbox.fanvue.instants import Clock

from .desk import Desk, open_desk
from .mould import Mould
from .names import AGENCY, AGENCY_CREATORS, CHATTERS, CREATORS, FANS, ONLOOKER
from .records import Fan, User, drawn_uuid

__all__ = ["Desk", "Fan", "User", "World"]

MOULDS = 8
"""Those of all creators in this minute and the one before."""


class World:
    """Accounts and desks. A desk is made when it is first asked for, so that starting costs nothing."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._seed = seed
        self._clock = clock
        draw = Random(seed)
        self.began_at = clock().replace(second=0, microsecond=0)
        self._plans = {plan.handle: plan for plan in CREATORS}
        self.fan_users = [self._person(draw, handle, name) for handle, name in FANS]
        self.chatters = [self._person(draw, handle, name) for handle, name in CHATTERS]
        self.creators = [self._person(draw, plan.handle, plan.display_name, plan.bio) for plan in CREATORS]
        for creator in self.creators:
            creator.is_creator = True
        self.agency = self._person(draw, *AGENCY)
        self._managed = set(AGENCY_CREATORS)
        self.onlooker = self._person(draw, *ONLOOKER)
        self._desks: dict[str, Desk] = {}

    def now(self) -> datetime:
        return self._clock()

    @property
    def accounts(self) -> list[User]:
        """Those who can log in on the authorize page."""
        return [*self.creators, self.agency, self.onlooker]

    def account(self, handle: str) -> User:
        """Raises LookupError for an unknown handle."""
        for user in self.accounts:
            if user.handle == handle:
                return user
        raise LookupError(f"No sandbox account is called {handle!r}.")

    def account_by_uuid(self, uuid: str) -> User | None:
        return next((user for user in self.accounts if user.uuid == uuid), None)

    def managed_creators(self, account: User) -> list[User]:
        """The creators an agency looks after; none for anybody else."""
        if account is not self.agency:
            return []
        return [creator for creator in self.creators if creator.handle in self._managed]

    def desk(self, account: User) -> Desk:
        if account.uuid not in self._desks:
            self._desks[account.uuid] = (
                mould_of(account.handle, self._seed, self.began_at).cast(self._users())
                if account.handle in self._plans
                else Desk(account)
            )
        return self._desks[account.uuid]

    def renew(self, account: User) -> Desk:
        """Their desk as it was at the start, whatever became of it."""
        self._desks.pop(account.uuid, None)
        return self.desk(account)

    def open_desk(self, handle: str) -> Desk:
        """A creator's desk with its two years, made anew."""
        chatters = [chatter.uuid for chatter in self.chatters] if handle in AGENCY_CREATORS else []
        plan = self._plans[handle]
        return open_desk(self.account(handle), plan, self.fan_users, chatters, self._seed, self.began_at)

    def fan(self, creator: str, fan: str) -> tuple[Desk, Fan]:
        """A creator's desk and one of the creator's fans, by handle; raises LookupError."""
        desk = self.desk(self.account(creator))
        found = desk.fan_by_handle(fan)
        if found is None:
            raise LookupError(f"{creator} has no fan called {fan!r}.")
        return desk, found

    def add_creator(self, handle: str, display_name: str | None = None, *, is_managed: bool = False) -> User:
        """One more creator with an empty desk, looked after by the agency or on their own; the same handle is kept."""
        found = next((user for user in self.creators if user.handle == handle), None)
        if found is None:
            found = self._person(Random(f"{self._seed}:{handle}"), handle, display_name or handle)
            found.is_creator = True
            self.creators.append(found)
        if is_managed:
            self._managed.add(handle)
        return found

    def add_fan(self, creator: str, handle: str, display_name: str | None = None) -> Fan:
        """A new follower of a creator, for whoever needs more people than there are."""
        desk = self.desk(self.account(creator))
        found = desk.fan_by_handle(handle)
        if found is not None:
            return found
        now = self._clock()
        user = next((user for user in self.fan_users if user.handle == handle), None)
        if user is None:
            user = self._person(Random(f"{self._seed}:{handle}"), handle, display_name or handle)
            user.registered_at = now
            self.fan_users.append(user)
        fan = Fan(user, joined_at=now, weight=0.1, last_seen_at=now)
        desk.fans[user.uuid] = fan
        return fan

    def _users(self) -> dict[str, User]:
        return {user.uuid: user for user in (*self.fan_users, *self.creators)}

    def _person(self, draw: Random, handle: str, name: str, bio: str = "") -> User:
        registered_at = self.began_at - timedelta(days=draw.randrange(760, 1400), minutes=draw.randrange(1440))
        return User(drawn_uuid(draw), handle, name, registered_at, bio=bio, has_avatar=draw.random() < 0.8)


@lru_cache(maxsize=MOULDS)
def mould_of(handle: str, seed: int, began_at: datetime) -> Mould:
    """What the desks of a creator are copies of; to make one takes ten times as long as to copy it."""
    return Mould(World(seed, lambda: began_at).open_desk(handle))
