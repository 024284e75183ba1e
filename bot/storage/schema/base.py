"""What all tables share.

Discord ids are BIGINT, words of closed sets text, instants UTC; sealed columns hold no clear secret.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, event, text

HEAD = "0026"
"""The newest migration; a start with another one in the database migrates first."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only in columns of exactly INTEGER."""


def partial_index(name: str, *columns: Column[Any], where: str, unique: bool = False) -> Index:
    """An index over the rows for which a condition holds.

    The condition is told to the database in use alone, when tables are made: naming each database here would load
    PostgreSQL's half of SQLAlchemy at every start.
    """
    return Index(name, *columns, unique=unique, info={"where": where})


@event.listens_for(metadata, "before_create")
def _limit_indexes(_target: object, connection: Connection, **_options: object) -> None:
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options[connection.dialect.name]["where"] = text(index.info["where"])
