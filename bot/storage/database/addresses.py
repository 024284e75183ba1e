"""DATABASE_URL, as the drivers take it."""

from sqlalchemy import URL, exc, make_url

from bot.settings import sqlite_file

EXAMPLE = "sqlite+aiosqlite:///data/fanvue.db"
PARAMETERS = frozenset(
    {
        *("ssl", "sslmode", "host", "port", "user", "password", "database", "passfile", "service", "servicefile"),
        *("target_session_attrs", "krbsrvname", "gsslib", "prepared_statement_cache_size"),
    }
)
"""Those of asyncpg's that are texts."""


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
        return _for_postgresql(address.set(drivername="postgresql+asyncpg"))
    if backend != "sqlite":
        raise BadAddressError("DATABASE_URL must name SQLite or PostgreSQL.")
    path = sqlite_file(url)
    if path is None:
        raise BadAddressError(f"DATABASE_URL must name a file: {EXAMPLE}")
    if address.query:
        raise BadAddressError(f"DATABASE_URL holds more than the name of SQLite's file: {EXAMPLE}")
    return address.set(drivername="sqlite+aiosqlite", database=str(path))


def _for_postgresql(address: URL) -> URL:
    """With libpq's ``sslmode`` under the name asyncpg has for it."""
    if not PARAMETERS.issuperset(address.query):
        known = ", ".join(sorted(PARAMETERS))
        raise BadAddressError(f"DATABASE_URL holds a parameter (after ?) that is not known. Known are {known}.")
    mode = address.query.get("sslmode")
    if mode is None:
        return address
    return address.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
