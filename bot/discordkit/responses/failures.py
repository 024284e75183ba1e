"""Every failure in three parts: what happened, what to do, and the button for it."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.discordkit.connecting import FOR_HELPERS, connect_view
from bot.discordkit.controls.components import AGAIN_VERB, ALLOW_VERB, BOX_VERB, RESUME_VERB, WHOM_VERB, button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.controls.picking import Picker
from bot.discordkit.look import Colour
from bot.discordkit.owing import Owed
from bot.discordkit.responses.long_texts import with_words
from bot.discordkit.responses.outcomes import beside, insisting, is_answered
from bot.discordkit.sending.refusing import is_passing
from bot.domain import errors, text
from bot.domain.faults import incident_code, where
from bot.domain.scopes import Feature

log = structlog.get_logger(__name__)

SHORT_LIVED_SECONDS = 30
NONCE_BYTES = 12
AGAIN_LABELS: dict[type[BaseException], str] = {
    errors.HeldError: "Send it all the same",
    errors.FanUnreachableError: "Try it all the same",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What a person sees."""

    title: str
    text: str
    features: frozenset[Feature] | None = None
    """When not ``None``: offer to connect with these features."""
    button: str = "Connect Fanvue"
    verb: str | None = None
    """When not ``None``: the button does this instead."""


Entry = Callable[[Any], Failure]

GONE = {10003, 10008, 10015, 10062, 50027}
"""Unknown channel, message, webhook or interaction; one older than 15 minutes."""
NOT_TAKEN = Failure(
    "Discord did not take my answer",
    "What you asked for may be done all the same: look before you do it again.",
)
OUTDATED = Failure("This button is from an older version", "Use the command again for a fresh one.")
PICK = Failure("Which creator?", "You can do this for several. Pick one, and it is done for them.")


def _reconnect(error: errors.ReconnectNeededError) -> Failure:
    if not error.is_owner:
        return Failure(
            f"@{text.name(error.handle)} has to reconnect",
            "Fanvue no longer accepts this connection. Only the creator can renew it, with `/connect`.",
        )
    return Failure(
        "Please reconnect Fanvue",
        "Fanvue no longer accepts the connection (it was withdrawn, or replaced). Nothing else is lost: connect again "
        "and everything goes on.",
        frozenset(),
        "Reconnect",
    )


def _scope(error: errors.ScopeMissingError) -> Failure:
    needs = "\n".join(f"• {scope.sentence}" for scope in sorted(error.missing))
    if not error.is_owner:
        return Failure(
            f"@{text.name(error.handle)} has not allowed this yet",
            f"It needs:\n{needs}\nThe creator can add it with `/connect`.",
        )
    return Failure(
        "Fanvue has not allowed this yet",
        f"It needs:\n{needs}\nWhat you gave before stays as it is until the new permission is in.",
        error.features,
        "Add permission",
    )


def _paused(error: errors.PausedError) -> Failure:
    handle = text.name(error.handle)
    if not error.is_owner:
        return Failure(f"@{handle} is paused", "Its creator wants nothing done with the account for now.")
    return Failure(
        f"@{handle} is paused",
        "You paused it: nothing is done with your account, and alerts wait. Resume it and try again.",
        button="Resume",
        verb=RESUME_VERB,
    )


def _refused(error: errors.RefusedByFanvueError) -> Failure:
    said = "\n".join(f"• {discord.utils.escape_markdown(reason[:200])}" for reason in error.reasons[:5])
    return Failure("Fanvue did not accept that", f"It said:\n{said or 'nothing more'}\nNothing was changed.")


def _busy(error: errors.BusyError) -> Failure:
    return Failure("One moment", f"Fanvue's limit is reached. Try again {_relative(error.until)}.")


def _relative(instant: datetime) -> str:
    return discord.utils.format_dt(instant, "R")


