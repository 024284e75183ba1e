"""The whole catalogue of what the bot can do."""

from dataclasses import dataclass

from bot.services.access import AccessService
from bot.services.alerts import AlertsService
from bot.services.audience import AudienceService
from bot.services.connections import ConnectionsService
from bot.services.guilds import GuildsService
from bot.services.inbox import InboxService
from bot.services.insights import InsightsService
from bot.services.managed import ManagedCreatorsService
from bot.services.muting import MutingService
from bot.services.posts import PostsService
from bot.services.preferences import PreferencesService
from bot.services.privacy import PrivacyService
from bot.services.reopening import ReopeningService
from bot.services.sales import SalesService
from bot.services.spending import SpendingService
from bot.services.spreadsheets import SpreadsheetsService
from bot.services.status import StatusService
from bot.services.team import TeamService


@dataclass(frozen=True, slots=True)
class Services:
    """One use-case class per feature; a cog takes the ones it needs."""

    access: AccessService
    alerts: AlertsService
    audience: AudienceService
    connections: ConnectionsService
    guilds: GuildsService
    inbox: InboxService
    insights: InsightsService
    managed: ManagedCreatorsService
    muting: MutingService
    posts: PostsService
    preferences: PreferencesService
    privacy: PrivacyService
    reopening: ReopeningService
    sales: SalesService
    spreadsheets: SpreadsheetsService
    spending: SpendingService
    status: StatusService
    team: TeamService
