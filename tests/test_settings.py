"""Settings: documented, checked all at once, silent about values; and how the command line ends on bad ones."""

import asyncio
import os
import re
import shutil
from dataclasses import MISSING, asdict, fields
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import open_app
from bot.settings import Secret, Settings, SettingsError, load
from tests.forked import Ended, run

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)
CANARY = "canary-value"
GOOD = {
    "DISCORD_TOKEN": "token",
    "FANVUE_CLIENT_ID": "client",
    "FANVUE_CLIENT_SECRET": "secret",
    "FANVUE_WEBHOOK_SECRET": "whsec",
    "PUBLIC_URL": "https://bot.example.com",
    "TOKEN_KEYS": "A" * 43 + "=",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in fields(Settings):
        monkeypatch.delenv(field.name.upper(), raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    for name, value in (GOOD | changes).items():
        monkeypatch.setenv(name, value)


def mistakes(monkeypatch: pytest.MonkeyPatch, **changes: str) -> list[str]:
    given(monkeypatch, **changes)
    with pytest.raises(SettingsError) as caught:
        load()
    assert CANARY not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.mistakes


def documented() -> dict[str, str]:
    return dict(ENTRY.findall((ROOT / ".env.example").read_text()))


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert set(documented()) == {field.name.upper() for field in fields(Settings)}


def test_documented_defaults_are_the_defaults() -> None:
    for field in fields(Settings):
        default = "" if field.default is MISSING else str(field.default)
        assert documented()[field.name.upper()] == default, field.name


def test_each_variable_is_explained_above_it() -> None:
    blocks = (ROOT / ".env.example").read_text().split("\n\n")
    for block in blocks:
        if ENTRY.search(block):
            assert block.startswith("# "), block


def test_the_example_names_the_addresses_to_register(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    example = (ROOT / ".env.example").read_text()
    assert load().redirect_uri == "https://bot.example.com/oauth/callback"
    assert "PUBLIC_URL/oauth/callback" in example
    assert "PUBLIC_URL/webhooks/fanvue" in example


def test_the_example_filled_in_is_enough(tmp_path: Path) -> None:
    text = ENTRY.sub(lambda entry: f"{entry[1]}={entry[2] or GOOD[entry[1]]}", (ROOT / ".env.example").read_text())
    (tmp_path / ".env").write_text(text)
    assert load(tmp_path / ".env").web_port == 8080


def test_all_mistakes_are_told_at_once_each_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    told = mistakes(
        monkeypatch,
        DISCORD_TOKEN="",
        FANVUE_CLIENT_SECRET=" , ",
        PUBLIC_URL=f"http://{CANARY}.example",
        TOKEN_KEYS=CANARY,
        DATABASE_URL=f"mysql://user:{CANARY}@host/db",
        WEB_PORT=CANARY,
        METRICS_PORT="70000",
        FANVUE_AUTH_URL=f"https://auth.fanvue.com/{CANARY}",
        LOG_LEVEL=CANARY,
    )
    assert [sentence.split()[0] for sentence in told] == [
        "DISCORD_TOKEN", "FANVUE_CLIENT_SECRET", "PUBLIC_URL", "TOKEN_KEYS", "DATABASE_URL", "WEB_PORT",
        "METRICS_PORT", "FANVUE_AUTH_URL", "LOG_LEVEL",
    ]  # fmt: skip
    assert all(re.fullmatch(r"[A-Z_]+ (is|must|should) .*\.", sentence) for sentence in told)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, WEB_HOST="", LOG_LEVEL="")
    assert load().web_host == "127.0.0.1"
    assert mistakes(monkeypatch, PUBLIC_URL="") == ["PUBLIC_URL is not set. See .env.example for where to get it."]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080", "https://bot.example.com",
        "https://bot.example.com/", "https://Bot.Example.com:8443",
    ],
)  # fmt: skip
def test_https_and_plain_loopback_are_good_addresses(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    given(monkeypatch, PUBLIC_URL=url)
    assert load().public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        f"http://{CANARY}.example", "http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example",
        "http://0.0.0.0", f"ftp://{CANARY}", CANARY, f"//{CANARY}", f"https://user:{CANARY}@host",
        f"https://bot.example.com/{CANARY}", f"https://bot.example.com?{CANARY}", f"https://bot.example.com#{CANARY}",
        f"https://[{CANARY}", f"https://host:{CANARY}", "https://host:99999", "https://exa\u2100mple.com",
        f"javascript:{CANARY}", "https://", "https://bot example.com", "https://*.example.com",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["PUBLIC_URL", "FANVUE_AUTH_URL"])
