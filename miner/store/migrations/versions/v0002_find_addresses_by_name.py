"""Let a crawl remember its addresses under any name of a source, and let one at a time ask for a run.

What a frontier held is not carried over: its rows are of the crawl under way, which finds them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    op.drop_table("frontier")
    _lay(sa.Column("source", sa.Text(), nullable=False))
    op.create_index("ix_frontier_key", "frontier", ["key"], unique=True)
    op.create_index("ix_frontier_source_state_due_at_id", "frontier", ["source", "state", "due_at", "id"])
    op.execute("INSERT INTO counters (name, value) VALUES ('runs', 0)")


def downgrade() -> None:
    op.execute("DELETE FROM counters WHERE name = 'runs'")
    op.drop_table("frontier")
    known = sa.ForeignKey("sources.id", name="fk_frontier_source_sources", ondelete="CASCADE")
    _lay(sa.Column("source", sa.Integer(), known, nullable=False))
    op.create_index("ix_frontier_source_key", "frontier", ["source", "key"], unique=True)
    op.create_index("ix_frontier_source_state_due_at", "frontier", ["source", "state", "due_at"])


def _lay(source: sa.Column[str] | sa.Column[int]) -> None:
    op.create_table(
        "frontier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        source,
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_frontier"),
    )
