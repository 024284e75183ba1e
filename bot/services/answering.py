"""What answering fans takes, put together."""

from dataclasses import dataclass

from bot.alerts.handover import Handover
from bot.domain.clock import Clock
from bot.services.access import AccessService
from bot.services.claims import ClaimsService, HandOverTeller
from bot.services.conversations import ConversationsService
from bot.services.desk import DeskService, HeaderDrawer
from bot.services.desk_facts import DeskFacts
from bot.services.fan_finding import FanFinder
from bot.services.inbox import InboxService
from bot.services.redrawing import Redrawing
from bot.services.replies import CardBoard, RepliesService
from bot.services.reply_places import ReplyPlacesService
from bot.services.stuck import StuckReplies, Teller
from bot.services.unsending import UnsendingService
from bot.services.waiting import Caller, WaitingService
from bot.storage import Stores
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Answering:
    """The use cases around a fan's message."""

    claims: ClaimsService
    conversations: ConversationsService
    desk: DeskService
    inbox: InboxService
    replies: RepliesService
    reply_places: ReplyPlacesService
    stuck: StuckReplies
    unsending: UnsendingService
    waiting: WaitingService


def answering(
    stores: Stores,
    *,
    access: AccessService,
    gate: Gate,
    finder: FanFinder,
    board: CardBoard,
    keyring: Keyring,
    clock: Clock,
    teller: Teller,
    caller: Caller,
    handed: HandOverTeller,
    headers: HeaderDrawer,
    stored: Handover,
    is_alone: bool,
) -> Answering:
    """All of them; ``is_alone`` when no other process can send."""
    desk = _desk(stores, gate=gate, board=board, keyring=keyring, clock=clock, headers=headers, stored=stored)
    redrawing = Redrawing(stores.cards, board, desk)
    claims = ClaimsService(
        access=access,
        claims=stores.claims,
        cards=stores.cards,
        redrawing=redrawing,
        teller=handed,
        audit=stores.audit,
        clock=clock,
    )
    inbox = InboxService(
        access=access,
        gate=gate,
        cards=stores.cards,
        replies=stores.replies,
        events=stores.events,
        outbox=stores.outbox,
        board=board,
        keyring=keyring,
        clock=clock,
    )
    replies = RepliesService(
        access=access,
        gate=gate,
        claims=claims,
        desk=desk,
        cards=stores.cards,
        replies=stores.replies,
        audit=stores.audit,
        redrawing=redrawing,
        keyring=keyring,
        clock=clock,
    )
    unsending = UnsendingService(
        access=access,
        gate=gate,
        cards=stores.cards,
        replies=stores.replies,
        audit=stores.audit,
        redrawing=redrawing,
        desk=desk,
        clock=clock,
    )
    conversations = ConversationsService(
        access=access,
        gate=gate,
        finder=finder,
        spenders=stores.spenders,
        notes=stores.notes,
        keyring=keyring,
        clock=clock,
    )
    places = ReplyPlacesService(stores.reply_places, stores.routes, stores.audit, clock)
    waiting = WaitingService(stores.watches, caller, stores.audit, clock)
    stuck = StuckReplies(
        replies=stores.replies,
        creators=stores.creators,
        cards=stores.cards,
        gate=gate,
        redrawing=redrawing,
        teller=teller,
        audit=stores.audit,
        keyring=keyring,
        clock=clock,
        is_alone=is_alone,
    )
    return Answering(claims, conversations, desk, inbox, replies, places, stuck, unsending, waiting)


def _desk(
    stores: Stores,
    *,
    gate: Gate,
    board: CardBoard,
    keyring: Keyring,
    clock: Clock,
    headers: HeaderDrawer,
    stored: Handover,
) -> DeskService:
    return DeskService(
        posts=stores.desk_posts,
        routes=stores.routes,
        arrivals=stores.arrivals,
        cards=stores.cards,
        claims=stores.claims,
        notes=stores.notes,
        facts=DeskFacts(stores.creators, gate),
        drawer=headers,
        board=board,
        keyring=keyring,
        stored=stored,
        clock=clock,
    )
