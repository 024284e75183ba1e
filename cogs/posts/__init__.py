"""/post: write, approve and look after posts."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.attachments import incoming
from bot.discordkit.controls.options import creator_choices
from bot.discordkit.kit import Kit
from bot.discordkit.posts.draft_desk import DraftDesk, Written
from bot.domain.access import Capability
from bot.domain.posting import Audience, Policy, PostView
from bot.services import Services
from cogs.posts.approvals import Approvals
from cogs.posts.drafts import Drafts
from cogs.posts.published import Published
from cogs.posts.vault import Vault

AUDIENCES = [app_commands.Choice(name=audience.label, value=audience.value) for audience in Audience]
POLICIES = [app_commands.Choice(name=policy.label, value=policy.value) for policy in Policy]
VIEWS = [app_commands.Choice(name=view.value.capitalize(), value=view.value) for view in PostView]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Posts(commands.GroupCog, name="post", description="Post on Fanvue"):
    """Posting as a creator; each file beside this one answers for some of it."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        desk = DraftDesk(services)
        self._drafts = Drafts(services, kit, desk)
        self._approvals = Approvals(services, kit, desk)
        Vault(services, kit, desk)
        self._published = Published(services, kit)

    @app_commands.command(name="create")
    @app_commands.describe(
        words="What to post; leave it and the files out to write in a larger box",
        file="A picture, video or sound; more of them below, and on the draft",
        audience="Who sees it",
        price="To unlock the files, in dollars from 3.00",
        when="When to publish, such as: tomorrow 18:00, in 2 hours, 2026-12-24 18:00",
        expires="When it goes away again, such as: in 3 days",
        creator="Who posts",
    )
    @app_commands.choices(audience=AUDIENCES)
    @app_commands.rename(words="text")
    async def create(
        self,
        interaction: discord.Interaction,
        words: app_commands.Range[str, 1, 5000] | None = None,
        file: discord.Attachment | None = None,
        audience: app_commands.Choice[str] | None = None,
        price: str | None = None,
        when: str | None = None,
        expires: str | None = None,
        creator: str | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
        file6: discord.Attachment | None = None,
        file7: discord.Attachment | None = None,
        file8: discord.Attachment | None = None,
        file9: discord.Attachment | None = None,
        file10: discord.Attachment | None = None,
    ) -> None:
        """Write a post with files, price and time; it goes out when you confirm the draft"""
        given = (file, file2, file3, file4, file5, file6, file7, file8, file9, file10)
        chosen = Audience(audience.value) if audience else Audience.SUBSCRIBERS
        files = [incoming(one) for one in given if one is not None]
        written = Written(words or "", chosen, price or "", when or "", expires or "", files)
        await self._drafts.create(interaction, creator, written)

    @app_commands.command(name="drafts")
    @app_commands.describe(creator="Whose drafts")
    async def drafts(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See your drafts, and what waits for you to approve"""
        await self._drafts.show_all(interaction, creator)

    @app_commands.command(name="approval")
    @app_commands.describe(rule="Whose posts wait for a second person", creator="Whose posts")
    @app_commands.choices(rule=POLICIES)
    async def approval(
        self, interaction: discord.Interaction, rule: app_commands.Choice[str], creator: str | None = None
    ) -> None:
        """Choose whether a second person has to approve posts"""
        await self._approvals.set_policy(interaction, creator, Policy(rule.value))

    @app_commands.command(name="list")
    @app_commands.describe(which="Scheduled ones unless you choose", creator="Whose posts")
    @app_commands.choices(which=VIEWS)
    async def listed(
        self,
        interaction: discord.Interaction,
        which: app_commands.Choice[str] | None = None,
        creator: str | None = None,
    ) -> None:
        """See scheduled, published and expired posts; change, pin or delete them, read comments"""
        await self._published.show(interaction, creator, PostView(which.value) if which else PostView.SCHEDULED)

    @create.autocomplete("creator")
    @listed.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.POST)

    @drafts.autocomplete("creator")
    async def _drafting(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.POST, Capability.APPROVE)

    @approval.autocomplete("creator")
    async def _owned(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.MANAGE, is_owner=True)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Posts(services, kit)
