"""Answering a fan from the box: on a card, in a conversation, from a template, and with what was not sent at first."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

import discord

from bot.discordkit.alerts.cards import REPLY_VERB
from bot.discordkit.attachments import uploaded
from bot.discordkit.controls.components import AGAIN_VERB, BOX_VERB, WHOM_VERB
from bot.discordkit.controls.forms import open_form
from bot.discordkit.inbox import views
from bot.discordkit.inbox.answer_box import FILES_ID, PREVIEW_ID, PRICE_ID, TEMPLATE_ID, answer_box
from bot.discordkit.inbox.views import done, sent_view
from bot.discordkit.inbox.words import typed_words
from bot.discordkit.kit import Kit
from bot.discordkit.owing import Owed
from bot.discordkit.people import actor_of
from bot.discordkit.responses.long_texts import words_in
from bot.discordkit.responses.outcomes import acknowledge, say
from bot.domain import text
from bot.domain.access import Grant
from bot.domain.accounts import ChannelId, CreatorId, MessageId
from bot.domain.conversations import Prepared
from bot.domain.drafts import Draft, cents_of
from bot.domain.errors import CardUnknownError, DomainError
from bot.services import Services
from bot.services.inbox.cards import CardMessage
from bot.services.inbox.replies import Recipient
from bot.services.posts.media import IncomingFile
from cogs.inbox.cards import pressed
from cogs.inbox.native import mark
from cogs.inbox.whom import whom

AT_MOST_SECONDS = 1.2
"""How long a box waits for templates: Discord takes it within three seconds, or not at all."""


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """What somebody put into a box, or into a command's options."""

    text: str
    price: str = ""
    files: tuple[IncomingFile, ...] = ()
    preview: IncomingFile | None = None
    template: str = ""


