"""Second-person approval: one person writes, another one decides."""

from contextlib import suppress
from dataclasses import replace

import discord

from bot.discordkit.controls.forms import open_form
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.posts import draft_cards as cards
from bot.discordkit.posts.draft_desk import DraftDesk
from bot.discordkit.posts.questions import Questions
from bot.domain import text
from bot.domain.access import Grant
from bot.domain.errors import DomainError, OutcomeUnknownError
from bot.domain.posting import Policy
from bot.services import Services
from bot.services.posts.published import page_of


class Approvals:
    """Whoever wrote it never decides; of two who decide at once, one does."""

    def __init__(self, services: Services, kit: Kit, desk: DraftDesk) -> None:
        self._access = services.access
        self._service = services.drafts
        self._desk = desk
        self._questions = Questions(services.drafts, kit)
        kit.actions.on_press(cards.YES_VERB, self._approve)
        kit.actions.on_press(cards.YES_NOW_VERB, self._approve_now)
        kit.actions.on_press(cards.SHOW_VERB, self._show)
        kit.actions.on_press(cards.CHANGE_VERB, self._ask_change)
        kit.actions.on_press(cards.NO_VERB, self._ask_decline)
        kit.actions.on_form(cards.CHANGE_VERB, self._change, self._ask_change)
        kit.actions.on_form(cards.NO_VERB, self._decline, self._ask_decline)

    async def set_policy(self, interaction: discord.Interaction, creator: str | None, policy: Policy) -> None:
        """Choose the rule, and say what it means."""
        grant = await deferred(interaction, self._chosen(interaction, creator, policy))
        embed = discord.Embed(
            title=f"Approval · @{text.name(grant.handle)}",
            description=f"{policy.label}. Mass messages always wait for one.",
            colour=Colour.BRAND,
        )
        await interaction.edit_original_response(embed=embed)

    async def _chosen(self, interaction: discord.Interaction, creator: str | None, policy: Policy) -> Grant:
        grant = await self._access.choose_own(actor_of(interaction), creator)
        await self._service.set_policy(grant, policy)
        return grant

    async def _show(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._desk.show(interaction, await self._service.open(actor_of(interaction), key))

    async def _approve(self, interaction: discord.Interaction, key: str, *, goes_now: bool = False) -> None:
        await interaction.response.defer()
        opened = await self._service.seen(actor_of(interaction), key)
        try:
            published = await self._service.approve(opened, goes_now=goes_now)
        except OutcomeUnknownError:
            view = cards.open_view(opened.draft)
            await self._questions.settle(interaction, opened, "Nobody knows yet whether it arrived", view)
            raise
        except DomainError:
            if opened.is_late and not opened.is_author:
                await self._desk.show_question(interaction, opened)
            raise
        content = replace(opened.draft.content, publish_at=None) if goes_now else opened.draft.content
        await self._questions.settle(interaction, opened, "Scheduled ✓" if content.publish_at else "Approved ✓")
        done = cards.done_embed(opened, content, published.recipients)
        with suppress(discord.HTTPException):  # it went out, and where it was asked that is said
            view = cards.done_view(page_of(opened.grant.handle))
            await interaction.followup.send(embed=done, view=view, ephemeral=True)

    async def _approve_now(self, interaction: discord.Interaction, key: str) -> None:
        await self._approve(interaction, key, goes_now=True)

    async def _ask_change(self, interaction: discord.Interaction, key: str) -> None:
        opened = await self._service.seen(actor_of(interaction), key)
        self._service.require_second(opened)
        await open_form(interaction, cards.note_form(opened.draft, cards.CHANGE_VERB))

    async def _ask_decline(self, interaction: discord.Interaction, key: str) -> None:
        opened = await self._service.seen(actor_of(interaction), key)
        self._service.require_second(opened)
        await open_form(interaction, cards.note_form(opened.draft, cards.NO_VERB))

    async def _change(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await self._hand_back(interaction, key, values, is_final=False)

    async def _decline(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await self._hand_back(interaction, key, values, is_final=True)

    async def _hand_back(
        self, interaction: discord.Interaction, key: str, values: dict[str, str], *, is_final: bool
    ) -> None:
        await interaction.response.defer()
        opened = await self._service.seen(actor_of(interaction), key)
        await self._service.hand_back(opened, values.get(cards.NOTE_ID, ""), is_final=is_final)
        view = None if is_final else cards.open_view(opened.draft)
        await self._questions.settle(interaction, opened, "Declined" if is_final else "Change asked for", view)
