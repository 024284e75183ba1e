import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import UnreachableError
from tests.fanvue.scripted_server import TOKEN, HandClock, ScriptedServer


@pytest.fixture
def unvouched(tmp_path: Path) -> ssl.SSLContext:
    """A server's certificate for localhost that only itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_a_server_nobody_vouches_for_gets_no_token(unvouched: ssl.SSLContext, clock: HandClock) -> None:
    server = ScriptedServer()
    server.say()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=unvouched)
    port = listening.sockets[0].getsockname()[1]
    async with FanvueClient(f"https://localhost:{port}", clock=clock, first_pause_seconds=0.001) as client:
        with pytest.raises(UnreachableError):
            await client.send(users.current_user(), TOKEN, bucket="b")
    listening.close()
    assert not server.seen
