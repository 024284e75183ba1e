"""The lower half of the composition root: stores, keys, Fanvue and Discord joined into services."""

from urllib.parse import urlsplit

from bot.alerts.bell import Bell
from bot.alerts.board import Board
from bot.alerts.handover import Handover
from bot.alerts.mirroring import Mirror
from bot.charts.studio import ChartStudio
from bot.discordkit.alerts.desk_headers import DeskHeaders
from bot.discordkit.alerts.desk_posts import DeskPosts
from bot.discordkit.alerts.heralds import PlaceHerald
from bot.discordkit.alerts.sender import AlertSender
from bot.discordkit.client import DiscordClient
from bot.discordkit.controls.actions import Actions
from bot.discordkit.controls.picking import PICK_VERB, Picker
from bot.discordkit.inbox.telling import HandOverTeller, ReplyTeller, WaitCaller
from bot.discordkit.insights.briefs import BriefMessenger
from bot.discordkit.kit import Kit
from bot.discordkit.membership import RecentMembers
from bot.discordkit.notices import Notices
from bot.discordkit.responses.failures import Failures
from bot.discordkit.responses.patience import Patience
from bot.discordkit.sending.deleting import MessageDeleter
from bot.discordkit.sending.direct import DirectMessages
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.throttle import Throttle
from bot.domain.clock import Clock
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth
from bot.services import Services
from bot.services.access import AccessService
from bot.services.alerts.muting import MutingService
from bot.services.alerts.reopening import ReopeningService
from bot.services.alerts.routes import AlertsService
from bot.services.alerts.spending import SpendingService
from bot.services.authorisation import Authorisation
from bot.services.connections import ConnectionsService
from bot.services.guilds import GuildsService
from bot.services.inbox.answering import Answering, answering
from bot.services.inbox.fan_finding import FanFinder
from bot.services.inbox.fan_lists import FanListsService
from bot.services.insights.audience import AudienceService
from bot.services.insights.brief_rounds import BriefRounds
from bot.services.insights.briefs import BriefsService
from bot.services.insights.earnings import InsightsService
from bot.services.insights.finished import FinishedMonths
from bot.services.insights.goals import GoalsService
from bot.services.insights.sales import SalesService
from bot.services.insights.side_by_side import SideBySideService
from bot.services.insights.spreadsheets import SpreadsheetsService
from bot.services.managed import ManagedCreatorsService
from bot.services.posts.drafts import DraftsService
from bot.services.posts.mass import MassService
from bot.services.posts.media import MediaService
from bot.services.posts.published import PostsService
from bot.services.posts.publishing import Publisher
from bot.services.preferences import PreferencesService
from bot.services.privacy import PrivacyService
from bot.services.scoreboard import ScoreboardService
from bot.services.status import StatusService
from bot.services.team import TeamService
from bot.settings import Settings, is_loopback
from bot.storage import Stores
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring
from bot.vault.ledger import Ledger
from bot.vault.obituaries import Obituaries
from bot.vault.revoking import Revoker
from bot.vault.sign_ins import SignInNotices
from bot.vault.tokens import TokenKeeper
from bot.web.health import Readiness


