"""Whether an account pays for a listed app."""

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Instant, Shape
from bot.fanvue.wire import Call, Operation

GET_MY_SUBSCRIPTION = Operation(
    "getAppCurrentUserSubscription", "GET", "/apps/{appUuid}/subscription/me", frozenset({Scope.READ_SELF})
)


class Subscription(Shape, frozen=True, kw_only=True):
    """One account's subscription; ``status``: active, pending, cancelled, none."""

    user_uuid: str
    status: str = ""
    has_active_subscription: bool = False
    plan_uuid: str | None = None
    plan_name: str | None = None
    current_period_end: Instant | None = None
    cancel_at_period_end: bool = False


class AppSubscription(Subscription, frozen=True, kw_only=True):
    """The account's own, and those of the creators it manages."""

    app_uuid: str = ""
    managed_creators: tuple[Subscription, ...] = ()


def my_subscription(app: str) -> Call[AppSubscription]:
    """``getAppCurrentUserSubscription``: ServerError when the payment system behind it fails."""
    return GET_MY_SUBSCRIPTION.call(AppSubscription, at={"appUuid": app})
