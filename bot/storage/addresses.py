"""DATABASE_URL, as the drivers take it."""

from pathlib import Path

from sqlalchemy import URL, exc, make_url


class DatabaseUnreachableError(Exception):
    """The database named in the settings cannot be used; the message says it to the operator, without the address."""


class BadAddressError(DatabaseUnreachableError):
    """There can be no such database, however long one waits for it."""


def address_of(url: str) -> URL:
    """The address with its async driver; a relative file becomes absolute. DatabaseUnreachableError when unusable."""
    try:
        address = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise BadAddressError("DATABASE_URL is not a database address.") from None
    backend = address.get_backend_name()
    if backend == "postgresql":
        return _with_ssl(address.set(drivername="postgresql+asyncpg"))
    if backend != "sqlite":
        raise BadAddressError("DATABASE_URL must name SQLite or PostgreSQL.")
    if not address.database or address.database == ":memory:":
        raise BadAddressError("DATABASE_URL must name a file: sqlite+aiosqlite:///data/fanvue.db")
    path = Path(address.database).expanduser().resolve()
    return address.set(drivername="sqlite+aiosqlite", database=str(path))


def _with_ssl(address: URL) -> URL:
    """Libpq's ``sslmode`` under the name asyncpg has for it."""
    mode = address.query.get("sslmode")
    if mode is None:
        return address
    return address.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
