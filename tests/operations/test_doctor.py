"""The doctor names what is wrong, and what to do."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.checkup import Finding, examine
from bot.discordkit.checkup import TokenState
from bot.settings import load
from sandbox.world import free_port, settings_for
from tests.rig import Rig


def values(folder: Path, **changes: Any) -> dict[str, Any]:
    nowhere = f"http://127.0.0.1:{free_port()}"
    return settings_for(folder, web_port=free_port(), metrics_port=free_port(), fanvue_origin=nowhere) | changes


async def findings(settings: dict[str, Any]) -> dict[str, Finding]:
    async def refuses(_token: str) -> TokenState:
        return TokenState.REFUSED

    return {finding.subject: finding for finding in await examine(load(**settings), refuses)}


async def test_what_does_not_answer_is_named_with_its_setting(tmp_path: Path, empty_database: Path) -> None:
    shutil.copy(empty_database, tmp_path / "fanvue.db")
    (tmp_path / "fanvue.db").chmod(0o644)
    found = await findings(values(tmp_path))
    assert "chmod 600" in found["files"].advice
    assert "DISCORD_TOKEN" in found["discord"].advice
    assert "FANVUE_AUTH_URL" in found["fanvue login"].advice
    assert "WEB_HOST:WEB_PORT" in found["public address"].advice
    assert not any(found[name].is_fine for name in ("files", "fanvue login", "fanvue api", "public address"))


async def test_a_database_that_is_behind_is_named_with_the_command_that_mends_it(tmp_path: Path) -> None:
    found = await findings(values(tmp_path))
    assert not found["database"].is_fine
    assert "python -m bot migrate" in found["database"].advice


async def test_a_missing_key_is_named_by_its_id(tmp_path: Path, connected: Rig) -> None:
    settings = connected.app.settings.model_dump()
    other = "b2" * 21 + "A="
    found = await findings(values(connected.folder, database_url=settings["database_url"], token_keys=other))
    assert not found["keys"].is_fine
    assert "lacks the key with id" in found["keys"].advice


@pytest.mark.parametrize("subject", ["files", "database", "keys", "fanvue login", "public address", "fanvue version"])
async def test_a_healthy_world_is_called_so_while_the_bot_runs(connected: Rig, subject: str) -> None:
    running = connected.app.settings
    changed = values(
        connected.folder,
        database_url=running.database_url,
        public_url=running.public_url,
        fanvue_auth_url=running.fanvue_auth_url,
        fanvue_api_url=running.fanvue_api_url,
    )
    assert (await findings(changed))[subject].is_fine


async def test_addresses_to_register_are_said_exactly(tmp_path: Path) -> None:
    found = await findings(values(tmp_path, public_url="https://bot.example.invalid"))
    assert "https://bot.example.invalid/oauth/callback" in found["redirect URI"].advice
    assert "https://bot.example.invalid/webhooks/fanvue" in found["webhook address"].advice
