"""Serve on schedule: runs that are wanted again, deaths of workers, topics' states, what is new, tallies.

Candidates grow between two minings: they have a place beside their number, and a group's words are kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"

ADDED = (("runs", "deaths"), ("runs", "again_at"), ("mined", "fitted"), ("mined", "words"), ("candidates", "place"))


def upgrade() -> None:
    op.add_column("runs", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("runs", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))
    op.add_column("mined", sa.Column("fitted", sa.Integer(), server_default="0", nullable=False))
    op.add_column("mined", sa.Column("words", sa.Text(), nullable=True))
    op.add_column("candidates", sa.Column("place", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE candidates SET place = number")
    op.create_table(
        "fresh",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["post"], ["posts.seq"], name="fk_fresh_post_posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_fresh"),
    )
    op.create_index("ix_fresh_post", "fresh", ["post"], unique=True)
    op.create_index("ix_fresh_group_name_id", "fresh", ["group_name", "id"])
    # What was annotated before has no topic yet.
    op.execute(
        "INSERT INTO fresh (post, group_name) "
        "SELECT seq, group_name FROM posts WHERE seq IN (SELECT post FROM documents) ORDER BY seq"
    )
    op.create_table(
        "topic_states",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("texts", "without")),
        sa.Column("sureness", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("new_texts", "new_without")),
        sa.Column("new_sureness", sa.Double(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_topic_states"),
    )
    op.create_table(
        "tallies",
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("metric", "subject", name="pk_tallies"),
    )


def downgrade() -> None:
    for table in ("tallies", "topic_states", "fresh"):
        op.drop_table(table)
    for table, column in ADDED:
        op.drop_column(table, column)
