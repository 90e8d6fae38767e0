"""Assign people to client groups by what they say of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc", sa.LargeBinary(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("group_name", "key", name="pk_memberships"),
    )
    op.create_index("ix_memberships_author", "memberships", ["author"])
    op.create_index("ix_memberships_doc", "memberships", ["doc"])


def downgrade() -> None:
    op.drop_table("memberships")
