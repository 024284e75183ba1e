"""Where drafts are shown: written, with their files on the way, and sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.discordkit.attachments import Progress
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.posts import draft_cards as cards
from bot.discordkit.responses.failures import failure_for
from bot.discordkit.responses.outcomes import say
from bot.domain import text
from bot.domain.access import Grant
from bot.domain.errors import BadInputError, DomainError
from bot.domain.posting import FILES, Audience, Content, DraftKind, price_of
from bot.services import Services
from bot.services.posts.drafts import Opened
from bot.services.posts.media import IncomingFile
from bot.services.posts.published import page_of
from bot.services.posts.publishing import Published

PICTURES = 3
FULL = f"A post can have {FILES} files here."


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """A post as somebody typed it."""

    text: str
    audience: Audience
    price: str
    when: str
    expires: str
    files: Sequence[IncomingFile] = ()


class DraftDesk:
    """Draws on the private answer of an interaction that was deferred."""

    def __init__(self, services: Services) -> None:
        self._drafts = services.drafts
        self._mass = services.mass
        self._media = services.media
        self._posts = services.posts
        self._preferences = services.preferences

    async def show(
        self, interaction: discord.Interaction, opened: Opened, problems: Sequence[tuple[str, DomainError]] = ()
    ) -> None:
        """The card, in place of what was shown before."""
        zone = await self._preferences.creator_zone(opened.grant, locale_of(interaction))
        is_post = opened.draft.kind is DraftKind.POST
        labels = await self._posts.labels(opened.grant) if is_post and opened.is_author else []
        people = [] if is_post else await self._mass.lists(opened.grant)
        reach = await self._mass.reach(opened.grant, opened.draft.content, people) if people else None
        embed = cards.draft_embed(opened, zone, labels, people, reach)
        for name, error in problems:
            embed.add_field(name=f"Not attached: {text.plain_name(name)}", value=failure_for(error).text, inline=False)
        ids = [one.uuid for one in opened.draft.content.media[:PICTURES]]
        pictures = await self._media.thumbnails(opened.grant, ids)
        embeds, files = cards.with_thumbnails(embed, pictures, page_of(opened.grant.handle))
        view = cards.draft_view(opened, labels, people)
        await interaction.edit_original_response(content=None, embeds=embeds, attachments=files, view=view)

    async def show_done(
        self, interaction: discord.Interaction, opened: Opened, content: Content, published: Published
    ) -> None:
        """That it is at Fanvue, in place of the card."""
        embed = cards.done_embed(opened, content, published.recipients)
        await say(interaction, embed, cards.done_view(page_of(opened.grant.handle)))

    async def show_question(self, interaction: discord.Interaction, opened: Opened) -> None:
        """The question to the team again: its time has passed meanwhile."""
        embed, view = cards.asking_embed(opened), cards.late_view(opened.draft)
        await interaction.edit_original_response(embed=embed, attachments=[], view=view)

    async def begin(
        self,
        interaction: discord.Interaction,
        grant: Grant,
        content: Content,
        kind: DraftKind,
        files: Sequence[IncomingFile] = (),
    ) -> None:
        """Keep a draft, bring its files to Fanvue, show it."""
        opened = await self._drafts.begin(grant, content, kind, expects_files=bool(files))
        await self.attach(interaction, opened, files)

    async def attach(self, interaction: discord.Interaction, opened: Opened, files: Sequence[IncomingFile]) -> None:
        """Upload what there is room for; the draft has what arrived, the card says what did not."""
        room = FILES - len(opened.draft.content.media)
        progress = Progress(interaction, files)
        ready, problems = await self._media.upload_all(opened.grant, files[:room], progress)
        await progress.end()
        problems += [(file.name, BadInputError(FULL)) for file in files[room:]]
        if ready:
            content = opened.draft.content
            opened = await self._drafts.change(opened, replace(content, media=(*content.media, *ready)))
        await self.show(interaction, opened, problems)

    async def content(self, interaction: discord.Interaction, grant: Grant, written: Written) -> Content:
        """What was typed, its times read in the creator's zone. BadInputError says how to write it."""
        zone = await self._preferences.creator_zone(grant, locale_of(interaction))
        return Content(
            text=written.text.strip(),
            audience=written.audience,
            price=price_of(written.price),
            publish_at=self._posts.instant(written.when, zone),
            expires_at=self._posts.instant(written.expires, zone),
        )
