"""The whole catalogue of what the bot can do."""

from dataclasses import dataclass

from bot.services.access import AccessService
from bot.services.alerts import AlertsService
from bot.services.connections import ConnectionsService
from bot.services.inbox import InboxService
from bot.services.insights import InsightsService
from bot.services.posts import PostsService
from bot.services.preferences import PreferencesService
from bot.services.privacy import PrivacyService
from bot.services.status import StatusService
from bot.services.team import TeamService


@dataclass(frozen=True, slots=True)
class Services:
    """One use-case class per feature; a cog takes the ones it needs."""

    access: AccessService
    alerts: AlertsService
    connections: ConnectionsService
    inbox: InboxService
    insights: InsightsService
    posts: PostsService
    preferences: PreferencesService
    privacy: PrivacyService
    status: StatusService
    team: TeamService
