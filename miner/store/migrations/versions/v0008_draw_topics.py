"""Draw topics: where texts lie on their map."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    op.create_table(
        "topic_maps",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_topic_maps"),
    )


def downgrade() -> None:
    op.drop_table("topic_maps")