class Answers:
    """What cannot be sent is kept, and its error leads back into the box with everything in it."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._conversations = services.conversations
        self._inbox = services.inbox
        self._media = services.media
        self._owed = kit.owed
        self._replies = services.replies
        kit.actions.on_press(REPLY_VERB, self._ask)
        kit.actions.on_form(REPLY_VERB, self._submit, None)
        kit.actions.on_press(views.WRITE_VERB, self._write)
        kit.actions.on_form(views.SEND_VERB, self._submit_to_chat, self._write)
        kit.actions.on_press(AGAIN_VERB, self._again)
        kit.actions.on_press(BOX_VERB, self._reopen)
        kit.actions.on_form(BOX_VERB, self._resubmit, self._reopen)
        kit.actions.on_pick(WHOM_VERB, self._whom)

    async def send(self, interaction: discord.Interaction, to: Recipient, written: Written) -> None:
        """Upload, send, and say so; what could not be sent is kept. Raises what sending does.

        Nothing is said about what was sent, or is being sent, for the same interaction before.
        """
        source = f"interaction:{interaction.id}"
        draft, problem = await self._composed(to.grant, Draft(written.text), written)
        if problem is not None:
            raise await self._replies.keep(to, draft, problem, source=source)
        sent = await self._replies.send(to, draft, source=source)
        if sent is not None:
            await say(interaction, done("Sent ✓"), sent_view(to.grant.creator, sent))

    async def _ask(self, interaction: discord.Interaction, argument: str) -> None:
        conversation = await self._inbox.open(actor_of(interaction), pressed(interaction, argument))
        to, fan = conversation.recipient, conversation.event.fan
        prepared = await self._at_once(to.grant)
        name = fan.name if fan else "a fan"
        await open_form(interaction, answer_box(name, to.grant.handle, REPLY_VERB, argument, prepared=prepared))

    async def _submit(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        await acknowledge(interaction)
        conversation = await self._inbox.open(actor_of(interaction), pressed(interaction, argument))
        await self.send(interaction, conversation.recipient, _written(interaction, values))

    async def _write(self, interaction: discord.Interaction, key: str) -> None:
        grant, _ = await whom(self._access, interaction, key)
        prepared = await self._at_once(grant)
        box = answer_box(_shown_name(interaction), grant.handle, views.SEND_VERB, key, prepared=prepared)
        await open_form(interaction, box)

    async def _submit_to_chat(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await acknowledge(interaction)
        await self.send(
            interaction, Recipient(*await whom(self._access, interaction, key)), _written(interaction, values)
        )

    async def _again(self, interaction: discord.Interaction, key: str) -> None:
        """Send a reply that did not go out; what stood under the author's message is done with then."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, _, reply = key.partition("|")
        sent = await self._replies.again(actor_of(interaction), CreatorId(creator), reply)
        await say(interaction, done("Sent ✓"), sent_view(creator, sent))
        await _settle_notice(interaction, self._owed)

    async def _reopen(self, interaction: discord.Interaction, key: str) -> None:
        creator, reply, _ = _parts(key)
        to, draft = await self._replies.written(actor_of(interaction), creator, reply)
        name = await self._inbox.name_of(to.delivery) or "this fan"
        await open_form(interaction, answer_box(name, to.grant.handle, BOX_VERB, key, draft=draft))

    async def _whom(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        """Into the box for the one who was picked: what was meant for one fan must not reach another."""
        creator, reply, _ = _parts(key)
        actor = actor_of(interaction)
        to, draft = await self._replies.written(actor, creator, reply)
        if not values[0].isdecimal():
            raise CardUnknownError
        to = await self._meant(interaction, to, int(values[0]))
        name = to.event.fan.name if to.event and to.event.fan else "this fan"
        box = answer_box(name, to.grant.handle, BOX_VERB, f"{creator}|{reply}|{values[0]}", draft=draft)
        await open_form(interaction, box)

    async def _resubmit(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._send_changed(interaction, key, _written(interaction, values))
        await _settle_notice(interaction, self._owed)

    async def _send_changed(self, interaction: discord.Interaction, key: str, written: Written) -> None:
        creator, reply, delivery = _parts(key)
        to, before = await self._replies.written(actor_of(interaction), creator, reply)
        to = await self._meant(interaction, to, delivery)
        preview = before.preview if written.price.strip() else None
        base = replace(before, text=written.text, price=None, preview=preview)
        draft, problem = await self._composed(to.grant, base, written)
        if problem is not None:
            raise await self._replies.rewritten(to, reply, draft, problem)
        sent = await self._replies.change(to, reply, draft)
        await say(interaction, done("Sent ✓"), sent_view(creator, sent))

    async def _meant(self, interaction: discord.Interaction, to: Recipient, delivery: int | None) -> Recipient:
        """The fan of the card it answers, with that card; asked for anew, of the same creator alone."""
        wanted = delivery or to.delivery
        if wanted is None or to.card is None:
            return to
        card = CardMessage(MessageId(to.card.message), ChannelId(to.card.channel), wanted)
        try:
            conversation = await self._inbox.open(actor_of(interaction), card)
        except CardUnknownError:
            if delivery is not None:
                raise
            return to
        if conversation.grant.creator != to.grant.creator:
            raise CardUnknownError
        return conversation.recipient

    async def _composed(self, grant: Grant, draft: Draft, written: Written) -> tuple[Draft, DomainError | None]:
        """The draft with its template, files and price, as far as they can be had, and what is wrong first."""
        problem: DomainError | None = None
        try:
            if written.template:
                found = await self._conversations.template(grant, written.template)
                draft = Draft(draft.text.strip() or found.text, found.media, found.price)
            if written.price.strip():
                draft = replace(draft, price=cents_of(written.price))
        except DomainError as error:
            problem = error
        try:
            for file in written.files:
                draft = replace(draft, media=(*draft.media, (await self._media.upload(grant, file)).uuid))
            if written.preview is not None:
                draft = replace(draft, preview=(await self._media.upload(grant, written.preview)).uuid)
        except DomainError as error:
            problem = problem or error
        return draft, problem

    async def _at_once(self, grant: Grant) -> list[Prepared]:
        """The templates a box can offer; none where they cannot be had in time."""
        try:
            async with asyncio.timeout(AT_MOST_SECONDS):
                return await self._conversations.templates(grant)
        except (DomainError, TimeoutError):
            return []


def _written(interaction: discord.Interaction, values: dict[str, str]) -> Written:
    previews = uploaded(interaction, PREVIEW_ID)
    return Written(
        text=typed_words(interaction, words_in(values)),
        price=values.get(PRICE_ID, ""),
        files=tuple(uploaded(interaction, FILES_ID)),
        preview=previews[0] if previews else None,
        template=values.get(TEMPLATE_ID, ""),
    )


def _parts(key: str) -> tuple[CreatorId, str, int | None]:
    """Whose, which reply, and the card it is for where its author picked one."""
    creator, reply, delivery = [*key.split("|"), "", ""][:3]
    return CreatorId(creator), reply, int(delivery) if delivery.isdecimal() else None


def _shown_name(interaction: discord.Interaction) -> str:
    """Whom the conversation on the screen is with, as its title says: nobody answers the wrong fan unseen."""
    embeds = interaction.message.embeds if interaction.message else []
    title = (embeds[0].title or "") if embeds else ""
    name, mark, _ = title.partition(" · ")
    return text.plain_name((name if mark else "").replace("\\", "") or "this fan")


async def _settle_notice(interaction: discord.Interaction, owed: Owed) -> None:
    """The author's message says it was sent, and what stood under it is gone."""
    notice = interaction.message
    if notice is None or notice.flags.ephemeral or notice.reference is None or notice.reference.message_id is None:
        return
    written = notice.channel.get_partial_message(notice.reference.message_id)  # type: ignore[union-attr]
    await mark(owed, written, "✅")
    with suppress(discord.HTTPException):
        await notice.delete()
