"""Across all creators of an agency; Fanvue allows this to agency admins alone."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.scopes import Scope
from bot.fanvue.chats import Chat
from bot.fanvue.shapes import Cents, FanUser, Instant, Page, Shape
from bot.fanvue.wire import Call, Operation, QueryValue, comma

AGENCY = frozenset({Scope.READ_AGENCY})
AGENCY_CREATORS = AGENCY | {Scope.READ_CREATOR}

LIST_CHATS = Operation("listAgencyChats", "GET", "/agencies/chats", AGENCY | {Scope.READ_CHAT})
LIST_EARNINGS = Operation("listAgencyEarningsByDay", "GET", "/agencies/earnings", AGENCY_CREATORS)
LIST_SUBSCRIBERS = Operation("listAgencySubscribers", "GET", "/agencies/subscribers", AGENCY_CREATORS)
LIST_HISTORY = Operation("listAgencySubscribersHistory", "GET", "/agencies/subscribers-history", AGENCY_CREATORS)
GET_LEADERBOARD = Operation("getChatterLeaderboard", "GET", "/agencies/insights/chatter-leaderboard", AGENCY)
LIST_TEAM = Operation("listTeamMembers", "GET", "/agencies/team-members", AGENCY)


class AgencyChat(Chat, frozen=True, kw_only=True):
    """A chat of one of the creators."""

    creator_uuid: str

    @property
    def identity(self) -> str | None:
        """Creator and fan together."""
        return f"{self.creator_uuid}:{self.user.uuid}"


class CreatorDay(Shape, frozen=True, kw_only=True):
    """A creator's UTC day, ``YYYY-MM-DD``; minor units of ``currency``, not always USD."""

    creator_uuid: str
    date: str
    gross: Cents = Cents(0)
    net: Cents = Cents(0)
    currency: str | None = None

    @property
    def identity(self) -> str | None:
        """Creator, day and currency together."""
        return f"{self.creator_uuid}:{self.date}:{self.currency}"


class AgencySubscriber(FanUser, frozen=True, kw_only=True):
    """A subscriber of one of the creators."""

    creator_uuid: str
    subscribed_at: Instant | None = None
    expires_at: Instant | None = None

    @property
    def identity(self) -> str | None:
        """Creator and fan together."""
        return f"{self.creator_uuid}:{self.uuid}"


class CreatorSubscriberDay(Shape, frozen=True, kw_only=True):
    """How a creator's audience moved on a day; ``total`` is the running net change."""

    creator_uuid: str
    date: str
    new_subscribers_count: int = 0
    cancelled_subscribers_count: int = 0
    total: int = 0

    @property
    def identity(self) -> str | None:
        """Creator and day together."""
        return f"{self.creator_uuid}:{self.date}"


class Chatter(Shape, frozen=True, kw_only=True):
    """What a team member's chats brought; money in cents, ``eph`` is cents per active hour."""

    chatter_uuid: str
    chatter_name: str = ""
    avatar_url: str | None = None
    messages: int = 0
    ppvs_sent: int = 0
    ppvs_unlocked: int = 0
    revenue: Cents = Cents(0)
    golden_ratio: float = 0
    unlock_ratio: float = 0
    active_hours: float = 0
    eph: Cents = Cents(0)
    avg_response_ms: float | None = None


class Leaderboard(Shape, frozen=True, kw_only=True):
    """Best first."""

    data: tuple[Chatter, ...]


class CreatorAccess(Shape, frozen=True, kw_only=True):
    """What a member may do with a creator: ADMIN or CHATTER as far as known."""

    uuid: str
    role: str = ""


class TeamMember(Shape, frozen=True, kw_only=True):
    """Somebody of the team; the e-mail address Fanvue sends along is not read."""

    uuid: str
    display_name: str = ""
    nickname: str | None = None
    is_admin: bool = False
    creator_access: tuple[CreatorAccess, ...] = ()


def list_chats(*, size: int = 50) -> Call[Page[AgencyChat]]:
    """``listAgencyChats``: of all creators; ``size`` 1-50."""
    return LIST_CHATS.call(Page[AgencyChat], query={"size": size})


def list_earnings(
    start: datetime, end: datetime, *, creators: Sequence[str] = (), size: int = 50
) -> Call[Page[CreatorDay]]:
    """``listAgencyEarningsByDay``: by UTC day, ``end`` exclusive; of all creators or up to 50 of them."""
    return LIST_EARNINGS.call(Page[CreatorDay], query=_range(start, end, creators, size))


def list_subscribers(*, creators: Sequence[str] = (), size: int = 50) -> Call[Page[AgencySubscriber]]:
    """``listAgencySubscribers``: of all creators or up to 50 of them; ``size`` 1-50."""
    query: dict[str, QueryValue] = {"size": size, "creatorUuids": comma(creators)}
    return LIST_SUBSCRIBERS.call(Page[AgencySubscriber], query=query)


def list_subscriber_days(
    start: datetime, end: datetime, *, creators: Sequence[str] = (), size: int = 50
) -> Call[Page[CreatorSubscriberDay]]:
    """``listAgencySubscribersHistory``: gains and losses by day, ``end`` exclusive."""
    return LIST_HISTORY.call(Page[CreatorSubscriberDay], query=_range(start, end, creators, size))


def leaderboard(
    *, start: datetime | None = None, end: datetime | None = None, chatters: Sequence[str] = ()
) -> Call[Leaderboard]:
    """``getChatterLeaderboard``: by day's totals; of all or up to 100 chatters."""
    query: dict[str, QueryValue] = {"startDate": start, "endDate": end, "chatterUuids": comma(chatters)}
    return GET_LEADERBOARD.call(Leaderboard, query=query)


def team_members() -> Call[list[TeamMember]]:
    """``listTeamMembers``: all of them at once."""
    return LIST_TEAM.call(list[TeamMember])


def _range(start: datetime, end: datetime, creators: Sequence[str], size: int) -> dict[str, QueryValue]:
    return {"startDate": start, "endDate": end, "creatorUuids": comma(creators), "size": size}