def _not_allowed(error: errors.NotAllowedError) -> Failure:
    title = "That is not yours to do"
    if not error.capability.is_giveable:
        return Failure(
            title,
            "Only whoever connected the account decides that. Nobody can be given the right: ask them. An account of "
            "your own is connected with `/connect`.",
        )
    return Failure(
        title,
        f"Only the creator, or somebody they gave the right to, may {error.capability.phrase} here. "
        "Ask the creator if you should have it.",
    )


def _held(error: errors.HeldError) -> Failure:
    return Failure(
        f"{text.name(error.holder)} is on this fan",
        f"They took it {_relative(error.since)}, so nothing was sent yet. Ask them, or send yours all the same.",
    )


def _unreachable(error: errors.FanUnreachableError) -> Failure:
    title = "This fan cannot be written to"
    why = "Fanvue takes no messages for them: their account is gone, or they blocked the creator."
    if error.since is None:
        return Failure(title, f"{why} Nothing was sent, and nothing is tried again until they write.")
    known = f"So it was {_relative(error.since)}, and they wrote nothing since: nothing was tried now."
    return Failure(title, f"{why} {known}")


def _not_here(error: errors.NotHereError) -> Failure:
    choice = " Or allow replies from here: it is your choice, place by place (`/inbox places`)." * error.is_owner
    return Failure(
        "Not sent from here",
        "This place is not age-restricted, so what you write to fans goes through the box, where nobody else reads "
        f"it. Press **Open the box**: your text is in it. You may delete your message.{choice}",
    )


def _off_shift(error: errors.OffShiftError) -> Failure:
    begins = discord.utils.format_dt(error.begins_at, "F") if error.begins_at else ""
    soon = f" Your next one begins {begins} ({_relative(error.begins_at)})." if error.begins_at else ""
    return Failure(
        "Your shift is over for now",
        f"You act for @{text.name(error.handle)} within your shifts.{soon} Nothing was changed. Enjoy the break!",
    )


def _changed(_error: errors.FanvueChangedError) -> Failure:
    return Failure(
        "Fanvue answered in a way we do not know",
        "Nothing was changed. Whoever runs this bot can see which call it was in the log; an update will mend it.",
    )


TABLE: dict[type[errors.DomainError], Entry] = {
    errors.BadInputError: lambda error: Failure("That does not work yet", str(error)),
    errors.NotConnectedError: lambda _: Failure(
        "No Fanvue account here yet",
        "Connect yours and this works right away. It takes a minute, and you choose what the bot may do.\n"
        f"{FOR_HELPERS}",
        frozenset(),
    ),
    errors.ReconnectNeededError: _reconnect,
    errors.ScopeMissingError: _scope,
    errors.PausedError: _paused,
    errors.NotAllowedError: _not_allowed,
    errors.OffShiftError: _off_shift,
    errors.PickCreatorError: lambda _: Failure(
        "Which creator?", "You can do this for several: pick one in the `creator` option."
    ),
    errors.DiscordDownError: lambda _: Failure(
        "Discord does not answer right now", "Nothing was changed. Try again in a minute."
    ),
    errors.UnknownCreatorError: lambda _: Failure(
        "No such creator",
        "Nobody of that name is connected and gave you a right. While you type, the `creator` option lists who did.",
    ),
    errors.CardUnknownError: lambda _: Failure(
        "This card is no longer known",
        "Too old, or its account was disconnected. Newer cards work, and whoever may answer fans has `/inbox reply`.",
    ),
    errors.NotHereError: _not_here,
    errors.WhichFanError: lambda _: Failure(
        "Which of them?",
        "That message holds several cards. Pick whom you mean: a box opens with your text, and sends it from there.",
    ),
    errors.HeldError: _held,
    errors.DraftMovedError: lambda _: Failure(
        "Somebody was faster",
        "This draft was changed, decided or sent meanwhile, so nothing was done. `/post drafts` shows how it stands.",
    ),
    errors.FanUnreachableError: _unreachable,
    errors.RefusedByFanvueError: _refused,
    errors.GoneError: lambda _: Failure("That does not exist any more", "It was deleted meanwhile. Nothing to do."),
    errors.BusyError: _busy,
    errors.FanvueDownError: lambda _: Failure(
        "Fanvue does not answer right now", "Nothing was changed. Try again in a minute."
    ),
    errors.SignInRefusedError: lambda _: Failure(
        "Fanvue refuses its own sign-in right now",
        "It renewed the connection and does not accept it all the same. Nothing was changed, and nobody has to connect "
        "again: it goes on by itself once Fanvue does. Should it last a day, the creator's `/connect` may help.",
    ),
    errors.FanvueChangedError: _changed,
    errors.OutcomeUnknownError: lambda _: Failure(
        "Nobody knows yet whether that arrived",
        "Fanvue's answer was lost and it could not be found there. Look at Fanvue before you send it again, "
        "so that it does not go out twice.",
    ),
    errors.ChartError: lambda _: Failure("The chart could not be drawn", "The numbers are right all the same."),
    errors.LinkError: lambda _: Failure("That link leads nowhere", "Ask for a new one with `/connect`.", frozenset()),
    errors.StorageBusyError: lambda _: Failure("Our storage is busy", "Nothing was changed. Try again in a minute."),
}


