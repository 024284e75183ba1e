"""Users: who the token belongs to, and totals of the account."""

from datetime import timedelta

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world import Desk

from .operation import TWIN_PREFIX, Call, Operation
from .paging import Shown

BALANCE_DAYS = 14


def _profile(call: Call, desk: Desk) -> Shown:
    user = desk.owner
    return {
        "uuid": user.uuid,
        "email": user.email,
        "handle": user.handle,
        "displayName": user.display_name,
        "bio": user.bio,
        "isCreator": user.is_creator,
        "createdAt": stamp(user.registered_at),
        "updatedAt": None,
        "avatarUrl": f"{call.origin}/avatars/{user.uuid}.svg" if user.has_avatar else None,
        "bannerUrl": None,
    }


def get_current_user(call: Call) -> Shown:
    profile = _profile(call, call.desk)
    if call.desk.owner.is_creator:
        profile |= _counts(call)
    return profile


def _counts(call: Call) -> Shown:
    desk = call.desk
    out = [post for post in desk.posts if post.published_at]
    kinds = [item.media_type for item in desk.media if item.status == "ready"]
    statuses = [fan.status(call.now) for fan in desk.fans.values()]
    return {
        "likesCount": sum(len(post.likes) for post in out),
        "fanCounts": {
            "followersCount": statuses.count("follower"),
            "subscribersCount": statuses.count("subscriber"),
        },
        "contentCounts": {
            "imageCount": kinds.count("image"),
            "videoCount": kinds.count("video"),
            "audioCount": kinds.count("audio"),
            "postCount": len(out),
            "payToViewPostCount": sum(1 for post in out if post.price),
        },
    }


def get_account(call: Call) -> Shown:
    desk = call.desk
    gross, _ = desk.sales.total()
    last_payout_at = call.world.began_at - timedelta(days=BALANCE_DAYS)
    _, balance = desk.sales.total(last_payout_at, None)
    statuses = [fan.status(call.now) for fan in desk.fans.values()]
    account = {
        "status": "active",
        "earnings": {
            "total": gross,
            "availableBalance": balance,
            "lastPayoutAt": stamp(last_payout_at) if len(desk.sales) else None,
        },
        "fans": {"followers": statuses.count("follower"), "subscribers": statuses.count("subscriber")},
    }
    return {**_profile(call, desk), "account": account}


OPERATIONS = (
    Operation("getCurrentUser", "GET", "/users/me", ("read:self",), get_current_user),
    Operation("getAccount", "GET", "/users/account", ("read:self",), get_account),
    Operation("getCreatorAccount", "GET", f"{TWIN_PREFIX}/account", ("read:creator",), get_account),
)
