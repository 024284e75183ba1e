"""What all tables share.

Discord ids are BIGINT, words of closed sets text, instants UTC; sealed columns hold no clear secret.
"""

from sqlalchemy import BigInteger, Integer, MetaData

HEAD = "0011"
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