def failure_for(error: BaseException) -> Failure:
    """The entry of an error's class; anything unforeseen becomes a code and one log line."""
    original = getattr(error, "original", None)
    if isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and original:
        error = original
    entry = TABLE.get(type(error))  # type: ignore[arg-type]
    if entry:
        return entry(error)
    if isinstance(error, app_commands.CommandOnCooldown):
        return Failure("A little slower, please", f"Try again in {error.retry_after:.0f} seconds.")
    if isinstance(error, app_commands.TransformerError):
        return Failure("I cannot use that here", "Pick it from the list. For channels, I have to be in this server.")
    if isinstance(error, app_commands.NoPrivateMessage):
        return Failure("Only in a server", "Use this command in a server's channel.")
    if isinstance(error, app_commands.CheckFailure):
        return Failure("Not here", "This command cannot be used here, or not by you.")
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return Failure("This command was just updated", "Restart Discord (on a computer: Ctrl+R) and try again.")
    if isinstance(error, discord.HTTPException) and is_discords_trouble(error):
        log.warning("answer_not_taken", error=where(error))
        return NOT_TAKEN
    code = incident_code()
    log.error("unforeseen", code=code, error=where(error))
    return Failure("Something broke on our side", f"Code **{code}**. Whoever runs this bot can find it in the log.")


def is_discords_trouble(error: discord.HTTPException) -> bool:
    """Whether Discord was away or busy, or what was to be answered is gone: no fault of ours."""
    return is_passing(error) or error.code in GONE


