"""Settings of the sandbox: everything on loopback, nothing kept."""

import base64
import hashlib
import os
import random
import socket
from pathlib import Path
from typing import Any

WEBHOOK_SECRET = "whsec_sandbox_0123456789abcdef"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"
QUIET_PORTS = (20_000, 32_000)
"""Below those the system uses for outgoing connections, which could take one between looking and listening."""
TRIES = 50
KEPT = 16
GIVEN: list[int] = []
"""UDP sockets on the ports given last, open until the process ends: they say that the port is taken."""
DICE = random.SystemRandom()
"""Nobody seeds it: processes that test side by side look at different ports."""
KEY = base64.urlsafe_b64encode(hashlib.sha256(b"the sandbox keeps no secrets").digest()).decode()


def settings_for(folder: Path, *, web_port: int, metrics_port: int, fanvue_origin: str) -> dict[str, Any]:
    """The bot's settings by field name."""
    return {
        "discord_token": "sandbox",
        "fanvue_client_id": CLIENT_ID,
        "fanvue_client_secret": CLIENT_SECRET,
        "fanvue_webhook_secret": WEBHOOK_SECRET,
        "public_url": f"http://127.0.0.1:{web_port}",
        "token_keys": KEY,
        "database_url": f"sqlite+aiosqlite:///{folder}/fanvue.db",
        "web_host": "127.0.0.1",
        "web_port": web_port,
        "metrics_port": metrics_port,
        "fanvue_auth_url": fanvue_origin,
        "fanvue_api_url": f"{fanvue_origin}/api",
        "log_level": "WARNING",
    }


def free_port(wanted: int = 0) -> int:
    """The port wanted when nobody has it, else a free one that the system does not hand out by itself.

    No process here is given one that another was given a moment ago and has not opened yet.
    """
    if wanted and _is_free(wanted):
        return wanted
    for port in (DICE.randrange(*QUIET_PORTS) for _ in range(TRIES)):
        token = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            token.bind(("127.0.0.1", port))
        except OSError:
            token.close()
            continue
        GIVEN.append(token.detach())
        if len(GIVEN) > KEPT:
            os.close(GIVEN.pop(0))
        if _is_free(port):
            return port
    raise OSError("no free port was found")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
