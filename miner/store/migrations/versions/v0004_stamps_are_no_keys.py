"""Let an edit of a post not lock out what refers to it: stamps are no keys."""

from __future__ import annotations

from alembic import op

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    _index(unique=False)


def downgrade() -> None:
    _index(unique=True)


def _index(*, unique: bool) -> None:
    op.drop_index("ix_posts_stamp", "posts")
    op.create_index("ix_posts_stamp", "posts", ["stamp"], unique=unique)