class Failures:
    """Presents failures; the one presenter behind every exit."""

    def __init__(self, picker: Picker | None = None, owed: Owed | None = None) -> None:
        self._picker = picker or Picker()
        self._owed = owed or Owed()
        self._note_told: Callable[[str, bool], Awaitable[object]] | None = None

    def on_told(self, handler: Callable[[str, bool], Awaitable[object]]) -> None:
        """Call this with the key of a reply that failed, and whether its author knows: first not, then that they do."""
        self._note_told = handler

    async def present(
        self,
        interaction: discord.Interaction,
        error: BaseException,
        change: discord.ui.Button[discord.ui.View] | None = None,
        words: str = "",
    ) -> None:
        """Show it to the person alone, with what they wrote; of several creators that could be meant, let them pick."""
        original = getattr(error, "original", error)
        if is_answered(original):
            log.warning("answered_already")
            return
        if isinstance(original, errors.PickCreatorError):
            view = self._picker.offer(interaction, original)
            if view is not None:
                await self._show(interaction, embed_of(PICK), view)
                return
        failure = failure_for(error)
        view = again_view(error) or view_of_failure(failure)
        if change is not None:
            view = view_of([*(view.children if view else ()), change])
        is_lost = isinstance(original, discord.DiscordServerError)
        reply = original.again or original.edit if isinstance(original, errors.DomainError) else ""
        shown = view or discord.utils.MISSING
        await self._show(interaction, embed_of(failure), shown, is_lost=is_lost, reply=reply, words=words)

    async def present_outdated(self, interaction: discord.Interaction) -> None:
        """A button of a former version."""
        await self._show(interaction, embed_of(OUTDATED), discord.utils.MISSING)

    async def present_in_reply(self, message: discord.Message, error: BaseException) -> None:
        """Answer an ordinary message; in a channel it goes away by itself."""
        embed, view, nonce = embed_of(failure_for(error)), again_view(error), secrets.token_hex(NONCE_BYTES)

        async def say() -> None:
            answer = await message.reply(
                embed=embed,
                view=view,  # type: ignore[arg-type]
                mention_author=False,
                allowed_mentions=discord.AllowedMentions.none(),
                nonce=nonce,
            )
            if message.guild is not None and view is None:
                await answer.delete(delay=SHORT_LIVED_SECONDS)

        try:
            await insisting(say)
        except discord.HTTPException as problem:
            log.warning("failure_not_shown", error=type(problem).__name__)
            if isinstance(problem, discord.DiscordServerError):
                self._owed.owe(message.id, say)

    async def _show(
        self,
        interaction: discord.Interaction,
        embed: discord.Embed,
        view: discord.ui.View,
        *,
        is_lost: bool = False,
        reply: str = "",
        words: str = "",
    ) -> None:
        """``is_lost``: what went wrong is that the receipt of a first answer did not come; ``reply``: what failed."""
        is_done = interaction.response.is_done()
        try:
            if is_done:
                await interaction.followup.send(**with_words(embed, words), view=view, ephemeral=True)
            elif interaction.type is not discord.InteractionType.autocomplete:
                await interaction.response.send_message(**with_words(embed, words), view=view, ephemeral=True)
        except discord.HTTPException as problem:
            if is_lost and is_answered(problem):
                with suppress(discord.HTTPException):
                    await interaction.followup.send(**with_words(embed, words), ephemeral=True)
                return
            log.warning("failure_not_shown", error=type(problem).__name__)
            if is_done and isinstance(problem, discord.DiscordServerError):
                await self._owe(interaction, embed, view, reply)

    async def _owe(
        self, interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View, reply: str
    ) -> None:
        """Say it later; that a reply failed is told after the end of this process too."""
        note = self._note_told if reply else None

        async def say() -> None:
            await beside(interaction, embed, view)
            if note is not None:
                await note(reply, True)

        if note is not None:
            with suppress(errors.StorageBusyError):
                await note(reply, False)
        self._owed.owe(interaction.id, say)


def again_view(error: BaseException) -> discord.ui.View | None:
    """What can be done about a reply that was not sent: send it again, change it, say who is meant, allow it."""
    original = getattr(error, "original", error)
    again, edit = getattr(original, "again", ""), getattr(original, "edit", "")
    items: list[discord.ui.Item[discord.ui.View]] = []
    if again:
        label = AGAIN_LABELS.get(type(original), "Try again")
        items.append(button(label, AGAIN_VERB, again, style=discord.ButtonStyle.primary))
    if edit and isinstance(original, errors.WhichFanError):
        entries = [option(name, str(delivery)) for delivery, name in original.choices]
        items.append(menu("Whom do you mean …", WHOM_VERB, edit, entries))
    elif edit:
        style = discord.ButtonStyle.secondary if again else discord.ButtonStyle.primary
        items.append(button("Open the box", BOX_VERB, edit, style=style, emoji="✏️"))
    if isinstance(original, errors.NotHereError) and original.is_owner:
        items.append(button("Allow replies here", ALLOW_VERB, f"{original.creator}|{original.place}"))
    return view_of(items) if items else None


def view_of_failure(failure: Failure) -> discord.ui.View | None:
    """The button that mends it, where there is one."""
    if failure.verb is not None:
        return view_of([button(failure.button, failure.verb, style=discord.ButtonStyle.primary)])
    return None if failure.features is None else connect_view(failure.features, failure.button)


def embed_of(failure: Failure) -> discord.Embed:
    """The failure as an embed."""
    return discord.Embed(title=failure.title, description=failure.text, colour=Colour.TROUBLE)
