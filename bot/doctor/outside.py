"""The way in from outside: name, certificate, proxy, the running bot, and a delivery signed as Fanvue would."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from bot.alerts.reception import TEST_DELIVERY
from bot.domain.health import Finding, Health
from bot.fanvue.errors import FanvueError
from bot.fanvue.transport import Answer, Connections
from bot.fanvue.webhooks import sign
from bot.settings import Settings

TIMEOUT_SECONDS = 5
HTTP_OK = 200
RENEW_BEFORE = timedelta(days=10)
ALIVE = b'{"alive": true}'
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to

UNTRUSTED = {
    9: "is not valid yet: compare this machine's clock",
    10: "has expired: look why the proxy did not renew it",
    18: "is self-signed: let the proxy get one from a public authority (Caddy does it by itself)",
    19: "comes from an authority nobody knows: let the proxy get one from a public authority",
    20: "lacks its chain, or comes from an authority nobody knows: serve the full chain (fullchain.pem)",
    62: "is for another name: get one for {host}",
    64: "is for another address: get one for {host}",
}
"""By OpenSSL's verification codes."""

DELIVERY_ADVICE = {
    204: "an older version runs: restart the bot",
    400: "an older version runs: restart the bot",
    401: "the running bot refuses {which}: restart it, and compare with Fanvue's Developer Area → Events",
    404: "the proxy does not pass on /webhooks: compare with deploy/",
    413: "the proxy refuses the size: allow bodies of 256 KiB",
}


async def findings(settings: Settings, connections: Connections, trust: ssl.SSLContext) -> AsyncIterator[Finding]:
    """From the inside out: each line stands on the one before."""
    yield await _bot(settings, connections)
    way = await _way(settings, trust)
    yield way
    if way.health is Health.BAD:
        return
    live = await _ask(connections, "GET", f"{settings.public_url}/health/live")
    yield _served(settings, live)
    if live is None or live.body != ALIVE:
        return
    for number, secret in enumerate(settings.webhook_secrets, start=1):
        yield await _delivery(settings, connections, secret, number)


async def _bot(settings: Settings, connections: Connections) -> Finding:
    """The running bot itself, past the proxy."""
    host = EVERYWHERE.get(settings.web_host, settings.web_host)
    place = f"{f'[{host}]' if ':' in host else host}:{settings.web_port}"
    answer = await _ask(connections, "GET", f"http://{place}/health/ready")
    if answer is None:
        return Finding.bad("bot", f"does not answer on {place} (WEB_HOST:WEB_PORT): start it, or look at its log")
    if answer.status != HTTP_OK:
        return Finding.bad("bot", f"runs, but is not ready: http://{place}/health/ready says which part")
    return Finding.fine("bot", "runs and is ready")


async def _way(settings: Settings, trust: ssl.SSLContext) -> Finding:
    """The name and, with https, who stands behind it."""
    parts = urlsplit(settings.public_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port)
    except OSError:
        return Finding.bad("public address", f"{host} is not in the DNS: make an A or AAAA record for it")
    addresses = [ip_address(str(address[4][0]).partition("%")[0]) for address in found]
    if parts.scheme == "https" and (fault := await _certificate(host, port, trust)):
        return fault
    return _reach(host, addresses)


def _reach(host: str, addresses: list[IPv4Address | IPv6Address]) -> Finding:
    if any(address.is_global for address in addresses):
        return Finding.fine("public address", f"{host} leads to {addresses[0]}, with a certificate that is believed")
    kind = "this machine alone" if all(address.is_loopback for address in addresses) else "a private network"
    advice = f"{host} means {kind} here: Fanvue needs a public one (fine for trying out, or if the world's DNS differs)"
    return Finding.look("public address", advice)


async def _certificate(host: str, port: int, trust: ssl.SSLContext) -> Finding | None:
    """What is wrong with the certificate, if anything is."""
    subject = "certificate"
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=trust, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        words = UNTRUSTED.get(error.verify_code, f"is not believed (code {error.verify_code})")
        return Finding.bad(subject, f"the one at {host}:{port} {words.format(host=host)}")
    except ssl.SSLError:
        return Finding.bad(subject, f"{host}:{port} does not speak TLS: PUBLIC_URL says https, so the proxy has to")
    except OSError:
        return Finding.bad("public address", f"{host}:{port} does not answer: is the proxy running, the firewall open?")
    ends = writer.get_extra_info("peercert", {}).get("notAfter")
    writer.close()
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
    if ends_at and ends_at - datetime.now(UTC) < RENEW_BEFORE:
        return Finding.look(subject, f"the one at {host} ends on {ends_at:%Y-%m-%d}: look why it is not renewed")
    return None


def _served(settings: Settings, live: Answer | None) -> Finding:
    address = f"{settings.public_url}/health/live"
    if live is None:
        return Finding.bad("proxy", f"{address} does not answer: does it lead to WEB_HOST:WEB_PORT?")
    if live.status != HTTP_OK:
        return Finding.bad("proxy", f"{address} answers {live.status}: does it lead to WEB_HOST:WEB_PORT?")
    if live.body != ALIVE:
        return Finding.bad("proxy", f"something else answers at {address}: lead it to WEB_HOST:WEB_PORT")
    return Finding.fine("proxy", f"{address} leads to the bot")


async def _delivery(settings: Settings, connections: Connections, secret: str, number: int) -> Finding:
    """A delivery that is verified, answered and kept nowhere."""
    subject, which = "webhook secret", f"number {number} of FANVUE_WEBHOOK_SECRET"
    address = f"{settings.public_url}/webhooks/fanvue"
    headers = {
        "Content-Type": "application/json",
        "X-Fanvue-Signature": sign(secret, TEST_DELIVERY, datetime.now(UTC)),
    }
    answer = await _ask(connections, "POST", address, headers, TEST_DELIVERY)
    if answer is None:
        return Finding.bad(subject, f"{address} does not answer: does the proxy pass it on?")
    if answer.status != 202:  # noqa: PLR2004 - what our own tests get
        words = DELIVERY_ADVICE.get(answer.status, "does the proxy pass it on?").format(which=which)
        return Finding.bad(subject, f"{address} answers {answer.status}: {words}")
    return Finding.fine(subject, f"the bot takes {which}; register {address}")


async def _ask(
    connections: Connections, method: str, address: str, headers: dict[str, str] | None = None, content: bytes = b""
) -> Answer | None:
    try:
        return await connections.exchange(
            "doctor", method, address, headers=headers or {}, content=content, timeout_seconds=TIMEOUT_SECONDS
        )
    except FanvueError:
        return None
