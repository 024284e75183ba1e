"""The account behind a token."""

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, Instant, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation

GET_CURRENT_USER = Operation("getCurrentUser", "GET", "/users/me", frozenset({Scope.READ_SELF}))
GET_ACCOUNT = Operation(
    "getAccount",
    "GET",
    "/users/account",
    frozenset({Scope.READ_SELF}),
    twin_id="getCreatorAccount",
    twin_scopes=frozenset({Scope.READ_CREATOR}),
    twin_path="/account",
)


class FanCounts(Shape, frozen=True, kw_only=True):
    """How many people follow and subscribe."""

    followers_count: int = 0
    subscribers_count: int = 0


class CurrentUser(Shape, frozen=True, kw_only=True):
    """The profile; the e-mail address Fanvue sends along is not read."""

    uuid: str
    handle: str = ""
    display_name: str = ""
    is_creator: bool = False
    avatar_url: str | None = None
    created_at: Instant | None = None
    fan_counts: FanCounts | None = None


class AccountEarnings(Shape, frozen=True, kw_only=True):
    """USD cents; ``available_balance`` is what can be paid out."""

    total: Cents = Cents(0)
    available_balance: Cents = Cents(0)
    last_payout_at: Instant | None = None


class AccountFans(Shape, frozen=True, kw_only=True):
    """How many people follow and subscribe."""

    followers: int = 0
    subscribers: int = 0


class AccountState(Shape, frozen=True, kw_only=True):
    """Totals of the account; ``status`` is ``active`` or ``suspended`` as far as known."""

    status: str = ""
    earnings: AccountEarnings = AccountEarnings()
    fans: AccountFans = AccountFans()


class Account(Shape, frozen=True, kw_only=True):
    """The profile with its totals."""

    uuid: str
    handle: str = ""
    display_name: str = ""
    is_creator: bool = False
    avatar_url: str | None = None
    account: AccountState = AccountState()


def current_user() -> Call[CurrentUser]:
    """``getCurrentUser``: who the token belongs to."""
    return GET_CURRENT_USER.call(CurrentUser)


def account(acting_as: ActingAs = OWN) -> Call[Account]:
    """``getAccount``: profile, status, earnings in USD cents, and counts."""
    return GET_ACCOUNT.call(Account, acting_as=acting_as)
