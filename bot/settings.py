"""Settings from the environment or ``.env``; built once, by the command line.

Read by hand rather than by a library: it is the first thing a start does, and everything else waits for it.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from dotenv import dotenv_values

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FERNET_KEY_LENGTH = 44
HIGHEST_PORT = 65535
MAX_DIGITS = 6
HOST = re.compile(r"[\w.:%-]+")
PLAIN_NAME = re.compile(r"[A-Z_]+")
NO_ADDRESS = "must be an address such as https://bot.example.com"


class SettingsError(Exception):
    """Everything that is wrong with the settings, one sentence a mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _parts(text: str) -> SplitResult:
    """The parts of an address; what the standard library says about a broken one would repeat it."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(NO_ADDRESS) from None
    return parts


def _address(text: str) -> str:
    parts = _parts(text)
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(parts.hostname or ""):
        raise ValueError(NO_ADDRESS)
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("must be a plain address without user, query or fragment")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must use https (plain http is for loopback addresses only)")
    return text.rstrip("/")


def _origin(text: str) -> str:
    address = _address(text)
    if urlsplit(address).path:
        raise ValueError("must be an origin without a path, such as https://bot.example.com")
    return address


class Secret:
    """A text that prints as stars and has no JSON form."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('**********')"


def _secret(text: str) -> Secret:
    if not text.strip(" ,"):
        raise ValueError("must not be empty")
    return Secret(text)


def _keys(text: str) -> Secret:
    for key in text.split(","):
        if len(key.strip()) != FERNET_KEY_LENGTH:
            raise ValueError("must be Fernet keys, comma separated; make one with: python -m bot new-key")
    return Secret(text)


def _level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def _database(text: str) -> str:
    if not text.startswith(("sqlite:", "sqlite+aiosqlite:", "postgresql:", "postgresql+asyncpg:")):
        raise ValueError("must start with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    return text


def sqlite_file(url: str) -> Path | None:
    """The file that a database address names, with its whole path; ``None`` when it names none."""
    name = unquote(url.partition("?")[0].partition(":///")[2])
    if not url.startswith("sqlite") or name in {"", ":memory:"}:
        return None
    try:
        return Path(name).expanduser().resolve()
    except (OSError, ValueError, RuntimeError):  # what cannot be a name, or somebody's home that nobody has
        return None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:MAX_DIGITS]) <= HIGHEST_PORT):
        raise ValueError(f"must be a port: a number from 0 to {HIGHEST_PORT}")
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides; each field is documented in ``.env.example``."""

    discord_token: Secret
    fanvue_client_id: str
    fanvue_client_secret: Secret
    fanvue_webhook_secret: Secret
    public_url: str
    token_keys: Secret
    database_url: str = "sqlite+aiosqlite:///data/fanvue.db"
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    metrics_port: int = 9464
    fanvue_auth_url: str = "https://auth.fanvue.com"
    fanvue_api_url: str = "https://api.fanvue.com"
    log_level: str = "INFO"

    @property
    def redirect_uri(self) -> str:
        """The address Fanvue sends people back to; register exactly this one."""
        return f"{self.public_url}/oauth/callback"

    @property
    def keys(self) -> tuple[str, ...]:
        """The Fernet keys, the sealing one first."""
        return _split(self.token_keys)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Every webhook signing secret that is valid now."""
        return _split(self.fanvue_webhook_secret)

    @property
    def is_sqlite(self) -> bool:
        """Whether everything lives in one file."""
        return self.database_url.startswith("sqlite")

    @property
    def database_file(self) -> Path | None:
        """That file."""
        return sqlite_file(self.database_url)


READERS: dict[str, Callable[[str], Any]] = {
    "discord_token": _secret,
    "fanvue_client_id": str,
    "fanvue_client_secret": _secret,
    "fanvue_webhook_secret": _secret,
    "public_url": _origin,
    "token_keys": _keys,
    "database_url": _database,
    "web_host": str,
    "web_port": _port,
    "metrics_port": _port,
    "fanvue_auth_url": _origin,
    "fanvue_api_url": _address,
    "log_level": _level,
}
"""How each field is read from text; a ValueError says what it must be."""


def load(env_file: Path | None = None, **overrides: Any) -> Settings:
    """The settings, or a ``SettingsError`` that lists every mistake and shows no value.

    What is given here wins over the environment, which wins over the file; an empty variable counts as not set.
    """
    given = _file_values(env_file) | _named(os.environ) | {name.upper(): value for name, value in overrides.items()}
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for one in fields(Settings):
        try:
            values[one.name] = _read(one, given.get(one.name.upper()))
        except ValueError as error:
            mistakes.append(f"{one.name.upper()} {error}.")
        except LookupError:
            mistakes.append(f"{one.name.upper()} is not set. See .env.example for where to get it.")
    port = values.get("web_port")
    if port and port == values.get("metrics_port"):
        mistakes.append("METRICS_PORT must be another port than WEB_PORT.")
    if mistakes:
        raise SettingsError(mistakes)
    return Settings(**values)


def unknown_names(env_file: Path) -> list[str]:
    """What the file sets that is no setting, as far as it looks like a name and not like something pasted."""
    known = {one.name.upper() for one in fields(Settings)}
    return [name for name in _file_values(env_file) if name not in known and PLAIN_NAME.fullmatch(name)]


def _read(one: Field[Any], given: Any) -> Any:
    """The field's value; ValueError says what is wrong with what was given, LookupError that nothing was."""
    if given is None or given == "":
        if one.default is MISSING:
            raise LookupError
        return one.default
    text = given.get_secret_value() if isinstance(given, Secret) else str(given)
    if not text.isprintable():
        raise ValueError("must be one line without unseen characters: type it, or copy it anew")
    return READERS[one.name](text)


def _file_values(path: Path | None) -> dict[str, Any]:
    try:
        if path is None or not path.exists():
            return {}
        return _named(dotenv_values(stream=StringIO(path.read_text("utf-8-sig"))))
    except (OSError, UnicodeDecodeError):
        mistake = f"{path} cannot be read: it must be a text file (UTF-8) that this user may read."
        raise SettingsError([mistake]) from None


def _named(values: Mapping[str, str | None]) -> dict[str, Any]:
    bare = {name.upper(): _bare(value) for name, value in values.items() if value}
    return {name: value for name, value in bare.items() if value}


def _bare(text: str) -> str:
    """Without the spaces, line ends and pair of quotes that files and containers leave around a value."""
    text = text.strip()
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1].strip() if is_quoted else text


def _split(secret: Secret) -> tuple[str, ...]:
    return tuple(part.strip() for part in secret.get_secret_value().split(",") if part.strip())
