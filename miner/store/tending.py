"""What a database that doesn't tend itself needs: PostgreSQL with autovacuum off soon plans by figures of long ago.

A table that grew is read from end to end, since it was small when it was last looked at; rows that were deleted stay in
its way. Where autovacuum is on there is nothing to do, nor for SQLite.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from miner.store.database import Database

_TABLES = text(
    "SELECT relname, n_live_tup, n_dead_tup, n_mod_since_analyze FROM pg_stat_user_tables "
    "WHERE schemaname = current_schema()"
)
# One of all workers at a time.
_TURN = "hashtext(current_schema() || '.miner tending')"
# PostgreSQL's own rule is half of it, and a fifth.
_FEW, _DEAD, _CHANGED = 1_000, 0.2, 0.1


def tends_itself(database: Database) -> bool:
    """Whether autovacuum is on; SQLite needs none."""
    if database.is_sqlite:
        return True
    with database.reading() as connection:
        return str(connection.execute(text("SHOW autovacuum")).scalar_one()) == "on"


def tend(database: Database) -> list[str]:
    """Do autovacuum's work where it is off; returns the tables that needed it. Does nothing while another does it."""
    if tends_itself(database):
        return []
    with database.maintaining() as connection:
        if not connection.execute(text(f"SELECT pg_try_advisory_lock({_TURN})")).scalar_one():
            return []
        try:
            found = _needy(connection)
            for table in found:
                quoted = connection.dialect.identifier_preparer.quote(table)
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {quoted}")
            return found
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({_TURN})"))


def _needy(connection: Connection) -> list[str]:
    return [
        row.relname
        for row in connection.execute(_TABLES)
        if row.n_dead_tup > _FEW + _DEAD * row.n_live_tup or row.n_mod_since_analyze > _FEW + _CHANGED * row.n_live_tup
    ]
