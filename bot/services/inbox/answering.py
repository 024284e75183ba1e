"""What answering fans takes, put together."""

from dataclasses import dataclass

from bot.alerts.board import Board
from bot.alerts.handover import Handover
from bot.domain.clock import Clock
from bot.services.access import AccessService
from bot.services.inbox.cards import InboxService
from bot.services.inbox.claims import ClaimsService, HandOverTeller
from bot.services.inbox.conversations import ConversationsService
from bot.services.inbox.desk import DeskService, HeaderDrawer
from bot.services.inbox.desk_facts import DeskFacts
from bot.services.inbox.fan_finding import FanFinder
from bot.services.inbox.redrawing import Redrawing
from bot.services.inbox.replies import RepliesService
from bot.services.inbox.reply_places import ReplyPlacesService
from bot.services.inbox.stuck import StuckReplies, Teller
from bot.services.inbox.unsending import UnsendingService
from bot.services.inbox.waiting import Caller, WaitingService
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
    board: Board,
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
    made = _Making(stores, access, gate, claims, desk, redrawing, keyring, clock)
    return Answering(
        claims=claims,
        conversations=made.conversations(finder),
        desk=desk,
        inbox=made.inbox(board),
        replies=made.replies(),
        reply_places=ReplyPlacesService(stores.reply_places, stores.routes, stores.audit, clock),
        stuck=made.stuck(teller, is_alone=is_alone),
        unsending=made.unsending(),
        waiting=WaitingService(stores.watches, caller, stores.audit, clock),
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """Each from what several of them share."""

    stores: Stores
    access: AccessService
    gate: Gate
    claims: ClaimsService
    desk: DeskService
    redrawing: Redrawing
    keyring: Keyring
    clock: Clock

    def inbox(self, board: Board) -> InboxService:
        return InboxService(
            access=self.access,
            gate=self.gate,
            cards=self.stores.cards,
            replies=self.stores.replies,
            events=self.stores.events,
            outbox=self.stores.outbox,
            board=board,
            keyring=self.keyring,
            clock=self.clock,
        )

    def conversations(self, finder: FanFinder) -> ConversationsService:
        return ConversationsService(
            access=self.access,
            gate=self.gate,
            finder=finder,
            spenders=self.stores.spenders,
            notes=self.stores.notes,
            cards=self.stores.cards,
            keyring=self.keyring,
            clock=self.clock,
        )

    def replies(self) -> RepliesService:
        return RepliesService(
            access=self.access,
            gate=self.gate,
            claims=self.claims,
            desk=self.desk,
            cards=self.stores.cards,
            replies=self.stores.replies,
            audit=self.stores.audit,
            redrawing=self.redrawing,
            keyring=self.keyring,
            clock=self.clock,
        )

    def unsending(self) -> UnsendingService:
        return UnsendingService(
            access=self.access,
            gate=self.gate,
            cards=self.stores.cards,
            replies=self.stores.replies,
            audit=self.stores.audit,
            redrawing=self.redrawing,
            desk=self.desk,
            clock=self.clock,
        )

    def stuck(self, teller: Teller, *, is_alone: bool) -> StuckReplies:
        return StuckReplies(
            replies=self.stores.replies,
            creators=self.stores.creators,
            cards=self.stores.cards,
            gate=self.gate,
            redrawing=self.redrawing,
            teller=teller,
            audit=self.stores.audit,
            keyring=self.keyring,
            clock=self.clock,
            is_alone=is_alone,
        )


def _desk(
    stores: Stores,
    *,
    gate: Gate,
    board: Board,
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
