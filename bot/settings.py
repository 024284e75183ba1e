"""Settings from the environment or ``.env``; built once, by the command line."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FERNET_KEY_LENGTH = 44
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
    if parts.scheme not in {"http", "https"} or not parts.hostname:
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


def _secret(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip(" ,"):
        raise ValueError("must not be empty")
    return secret


def _keys(secret: SecretStr) -> SecretStr:
    for key in _secret(secret).get_secret_value().split(","):
        if len(key.strip()) != FERNET_KEY_LENGTH:
            raise ValueError("must be Fernet keys, comma separated; make one with: python -m bot new-key")
    return secret


def _level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def _database(text: str) -> str:
    if not text.startswith(("sqlite:", "sqlite+aiosqlite:", "postgresql:", "postgresql+asyncpg:")):
        raise ValueError("must start with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    return text


Address = Annotated[str, AfterValidator(_address)]
Origin = Annotated[str, AfterValidator(_origin)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What the operator decides; each field is documented in ``.env.example``."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, frozen=True)

    discord_token: Secret
    fanvue_client_id: Annotated[str, Field(min_length=1)]
    fanvue_client_secret: Secret
    fanvue_webhook_secret: Secret
    public_url: Origin
    token_keys: Annotated[SecretStr, AfterValidator(_keys)]
    database_url: Annotated[str, AfterValidator(_database)] = "sqlite+aiosqlite:///data/fanvue.db"
    web_host: str = "127.0.0.1"
    web_port: Port = 8080
    metrics_port: Port = 9464
    fanvue_auth_url: Origin = "https://auth.fanvue.com"
    fanvue_api_url: Address = "https://api.fanvue.com"
    log_level: Annotated[str, AfterValidator(_level)] = "INFO"

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


def load(env_file: Path | None = None, **overrides: Any) -> Settings:
    """The settings, or a ``SettingsError`` that lists every mistake and shows no value."""
    try:
        return Settings(_env_file=env_file, **overrides)
    except ValidationError as error:
        raise SettingsError([_sentence(dict(mistake)) for mistake in error.errors(include_input=False)]) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            [f"{env_file} cannot be read: it must be a text file (UTF-8) that this user may read."]
        ) from None


def _split(secret: SecretStr) -> tuple[str, ...]:
    return tuple(part.strip() for part in secret.get_secret_value().split(",") if part.strip())


def _sentence(mistake: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in mistake["loc"]).upper()
    if mistake["type"] == "missing":
        return f"{name} is not set. See .env.example for where to get it."
    words = str(mistake["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return f"{name} {words}."
