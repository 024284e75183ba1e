"""Who belongs to which smart list."""

from typing import Literal

from sandbox.fanvue.world.records import Fan

from .operation import Call

SmartListId = Literal[
    "subscribers",
    "auto_renewing",
    "non_renewing",
    "followers",
    "free_trial_subscribers",
    "expired_subscribers",
    "spent_more_than_50",
    "muted",
]
NAMES: dict[SmartListId, str] = {
    "subscribers": "Subscribers",
    "auto_renewing": "Auto-renewing",
    "non_renewing": "Not renewing",
    "followers": "Followers",
    "free_trial_subscribers": "Free trial",
    "expired_subscribers": "Expired subscribers",
    "spent_more_than_50": "Spent more than $50",
    "muted": "Muted",
}
BIG_SPENDER_CENTS = 5000


def members(call: Call, name: SmartListId) -> list[Fan]:
    return [fan for fan in call.desk.fans.values() if is_member(call, name, fan)]


def is_member(call: Call, name: SmartListId, fan: Fan) -> bool:
    status = fan.status(call.now)
    match name:
        case "subscribers":
            return status == "subscriber"
        case "followers":
            return status == "follower"
        case "expired_subscribers":
            return status == "expired"
        case "spent_more_than_50":
            return spent(call, fan) > BIG_SPENDER_CENTS
        case "muted":
            chat = call.desk.chats.get(fan.user.uuid)
            return chat is not None and chat.is_muted
    if status != "subscriber" or fan.subscription is None:
        return False
    if name == "free_trial_subscribers":
        return fan.subscription.is_trial
    return fan.subscription.renews == (name == "auto_renewing")


def spent(call: Call, fan: Fan) -> int:
    """Gross cents over all time."""
    return sum(sale.gross for sale in call.desk.sales.of_fan(fan))
