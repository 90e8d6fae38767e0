"""Alembic runs this file by path, with the connection that schema.py opened."""

from alembic import context

from miner.store.tables import Base


def migrate() -> None:
    connection = context.config.attributes["connection"]
    # All steps or none: both databases can lay out tables inside a transaction, and this one is schema.py's.
    context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=False)
    context.run_migrations()


# Imported under its own name (by a doctest run, by a type checker) it does nothing.
if not __name__.startswith("miner."):
    migrate()
