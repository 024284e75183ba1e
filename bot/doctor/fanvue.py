"""What Fanvue says of the operator's app: its credentials, its redirect URI, its ticked scopes; and what time it is."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

from bot.domain.clock import SystemClock
from bot.domain.health import Finding
from bot.domain.scopes import USUAL, Feature, Scope, format_scopes, scopes_for
from bot.fanvue.errors import ClientRefusedError, FanvueError, GrantDeadError
from bot.fanvue.oauth import FanvueOAuth, challenge_of, new_verifier
from bot.fanvue.transport import Answer, Connections
from bot.settings import Settings

TIMEOUT_SECONDS = 5
SKEW_LOOK_SECONDS = 30
SKEW_BAD_SECONDS = 120
AREA = "Fanvue's Developer Area"
NO_TOKEN = "the-doctor-has-none"  # noqa: S105 - what Fanvue is shown to hear what it thinks of the app, not of a token
BAD_SCOPE = "invalid_scope"
NOT_KNOWN = {"invalid_client", "unauthorized_client", "invalid_request"}


async def findings(settings: Settings, connections: Connections) -> AsyncIterator[Finding]:
    """The clock, the addresses and the app; nobody is logged in and nothing is changed at Fanvue."""
    login = await _answer(connections, settings.fanvue_auth_url)
    yield _reached("fanvue login", settings.fanvue_auth_url, login, "FANVUE_AUTH_URL")
    api = await _answer(connections, settings.fanvue_api_url)
    yield _reached("fanvue api", settings.fanvue_api_url, api, "FANVUE_API_URL")
    for answer in filter(None, (login, api)):
        yield clock_finding(answer.headers.get("date"), datetime.now(UTC))
        break
    if login is None:
        return
    app = _App(settings, connections)
    yield await app.credentials()
    async for finding in app.addresses_and_scopes():
        yield finding


def clock_finding(told: str | None, now: datetime) -> Finding:
    """The machine's clock against the time another told with its answer."""
    try:
        there = parsedate_to_datetime(told or "")
    except ValueError:
        return Finding.look("clock", "Fanvue did not tell the time: compare this machine's yourself")
    seconds = round(abs((now - there).total_seconds()))
    if seconds <= SKEW_LOOK_SECONDS:
        return Finding.fine("clock", "right")
    advice = f"{seconds} seconds off Fanvue's: timedatectl set-ntp true, or Fanvue's deliveries get refused"
    return Finding.bad("clock", advice) if seconds > SKEW_BAD_SECONDS else Finding.look("clock", advice)


class _App:
    """The app as the authorisation server knows it."""

    def __init__(self, settings: Settings, connections: Connections) -> None:
        self._redirect_uri = settings.redirect_uri
        self._connections = connections
        self._oauth = FanvueOAuth(
            settings.fanvue_auth_url,
            client_id=settings.fanvue_client_id,
            client_secret=settings.fanvue_client_secret.get_secret_value(),
            redirect_uri=settings.redirect_uri,
            clock=SystemClock(),
            connections=connections,
            try_seconds=TIMEOUT_SECONDS,
        )

    async def credentials(self) -> Finding:
        """Whether id and secret fit: a token that is none is refused as such only to an app that is known."""
        try:
            await self._oauth.refresh(NO_TOKEN)
        except ClientRefusedError:
            advice = f"refused: compare FANVUE_CLIENT_ID and FANVUE_CLIENT_SECRET with {AREA}"
            return Finding.bad("fanvue app", advice)
        except GrantDeadError:
            return Finding.fine("fanvue app", "id and secret are accepted")
        except FanvueError as error:
            return Finding.look("fanvue app", f"cannot be checked now ({type(error).__name__}): try again later")
        return Finding.look("fanvue app", "cannot be checked: Fanvue took a token that is none")

    async def addresses_and_scopes(self) -> AsyncIterator[Finding]:
        """Whether a login would be let through, with the least and with everything asked for."""
        least = scopes_for(())
        refusal = await self._refusal(least)
        yield self._redirect(refusal)
        if refusal is not None:
            return
        wanted = scopes_for(Feature)
        refusal = await self._refusal(wanted)
        if refusal == BAD_SCOPE:
            missing = {scope for scope in wanted - least if await self._refusal({*least, scope}) == BAD_SCOPE}
            yield _unticked(missing)
        elif refusal is None:
            yield Finding.fine("scopes", f"ticked for {', '.join(feature.value for feature in Feature)}")
        else:
            yield Finding.look("scopes", f"cannot be checked here: compare {format_scopes(wanted)} in {AREA}")

    def _redirect(self, refusal: str | None) -> Finding:
        subject, uri = "redirect URI", self._redirect_uri
        if refusal is None:
            return Finding.fine(subject, f"{uri} is registered")
        if refusal in NOT_KNOWN:
            return Finding.bad(subject, f"Fanvue does not take it for this app: register exactly {uri} in {AREA}")
        if refusal == BAD_SCOPE:
            return Finding.bad(subject, f"Fanvue refuses every login: tick openid, offline and read:self in {AREA}")
        return Finding.look(subject, f"cannot be checked here ({refusal}): compare {uri} in {AREA}")

    async def _refusal(self, scopes: Iterable[Scope]) -> str | None:
        """Why a login that asks for these would be refused: a code of OAuth's, or what was answered; None if not."""
        state = challenge = challenge_of(new_verifier())
        address = self._oauth.authorize_url(scopes=scopes, state=state, challenge=challenge)
        answer = await _answer(self._connections, address)
        if answer is None:
            return "no answer"
        if answer.status == 400:  # noqa: PLR2004 - a page of its own for what must not be sent back
            return "invalid_request"
        if not 300 <= answer.status < 400:  # noqa: PLR2004 - neither sent on nor sent back
            return f"status {answer.status}"
        told = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("error", [None])[0]
        return told if told in {None, BAD_SCOPE, *NOT_KNOWN} else "another refusal"


def _unticked(missing: set[Scope]) -> Finding:
    lacking = [
        f"{feature.value} ({format_scopes(feature.scopes & missing)})"
        for feature in Feature
        if feature.scopes & missing
    ]
    advice = f"not ticked in {AREA}: {', '.join(lacking) or 'one of them'}. Tick them, and let creators /connect anew"
    is_needed = missing & scopes_for(USUAL)
    return Finding.bad("scopes", advice) if is_needed else Finding.look("scopes", advice)


async def _answer(connections: Connections, address: str) -> Answer | None:
    try:
        return await connections.exchange("doctor", "GET", address, headers={}, timeout_seconds=TIMEOUT_SECONDS)
    except FanvueError:
        return None


def _reached(subject: str, address: str, answer: Answer | None, setting: str) -> Finding:
    if answer is None:
        return Finding.bad(subject, f"{address} does not answer: check this machine's network and {setting}")
    return Finding.fine(subject, f"{address} answers")
