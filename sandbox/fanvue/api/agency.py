"""Agencies: the creators they manage and the streams across them."""

from collections import defaultdict
from datetime import date
from random import Random
from typing import Annotated

from pydantic import Field

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world import Desk, User

from .fan_insights import subscriber_days
from .operation import Call, Operation
from .paging import Shown
from .reading import Commas, Instant, Paged, Span, Uuid
from .shapes import chat_row, fan_user, plain_user


class CreatorsAsked(Paged):
    creator_uuids: Annotated[list[Uuid], Commas, Field(max_length=50)] = Field(default_factory=list)


class CreatorDaysAsked(CreatorsAsked):
    start_date: Instant
    end_date: Instant


class LeaderboardAsked(Span):
    chatter_uuids: str = ""


def list_creators(call: Call) -> Shown:
    creators = call.world.managed_creators(call.actor)
    return call.list(creators, lambda creator: {**plain_user(call, creator), "role": "ADMIN"})


def _desks(call: Call) -> list[Desk]:
    wanted = set(getattr(call.query, "creator_uuids", ()))
    creators: list[User] = call.world.managed_creators(call.actor)
    return [call.world.desk(creator) for creator in creators if not wanted or creator.uuid in wanted]


def list_agency_chats(call: Call) -> Shown:
    pairs = [(desk, chat) for desk in _desks(call) for chat in desk.chats.values() if not chat.is_archived]
    pairs.sort(key=lambda pair: pair[1].messages[-1].sent_at if pair[1].messages else pair[1].created_at, reverse=True)
    return call.list(pairs, lambda pair: {"creatorUuid": pair[0].owner.uuid, **chat_row(call, pair[1], pair[0].owner)})


def list_agency_earnings(call: Call) -> Shown:
    """Newest day first; one row for each creator, UTC day and currency."""
    rows: list[Shown] = []
    for desk in _desks(call):
        days: defaultdict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
        for sale in desk.sales.between(call.query.start_date, call.query.end_date):
            sums = days[sale.at.date(), sale.currency]
            sums[0] += sale.gross
            sums[1] += sale.net
        rows += [
            {
                "creatorUuid": desk.owner.uuid,
                "date": day.isoformat(),
                "gross": sums[0],
                "net": sums[1],
                "currency": name,
            }
            for (day, name), sums in days.items()
        ]
    rows.sort(key=lambda row: (str(row["date"]), str(row["creatorUuid"]), str(row["currency"])), reverse=True)
    return call.list(rows, lambda row: row)


def list_agency_subscribers(call: Call) -> Shown:
    rows = [
        {
            "creatorUuid": desk.owner.uuid,
            **fan_user(call, fan),
            "subscribedAt": stamp(fan.subscription.first_at),
            "expiresAt": stamp(fan.subscription.period_end),
        }
        for desk in _desks(call)
        for fan in desk.subscribers(call.now)
        if fan.subscription is not None
    ]
    rows.sort(key=lambda row: str(row["subscribedAt"]), reverse=True)
    return call.list(rows, lambda row: row)


def list_agency_subscribers_history(call: Call) -> Shown:
    start, end = call.query.start_date.date(), call.query.end_date.date()
    rows = [
        {"creatorUuid": desk.owner.uuid, **day}
        for desk in _desks(call)
        for day in subscriber_days(desk.subscriber_events, start, end)
    ]
    rows.sort(key=lambda row: (str(row["date"]), str(row["creatorUuid"])), reverse=True)
    return call.list(rows, lambda row: row)


def get_chatter_leaderboard(call: Call) -> Shown:
    wanted = {uuid for uuid in call.query.chatter_uuids.split(",") if uuid}
    rows = [_chatter(call, chatter) for chatter in call.world.chatters if not wanted or chatter.uuid in wanted]
    return {"data": sorted(rows, key=lambda row: str(row["chatterName"]))}