def test_other_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    (told,) = mistakes(monkeypatch, **{name: url})
    assert told.startswith(f"{name} must ")


def test_plain_http_to_fanvues_api_is_refused_outside_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    (told,) = mistakes(monkeypatch, FANVUE_API_URL="http://api.fanvue.com/v1")
    assert "must use https" in told
    given(monkeypatch, FANVUE_API_URL="https://api.fanvue.com/v1/")
    assert load().fanvue_api_url == "https://api.fanvue.com/v1"


def test_lists_of_keys_and_secrets_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    given(monkeypatch, TOKEN_KEYS=f" {keys[0]} ,{keys[1]}", FANVUE_WEBHOOK_SECRET="one, two,")
    settings = load()
    assert settings.keys == tuple(keys)
    assert settings.webhook_secrets == ("one", "two")


def test_secrets_do_not_show_when_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [field.name for field in fields(Settings) if field.type is Secret]
    assert len(names) == 4
    given(monkeypatch, **{name.upper(): f"{CANARY}{'x' * 32}" for name in names})
    settings = load()
    assert CANARY not in repr(settings) + str(settings) + str(asdict(settings))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00canary-value", None])
def test_an_env_file_that_cannot_be_read_is_a_mistake(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / ".env"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert CANARY not in str(caught.value)


def run_bot(folder: Path, **environment: str) -> Ended:
    """``python -m bot run`` in a folder without a ``.env``."""
    return asyncio.run(run(["bot", "run"], folder, {"PATH": os.environ["PATH"], **environment}))


def here(folder: Path, **changes: str) -> dict[str, str]:
    values = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/fanvue.db", "WEB_PORT": "0", "METRICS_PORT": "0"}
    return GOOD | values | {"TOKEN_KEYS": Fernet.generate_key().decode()} | changes


def test_bad_settings_end_with_78_and_every_sentence(tmp_path: Path) -> None:
    ended = run_bot(tmp_path, WEB_PORT=CANARY)
    assert ended.returncode == 78
    lines = ended.stderr.splitlines()
    assert len(lines) == len(GOOD) + 1
    assert "Traceback" not in ended.stderr
    assert CANARY not in ended.stderr + ended.stdout


def test_keys_that_are_none_end_with_78_and_one_sentence(tmp_path: Path) -> None:
    ended = run_bot(tmp_path, **here(tmp_path, TOKEN_KEYS="!" * 44))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (78, 1)
    assert "TOKEN_KEYS" in ended.stderr
    assert "!!" not in ended.stderr


def test_a_wrong_key_ends_with_78_and_one_sentence(tmp_path: Path, empty_database: Path) -> None:
    shutil.copy(empty_database, tmp_path / "fanvue.db")
    values = here(tmp_path)
    right = values["TOKEN_KEYS"]

    async def begin() -> None:
        async with open_app(load(**{name.lower(): value for name, value in values.items()})):
            pass

    asyncio.run(begin())
    ended = run_bot(tmp_path, **here(tmp_path))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (78, 1)
    assert "lacks the key" in ended.stderr
    assert right not in ended.stderr


def test_spaces_and_quotes_around_a_value_are_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        PUBLIC_URL=" https://bot.example.com/\n",
        FANVUE_CLIENT_ID='"client"',
        FANVUE_CLIENT_SECRET="'secret'\r\n",
        LOG_LEVEL="info ",
        WEB_PORT=" 8081",
        WEB_HOST='"  "',
    )
    settings = load()
    assert settings.public_url == "https://bot.example.com"
    assert settings.fanvue_client_id == "client"
    assert settings.fanvue_client_secret.get_secret_value() == "secret"
    assert (settings.log_level, settings.web_port, settings.web_host) == ("INFO", 8081, "127.0.0.1")


def test_an_env_file_may_begin_with_a_mark_of_its_encoding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in GOOD.items()), "utf-8-sig")
    assert load(tmp_path / ".env").fanvue_client_id == "client"


def test_two_servers_on_one_port_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mistakes(monkeypatch, WEB_PORT="9464") == ["METRICS_PORT must be another port than WEB_PORT."]


@pytest.mark.parametrize("unseen", ["\n", "\u200b", "\ufeff", "\xa0", "\x07"])
@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "FANVUE_CLIENT_ID", "FANVUE_WEBHOOK_SECRET", "DATABASE_URL"])
def test_a_value_with_unseen_characters_inside_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, name: str, unseen: str
) -> None:
    (told,) = mistakes(monkeypatch, **{name: f"sqlite:///{unseen}{CANARY}"})
    assert told == f"{name} must be one line without unseen characters: type it, or copy it anew."
