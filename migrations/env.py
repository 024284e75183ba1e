"""Runs migrations on the connection it is given; ``python -m bot migrate`` is how they are started."""

from alembic import context

from bot.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds all of it, on SQLite too
)
context.run_migrations()