def _chatter(call: Call, chatter: User) -> Shown:
    start, end = call.query.start_date, call.query.end_date
    messages = sum(
        1
        for desk in _desks(call)
        for chat in desk.chats.values()
        for row in chat.messages
        if row.sent_by == chatter.uuid
        and (start is None or row.sent_at >= start)
        and (end is None or row.sent_at < end)
    )
    draw = Random(chatter.uuid)
    sent = messages // 6
    unlocked = int(sent * draw.uniform(0.2, 0.5))
    hours = round(messages / draw.uniform(14, 22), 2)
    revenue = unlocked * 1499
    return {
        "chatterUuid": chatter.uuid,
        "chatterName": chatter.display_name,
        "avatarUrl": None,
        "messages": messages,
        "ppvsSent": sent,
        "ppvsUnlocked": unlocked,
        "revenue": revenue,
        "goldenRatio": round(sent / messages, 4) if messages else 0,
        "unlockRatio": round(unlocked / sent, 4) if sent else 0,
        "activeHours": hours,
        "eph": round(revenue / hours) if hours else 0,
        "avgResponseMs": draw.randrange(60_000, 900_000) if messages else None,
    }


def list_team_members(call: Call) -> list[Shown]:
    creators = call.world.managed_creators(call.actor)
    rows = [(call.world.agency, True, "ADMIN"), *((chatter, False, "CHATTER") for chatter in call.world.chatters)]
    return [
        {
            "uuid": member.uuid,
            "email": member.email,
            "displayName": member.display_name,
            "nickname": None,
            "isAdmin": is_admin,
            "creatorAccess": [{"uuid": creator.uuid, "role": role} for creator in creators],
        }
        for member, is_admin, role in rows
    ]


def get_app_subscription(call: Call) -> Shown:
    """Sandbox apps are free: nobody has a subscription."""
    nothing = {
        "status": "none",
        "hasActiveSubscription": False,
        "planUuid": None,
        "planName": None,
        "currentPeriodEnd": None,
        "cancelAtPeriodEnd": False,
    }
    managed = [{"userUuid": creator.uuid, **nothing} for creator in call.world.managed_creators(call.actor)]
    return {"appUuid": call.path["appUuid"], "userUuid": call.actor.uuid, **nothing, "managedCreators": managed}


BOTH = ("read:agency", "read:creator")
OPERATIONS = (
    Operation("listCreators", "GET", "/creators", ("read:creator",), list_creators, query=Paged),
    Operation(
        "listAgencyChats",
        "GET",
        "/agencies/chats",
        ("read:agency", "read:chat"),
        list_agency_chats,
        query=Paged,
        is_for_agency=True,
    ),
    Operation(
        "listAgencyEarningsByDay",
        "GET",
        "/agencies/earnings",
        BOTH,
        list_agency_earnings,
        query=CreatorDaysAsked,
        is_for_agency=True,
    ),
    Operation(
        "listAgencySubscribers",
        "GET",
        "/agencies/subscribers",
        BOTH,
        list_agency_subscribers,
        query=CreatorsAsked,
        is_for_agency=True,
    ),
    Operation(
        "listAgencySubscribersHistory",
        "GET",
        "/agencies/subscribers-history",
        BOTH,
        list_agency_subscribers_history,
        query=CreatorDaysAsked,
        is_for_agency=True,
    ),
    Operation(
        "getChatterLeaderboard",
        "GET",
        "/agencies/insights/chatter-leaderboard",
        ("read:agency",),
        get_chatter_leaderboard,
        query=LeaderboardAsked,
        is_for_agency=True,
    ),
    Operation(
        "listTeamMembers",
        "GET",
        "/agencies/team-members",
        ("read:agency",),
        list_team_members,
        is_for_agency=True,
    ),
    Operation(
        "getAppCurrentUserSubscription", "GET", "/apps/{appUuid}/subscription/me", ("read:self",), get_app_subscription
    ),
)
