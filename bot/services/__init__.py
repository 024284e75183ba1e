"""The whole catalogue of what the bot can do."""

from dataclasses import dataclass

from bot.services.access import AccessService
from bot.services.alerts.muting import MutingService
from bot.services.alerts.reopening import ReopeningService
from bot.services.alerts.routes import AlertsService
from bot.services.alerts.spending import SpendingService
from bot.services.connections import ConnectionsService
from bot.services.guilds import GuildsService
from bot.services.inbox.cards import InboxService
from bot.services.inbox.claims import ClaimsService
from bot.services.inbox.conversations import ConversationsService
from bot.services.inbox.desk import DeskService
from bot.services.inbox.fan_lists import FanListsService
from bot.services.inbox.replies import RepliesService
from bot.services.inbox.reply_places import ReplyPlacesService
from bot.services.inbox.stuck import StuckReplies
from bot.services.inbox.unsending import UnsendingService
from bot.services.inbox.waiting import WaitingService
from bot.services.insights.audience import AudienceService
from bot.services.insights.briefs import BriefsService
from bot.services.insights.earnings import InsightsService
from bot.services.insights.goals import GoalsService
from bot.services.insights.sales import SalesService
from bot.services.insights.side_by_side import SideBySideService
from bot.services.insights.spreadsheets import SpreadsheetsService
from bot.services.managed import ManagedCreatorsService
from bot.services.posts.drafts import DraftsService
from bot.services.posts.mass import MassService
from bot.services.posts.media import MediaService
from bot.services.posts.published import PostsService
from bot.services.preferences import PreferencesService
from bot.services.privacy import PrivacyService
from bot.services.scoreboard import ScoreboardService
from bot.services.status import StatusService
from bot.services.team import TeamService


@dataclass(frozen=True, slots=True)
class Services:
    """One use-case class per feature; a cog takes the ones it needs."""

    access: AccessService
    alerts: AlertsService
    audience: AudienceService
    briefs: BriefsService
    claims: ClaimsService
    connections: ConnectionsService
    conversations: ConversationsService
    desk: DeskService
    drafts: DraftsService
    fan_lists: FanListsService
    goals: GoalsService
    guilds: GuildsService
    inbox: InboxService
    insights: InsightsService
    managed: ManagedCreatorsService
    mass: MassService
    media: MediaService
    muting: MutingService
    posts: PostsService
    preferences: PreferencesService
    privacy: PrivacyService
    reopening: ReopeningService
    replies: RepliesService
    reply_places: ReplyPlacesService
    sales: SalesService
    scoreboard: ScoreboardService
    side_by_side: SideBySideService
    spreadsheets: SpreadsheetsService
    spending: SpendingService
    stuck: StuckReplies
    status: StatusService
    team: TeamService
    unsending: UnsendingService
    waiting: WaitingService
