"""Alembic runs this file: it hands over our connection and its transaction."""

from alembic import context

from engine.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # True of SQLite as well, because we begin its transactions ourselves.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
