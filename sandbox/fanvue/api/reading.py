"""What callers may send: base models for query and body, and their mistakes in Fanvue's words."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import unquote
from uuid import UUID

from multidict import MultiMapping
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from sandbox.fanvue.instants import as_utc

from .answers import RefusedError, invalid, message

FIRST_YEAR = 1970
LAST_YEAR = 2200


def _split(value: object) -> object:
    values = value if isinstance(value, list) else [value]
    return [part for item in values for part in str(item).split(",") if part]


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def near_instant(at: datetime) -> datetime:
    """The instant in UTC; raises ValueError for one no business has."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"Must be between the years {FIRST_YEAR} and {LAST_YEAR}")
    return as_utc(at)


def _uuid_text(value: str) -> str:
    return str(UUID(value))


Uuid = Annotated[str, AfterValidator(_uuid_text)]
Instant = Annotated[datetime, AfterValidator(near_instant)]
Commas = BeforeValidator(_split)
Repeated = BeforeValidator(_listed)
Flag = Literal["true", "false"]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
Price = Annotated[float, Field(ge=300, allow_inf_nan=False)]
MAX_BATCH = 20


class Query(BaseModel):
    """Query parameters; unknown ones are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class Paged(Query):
    """`page` and `size` as on the unversioned lists."""

    page: int = Field(1, ge=1)
    size: int = Field(15, ge=1, le=50)


class Sized(Query):
    """`cursor` and `size`."""

    cursor: str | None = None
    size: int = Field(20, ge=1, le=50)


class Limited(Query):
    """`cursor` and `limit`."""

    cursor: str | None = None
    limit: int = Field(20, ge=1)


class Span(Query):
    """A time span; the end is exclusive."""

    start_date: Instant | None = None
    end_date: Instant | None = None


class Body(BaseModel):
    """A JSON body; unknown members are ignored, types are not coerced."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", strict=True)

    def was_sent(self, field: str) -> bool:
        return field in self.model_fields_set


def _sentences(failure: ValidationError) -> list[str]:
    return [f"{'.'.join(str(part) for part in row['loc']) or 'body'}: {row['msg']}" for row in failure.errors()]


Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=Body)


def read_query(model: type[Q], sent: MultiMapping[str]) -> Q:
    """The query as a model; raises RefusedError 400 {errors}."""
    values: dict[str, Any] = {key: sent.getall(key) if len(sent.getall(key)) > 1 else sent[key] for key in set(sent)}
    try:
        return model.model_validate(values)
    except ValidationError as failure:
        raise invalid(*_sentences(failure)) from None


def read_body(model: type[B], raw: bytes) -> B:
    """The body as a model; raises RefusedError 400 {errors}."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as failure:
        raise invalid(*_sentences(failure)) from None


def read_segment(name: str, raw: str, free: tuple[str, ...]) -> str:
    """A path segment; all but the `free` ones and numbers must be UUIDs, else 400 {message}."""
    value = unquote(raw)
    if name in free:
        return value
    try:
        return str(UUID(value))
    except ValueError:
        raise invalid_uuid(name) from None


def invalid_uuid(name: str) -> RefusedError:
    return message(400, "Invalid user UUID" if "serUuid" in name else "Invalid UUID")


def uuid_list(text: str, limit: int) -> list[str]:
    """Comma-separated UUIDs; raises RefusedError 400 {errors}."""
    try:
        found = [str(UUID(part)) for part in text.split(",") if part]
    except ValueError:
        raise invalid("Must be a comma-separated list of UUIDs") from None
    if not found or len(found) > limit:
        raise invalid(f"Give 1 to {limit} UUIDs")
    return found
