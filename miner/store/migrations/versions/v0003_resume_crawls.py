"""Let a crawl be resumed: addresses know their rank and the round that opened them, sources have marks.

What a frontier held is not carried over: its rows are of the crawl under way, which finds them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    op.drop_table("frontier")
    _lay(
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
    )
    op.create_index("ix_frontier_key", "frontier", ["key"], unique=True)
    op.create_index("ix_frontier_source_state_rank_id", "frontier", ["source", "state", "rank", "id"])
    op.create_table(
        "marks",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_marks"),
    )
    op.create_index("ix_marks_source", "marks", ["source"])


def downgrade() -> None:
    op.drop_table("marks")
    op.drop_table("frontier")
    _lay(
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_frontier_key", "frontier", ["key"], unique=True)
    op.create_index("ix_frontier_source_state_due_at_id", "frontier", ["source", "state", "due_at", "id"])


def _lay(*differs: sa.Column[object]) -> None:
    op.create_table(
        "frontier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        *differs,
        sa.PrimaryKeyConstraint("id", name="pk_frontier"),
    )
