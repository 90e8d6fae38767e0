"""Find texts: the words of annotated posts for full-text search. Older posts wait for theirs to be made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "v0009"
down_revision = "v0008"

# A word of ours has hyphens and slashes in it, a mark begins with «=».
SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE findable_words USING fts5(words, content='findable', content_rowid='place',
    columnsize=0, tokenize="unicode61 remove_diacritics 0 tokenchars '-/='")""",
    """CREATE TRIGGER findable_made AFTER INSERT ON findable WHEN new.words IS NOT NULL
    BEGIN INSERT INTO findable_words (rowid, words) VALUES (new.place, new.words); END""",
    """CREATE TRIGGER findable_gone AFTER DELETE ON findable WHEN old.words IS NOT NULL
    BEGIN INSERT INTO findable_words (findable_words, rowid, words) VALUES ('delete', old.place, old.words); END""",
    """CREATE TRIGGER findable_lost AFTER UPDATE OF words ON findable WHEN old.words IS NOT NULL
    BEGIN INSERT INTO findable_words (findable_words, rowid, words) VALUES ('delete', old.place, old.words); END""",
    """CREATE TRIGGER findable_told AFTER UPDATE OF words ON findable WHEN new.words IS NOT NULL
    BEGIN INSERT INTO findable_words (rowid, words) VALUES (new.place, new.words); END""",
)
# Days since the beginning of the calendar, as Python counts them.
DAY = {
    "sqlite": "CAST(julianday(day) - 1721424.5 AS INTEGER)",
    "postgresql": "CAST(CAST(day AS date) - DATE '0001-01-01' + 1 AS bigint)",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.create_table(
        "findable",
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("words", TSVECTOR() if dialect == "postgresql" else sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post", "pipeline"],
            ["documents.post", "documents.pipeline"],
            name="fk_findable_post_documents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("place", name="pk_findable"),
    )
    op.create_index("ix_findable_post_pipeline", "findable", ["post", "pipeline"])
    bare = sa.text("words IS NULL")
    op.create_index("ix_findable_bare", "findable", ["place"], sqlite_where=bare, postgresql_where=bare)
    op.create_table(
        "publishers",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_publishers"),
    )
    op.execute("INSERT INTO counters (name, value) VALUES ('findable', 0)")
    op.execute(
        "INSERT INTO findable (place, post, pipeline) "  # noqa: S608  # constants of ours
        f"SELECT {DAY[dialect]} * 1099511627776 + seq, seq, pipeline FROM posts "
        "JOIN (SELECT post, max(pipeline) AS pipeline FROM documents GROUP BY post) AS last ON post = seq"
    )
    if dialect == "postgresql":
        op.create_index("ix_findable_words", "findable", ["words"], postgresql_using="gin")
    else:
        for statement in SQLITE_INDEX:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE findable_words")
    op.drop_table("findable")
    op.drop_table("publishers")
    op.execute("DELETE FROM counters WHERE name = 'findable'")
