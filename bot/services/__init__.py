"""The whole catalogue of what the bot can do."""

from dataclasses import dataclass

from bot.services.access import AccessService
from bot.services.alerts import AlertsService
from bot.services.audience import AudienceService
from bot.services.briefs import BriefsService
from bot.services.claims import ClaimsService
from bot.services.connections import ConnectionsService
from bot.services.conversations import ConversationsService
from bot.services.desk import DeskService
from bot.services.drafts import DraftsService
from bot.services.fan_lists import FanListsService
from bot.services.goals import GoalsService
from bot.services.guilds import GuildsService
from bot.services.inbox import InboxService
from bot.services.insights import InsightsService
from bot.services.managed import ManagedCreatorsService
from bot.services.mass import MassService
from bot.services.media import MediaService
from bot.services.muting import MutingService
from bot.services.posts import PostsService
from bot.services.preferences import PreferencesService
from bot.services.privacy import PrivacyService
from bot.services.reopening import ReopeningService
from bot.services.replies import RepliesService
from bot.services.reply_places import ReplyPlacesService
from bot.services.sales import SalesService
from bot.services.scoreboard import ScoreboardService
from bot.services.side_by_side import SideBySideService
from bot.services.spending import SpendingService
from bot.services.spreadsheets import SpreadsheetsService
from bot.services.status import StatusService
from bot.services.stuck import StuckReplies
from bot.services.team import TeamService
from bot.services.unsending import UnsendingService
from bot.services.waiting import WaitingService


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
