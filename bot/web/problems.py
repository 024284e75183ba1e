"""Every way in which connecting can end without a connection, in words and with a status."""

from dataclasses import dataclass

from aiohttp import web

from bot.domain.errors import LinkProblem
from bot.web.pages import Pages

AGAIN = "Go back to Discord and use /connect for a fresh link."


@dataclass(frozen=True, slots=True)
class Problem:
    """One page."""

    status: int
    title: str
    sentence: str
    next_steps: tuple[str, ...] = (AGAIN,)

    def page(self, pages: Pages, code: str | None = None) -> web.Response:
        """The answer; a ``code`` is for whoever asks for help."""
        text = pages.render(
            "problem.html",
            status=self.status,
            title=self.title,
            sentence=self.sentence,
            next_steps=self.next_steps,
            code=code,
        )
        return web.Response(status=self.status, text=text, content_type="text/html")


PROBLEMS = {
    LinkProblem.UNKNOWN_LINK: Problem(
        404, "We do not know this link", "It is incomplete, or was replaced by a newer one."
    ),
    LinkProblem.EXPIRED: Problem(
        410,
        "This link has expired",
        "A link works for ten minutes, or until you ask for a newer one. Nothing was connected with it.",
    ),
    LinkProblem.USED: Problem(
        410,
        "This link was used already",
        "Each link works once. If you just connected, everything is done: go back to Discord.",
        ("Use /account in Discord to see your connection.", AGAIN),
    ),
    LinkProblem.FOREIGN_BROWSER: Problem(
        403,
        "This was begun in another browser",
        "For your safety a connection is finished in the browser it was begun in. Nothing was stored.",
        ("Open the link from Discord again in the browser you want to use.", AGAIN),
    ),
    LinkProblem.FORGED: Problem(
        400,
        "This did not come from a link of ours",
        "The address you came from does not belong to a connection begun here. Nothing was stored.",
        ("If somebody sent you this address, do not use it.", AGAIN),
    ),
    LinkProblem.MISSING_CODE: Problem(400, "Fanvue sent you back without an answer", "Nothing was stored."),
    LinkProblem.DENIED: Problem(
        403,
        "You said no at Fanvue",
        "That is fine: nothing was stored and the bot can do nothing with your account.",
        ("Changed your mind? Use /connect in Discord, and pick only what you want.",),
    ),
    LinkProblem.SCOPE_NOT_OFFERED: Problem(
        502,
        "This bot is not set up for that yet",
        "Fanvue does not let this bot ask for one of the permissions. Nothing was stored.",
        ("Tell whoever runs this bot: a scope is not ticked on the Fanvue app (the log says which were asked for).",),
    ),
    LinkProblem.FANVUE_REFUSED: Problem(
        502, "Fanvue did not finish", "It sent you back with an error. Nothing was stored."
    ),
    LinkProblem.EXCHANGE_FAILED: Problem(
        502, "Fanvue did not accept the way back", "The connection could not be finished. Nothing was stored."
    ),
    LinkProblem.FANVUE_DOWN: Problem(
        503, "Fanvue does not answer right now", "Nothing was stored. It usually works again in a few minutes."
    ),
    LinkProblem.NOT_A_CREATOR: Problem(
        403,
        "That is not a creator account",
        "This Fanvue account is a fan's: there is nothing to manage. Nothing was stored and the access was given back.",
        ("Log out at Fanvue, then use /connect again and log in as the creator.",),
    ),
    LinkProblem.PROFILE_REFUSED: Problem(
        403,
        "Without your profile we cannot tell whose account it is",
        "“See your profile” was unticked at Fanvue. Nothing was stored and the access was given back.",
        ("Use /connect again and leave that one ticked; everything else is up to you.",),
    ),
}

STORAGE_BUSY = Problem(
    503,
    "We cannot store anything right now",
    "That is on our side, and usually over in a minute.",
    ("Wait a minute, then reload this page.", AGAIN),
)