class Catalogue:
    """Makes what stands below the services once, then every service."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        keyring: Keyring,
        stores: Stores,
        fanvue: FanvueClient,
        studio: ChartStudio,
        client: DiscordClient,
        patience: Patience,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.keyring = keyring
        self.stores = stores
        self.fanvue = fanvue
        self.studio = studio
        picker, throttle = Picker(), Throttle()
        failures = Failures(picker, client.owed)
        self.pacer = pacer = Pacer(clock)
        self.kit = Kit(Actions(failures, throttle), failures, pacer, patience, client.owed)
        self.kit.actions.on_pick(PICK_VERB, picker.pick)
        self.client = client
        self.client.equip(failures, self.kit.actions, throttle)
        self.direct = direct = DirectMessages(self.client, stores.dms, pacer, clock)
        self.deleter = MessageDeleter(self.client, pacer)
        self.members = RecentMembers(self.client, pacer, clock)
        self.sender = AlertSender(self.client, direct, DeskPosts(self.client, stores.desk_posts, pacer, clock), pacer)
        self.herald = PlaceHerald(self.client, direct, pacer)
        self.mirror = Mirror(stores.desk_posts, stores.replies, clock)
        self.board = Board(
            stores.outbox, stores.cards, self.sender, self.mirror, keyring, claims=stores.claims, clock=clock
        )
        self.notices = Notices(self.client, direct, client.owed)
        self.messenger = BriefMessenger(self.client, direct, pacer)
        self.revoker = Revoker(keyring, self.oauth(), stores.revocations, clock)
        self.tokens = TokenKeeper(keyring, self.oauth(), stores.connections, stores.leases, clock, self.revoker)
        self.obituaries = Obituaries(stores.notices, stores.connections, self.notices.grant_died, clock)
        self.tokens.on_dead_grant(self.obituaries.tell)
        told = (self.notices.sign_in_refused, self.notices.sign_in_accepted)
        self.sign_ins = SignInNotices(stores.sign_ins, *told, clock)
        self.ledger = Ledger(stores.uses, stores.audit, clock)
        self.gate = Gate(fanvue, self.tokens, clock, self.ledger.note)
        self.stored, self.due, self.unwanted = Handover(), Bell(), Bell()
        self.readiness = Readiness()
        self.readiness.require("database", stores.is_reachable)

    def services(self) -> Services:
        """The use cases."""
        stores, clock = self.stores, self.clock
        gate = self.gate
        managed = ManagedCreatorsService(stores.creators, gate, clock)
        access = self.access(managed)
        finder = FanFinder(gate, clock)
        connections, answers = self.connections(managed), self.answering(access, finder)
        finished = FinishedMonths(gate, stores.finished, self.keyring, clock)
        insights = InsightsService(gate, finished, self.studio, clock)
        audience = AudienceService(gate, finished, self.studio, finder, clock)
        goals = GoalsService(insights, stores.creators, self.studio)
        posts = PostsService(gate, stores.audit, self.studio, clock)
        preferences = PreferencesService(stores.preferences, stores.creators)
        team = TeamService(stores.rights, stores.shifts, stores.default_creators, stores.audit, clock)
        return Services(
            access=access,
            alerts=self.alerts(),
            audience=audience,
            briefs=BriefsService(
                access, insights, audience, goals, answers.conversations, posts, briefs=stores.briefs, clock=clock
            ),
            claims=answers.claims,
            connections=connections,
            conversations=answers.conversations,
            desk=answers.desk,
            drafts=self.drafts(access),
            fan_lists=FanListsService(gate, stores.audit, clock),
            goals=goals,
            guilds=GuildsService(stores.departures, clock),
            inbox=answers.inbox,
            insights=insights,
            managed=managed,
            mass=MassService(gate, stores.audit, clock),
            media=MediaService(gate, self.fanvue.connections, allows_loopback=self.is_sandbox),
            muting=self.muting(access),
            posts=posts,
            preferences=preferences,
            privacy=PrivacyService(
                stores=stores, connections=connections, recorder=self.ledger, clock=clock, wake=self.wake
            ),
            replies=answers.replies,
            reply_places=answers.reply_places,
            sales=SalesService(gate, insights, clock),
            reopening=self.reopening(access),
            scoreboard=ScoreboardService(access, insights, team, preferences, scores=stores.scores, clock=clock),
            side_by_side=SideBySideService(access, insights, answers.conversations, preferences, self.studio, clock),
            spreadsheets=SpreadsheetsService(insights, clock),
            spending=SpendingService(
                creators=stores.creators, routes=stores.routes, spenders=stores.spenders, gate=gate, clock=clock
            ),
            stuck=answers.stuck,
            status=self.status(access),
            team=team,
            unsending=answers.unsending,
            waiting=answers.waiting,
        )

    def status(self, access: AccessService) -> StatusService:
        """What works and what does not."""
        stores = self.stores
        return StatusService(
            access=access,
            gate=self.gate,
            events=stores.events,
            cursors=stores.cursors,
            outbox=stores.outbox,
            routes=stores.routes,
            dms=stores.dms,
            subscribers=stores.subscribers,
            clock=self.clock,
        )

    def brief_rounds(self, services: Services) -> BriefRounds:
        """What sends summaries when they are due."""
        return BriefRounds(
            access=services.access,
            briefs=services.briefs,
            preferences=services.preferences,
            store=self.stores.briefs,
            messenger=self.messenger,
            clock=self.clock,
        )

    def access(self, managed: ManagedCreatorsService) -> AccessService:
        """Who may do what."""
        stores = self.stores
        return AccessService(
            creators=stores.creators,
            rights=stores.rights,
            shifts=stores.shifts,
            defaults=stores.default_creators,
            memberships=self.members,
            managed=managed,
            audit=stores.audit,
            clock=self.clock,
        )

    def alerts(self) -> AlertsService:
        """Rules."""
        stores = self.stores
        return AlertsService(
            routes=stores.routes,
            spenders=stores.spenders,
            events=stores.events,
            outbox=stores.outbox,
            audit=stores.audit,
            keyring=self.keyring,
            stored=self.stored,
            clock=self.clock,
        )

    def muting(self, access: AccessService) -> MutingService:
        """Why a card came, and mutes."""
        stores = self.stores
        return MutingService(
            access=access,
            mutes=stores.mutes,
            outbox=stores.outbox,
            events=stores.events,
            routes=stores.routes,
            audit=stores.audit,
            keyring=self.keyring,
            clock=self.clock,
        )

    def reopening(self, access: AccessService) -> ReopeningService:
        """Mending places that refused cards."""
        stores = self.stores
        return ReopeningService(
            access=access,
            alerts=self.alerts(),
            routes=stores.routes,
            refusals=stores.refusals,
            departures=stores.departures,
            outbox=stores.outbox,
            due=self.due,
            clock=self.clock,
        )

    def wake(self) -> None:
        """Have the parts look that wait for what people change: events to route, cards to delete."""
        self.stored.lose()
        self.stored.ring()
        self.unwanted.ring()

    def oauth(self) -> FanvueOAuth:
        """The authorisation server, as the operator's app."""
        settings = self.settings
        return FanvueOAuth(
            settings.fanvue_auth_url,
            client_id=settings.fanvue_client_id,
            client_secret=settings.fanvue_client_secret.get_secret_value(),
            redirect_uri=settings.redirect_uri,
            clock=self.clock,
            connections=self.fanvue.connections,
        )

    def connections(self, managed: ManagedCreatorsService) -> ConnectionsService:
        """The connect flow."""
        oauth = self.oauth()
        return ConnectionsService(
            public_url=self.settings.public_url,
            keyring=self.keyring,
            oauth=oauth,
            authorisation=Authorisation(oauth, self.fanvue, self.revoker),
            revoker=self.revoker,
            connections=self.stores.connections,
            links=self.stores.links,
            audit=self.stores.audit,
            notices=self.notices,
            managed=managed,
            clock=self.clock,
        )

    def answering(self, access: AccessService, finder: FanFinder) -> Answering:
        """Answering fans."""
        return answering(
            self.stores,
            access=access,
            gate=self.gate,
            finder=finder,
            board=self.board,
            keyring=self.keyring,
            clock=self.clock,
            teller=ReplyTeller(self.client, self.direct, self.pacer),
            caller=WaitCaller(self.client, self.pacer),
            handed=HandOverTeller(self.client, self.pacer, self.client.owed),
            headers=DeskHeaders(self.client, self.pacer),
            stored=self.stored,
            is_alone=self.settings.is_sqlite,
        )

    @property
    def is_sandbox(self) -> bool:
        """Whether Fanvue is on this machine: then its addresses may be, too."""
        return is_loopback(urlsplit(self.settings.fanvue_api_url).hostname)

    def drafts(self, access: AccessService) -> DraftsService:
        """Writing, approving, sending."""
        stores = self.stores
        return DraftsService(
            access=access,
            publisher=Publisher(self.gate, stores.drafts, self.clock),
            drafts=stores.drafts,
            audit=stores.audit,
            keyring=self.keyring,
            clock=self.clock,
        )
