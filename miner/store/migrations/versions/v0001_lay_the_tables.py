"""Lay the tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None

COUNTERS = ("posts", "pipelines", "candidates", "decisions", "profiles")

# Decisions are a log: both databases refuse to change it. A version of a profile may only change its status.
SQLITE_GUARDS = (
    """CREATE TRIGGER decisions_kept BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever appended'); END""",
    """CREATE TRIGGER decisions_never_deleted BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever appended'); END""",
    """CREATE TRIGGER profiles_kept BEFORE UPDATE OF id, group_name, "number", title, made, body, content ON profiles
    BEGIN SELECT RAISE(ABORT, 'a version of a profile never changes'); END""",
)
POSTGRESQL_GUARDS = (
    """CREATE FUNCTION decisions_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'decisions are only ever appended'; END $$""",
    """CREATE TRIGGER decisions_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION decisions_kept()""",
    """CREATE FUNCTION profiles_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a version of a profile never changes'; END $$""",
    """CREATE TRIGGER profiles_kept BEFORE UPDATE OF id, group_name, "number", title, made, body, content ON profiles
    FOR EACH STATEMENT EXECUTE FUNCTION profiles_kept()""",
)


def upgrade() -> None:  # noqa: PLR0915  # one table after another
    op.create_table(
        "candidate_quotes",
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("candidate", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc", sa.LargeBinary(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("voice", sa.LargeBinary(length=16), nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("group_name", "candidate", "number", name="pk_candidate_quotes"),
    )
    op.create_index("ix_candidate_quotes_doc", "candidate_quotes", ["doc"], unique=False)
    op.create_index("ix_candidate_quotes_voice", "candidate_quotes", ["voice"], unique=False)
    op.create_table(
        "candidates",
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("group_name", "number", name="pk_candidates"),
    )
    op.create_index("ix_candidates_key", "candidates", ["key"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "decisions",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
    )
    op.create_index("ix_decisions_key", "decisions", ["key"], unique=True)
    op.create_index("ix_decisions_target_key_seq", "decisions", ["target_key", "seq"], unique=False)
    op.create_table(
        "forgotten",
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_forgotten"),
    )
    op.create_table(
        "http_cache",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_http_cache"),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
    )
    op.create_index("ix_ledger_at", "ledger", ["at"], unique=False)
    op.create_index("ix_ledger_run_id", "ledger", ["run", "id"], unique=False)
    op.create_index("ix_ledger_source_id", "ledger", ["source", "id"], unique=False)
    op.create_table(
        "lineage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lineage"),
    )
    op.create_index("ix_lineage_scope_id", "lineage", ["scope", "id"], unique=False)
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )
    op.create_table(
        "mined",
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("authors", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("group_name", name="pk_mined"),
    )
    op.create_table(
        "pipelines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pipelines"),
    )
    op.create_index("ix_pipelines_version", "pipelines", ["version"], unique=True)
    op.create_table(
        "posts",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(length=16), nullable=False),
        sa.Column("record", sa.LargeBinary(length=16), nullable=False),
        sa.Column("copy", sa.LargeBinary(length=16), nullable=False),
        sa.Column("place", sa.LargeBinary(length=16), nullable=True),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_posts"),
    )
    op.create_index("ix_posts_author", "posts", ["author"], unique=False)
    op.create_index("ix_posts_copy", "posts", ["copy"], unique=False)
    op.create_index("ix_posts_day", "posts", ["day"], unique=False)
    op.create_index("ix_posts_group_name_seq", "posts", ["group_name", "seq"], unique=False)
    op.create_index("ix_posts_key", "posts", ["key"], unique=True)
    op.create_index("ix_posts_place", "posts", ["place"], unique=False)
    op.create_index("ix_posts_stamp", "posts", ["stamp"], unique=True)
    op.create_table(
        "profiles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("endorsed_by", sa.Text(), nullable=True),
        sa.Column("endorsed_at", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profiles"),
    )
    op.create_index("ix_profiles_group_name_number", "profiles", ["group_name", "number"], unique=True)
    op.create_index("ix_profiles_group_name_status", "profiles", ["group_name", "status"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_kind_subject_id", "runs", ["kind", "subject", "id"], unique=False)
    op.create_index("ix_runs_status_due_at", "runs", ["status", "due_at"], unique=False)
    op.create_index(
        "uq_runs_open",
        "runs",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("status IN ('due', 'leased')"),
        postgresql_where=sa.text("status IN ('due', 'leased')"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("collector", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.Column("schedule", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_due_at", "sources", ["due_at"], unique=False)
    op.create_index("ix_sources_name", "sources", ["name"], unique=True)
    op.create_table(
        "topic_members",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("scope", "topic", "number", name="pk_topic_members"),
    )
    op.create_index("ix_topic_members_key", "topic_members", ["key"], unique=False)
    op.create_table(
        "topics",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("representative", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dormant", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "id", name="pk_topics"),
    )
    op.create_table(
        "documents",
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("relevance", sa.Double(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=False),
        sa.Column("tone_score", sa.Double(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("pii", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["pipeline"], ["pipelines.id"], name="fk_documents_pipeline_pipelines"),
        sa.ForeignKeyConstraint(["post"], ["posts.seq"], name="fk_documents_post_posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post", "pipeline", name="pk_documents"),
    )
    op.create_table(
        "due",
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["pipeline"], ["pipelines.id"], name="fk_due_pipeline_pipelines", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post"], ["posts.seq"], name="fk_due_post_posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pipeline", "post", name="pk_due"),
    )
    op.create_index("ix_due_post", "due", ["post"], unique=False)
    op.create_table(
        "frontier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
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
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name="fk_frontier_source_sources", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_frontier"),
    )
    op.create_index("ix_frontier_source_key", "frontier", ["source", "key"], unique=True)
    op.create_index("ix_frontier_source_state_due_at", "frontier", ["source", "state", "due_at"], unique=False)
    op.create_table(
        "post_versions",
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["posts.seq"], name="fk_post_versions_post_posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post", "number", name="pk_post_versions"),
    )
    op.create_table(
        "profile_quotes",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc", sa.LargeBinary(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("voice", sa.LargeBinary(length=16), nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile"], ["profiles.id"], name="fk_profile_quotes_profile_profiles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("profile", "line", "number", name="pk_profile_quotes"),
    )
    op.create_index("ix_profile_quotes_doc", "profile_quotes", ["doc"], unique=False)
    op.create_index("ix_profile_quotes_voice", "profile_quotes", ["voice"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post", "pipeline"],
            ["documents.post", "documents.pipeline"],
            name="fk_disclosures_post_documents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post", "pipeline", "number", name="pk_disclosures"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entities",
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("norm", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post", "pipeline"],
            ["documents.post", "documents.pipeline"],
            name="fk_entities_post_documents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post", "pipeline", "number", name="pk_entities"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statements",
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("pipeline", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post", "pipeline"],
            ["documents.post", "documents.pipeline"],
            name="fk_statements_post_documents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post", "pipeline", "number", name="pk_statements"),
        sqlite_with_rowid=False,
    )
    counters = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in COUNTERS])
    postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in POSTGRESQL_GUARDS if postgresql else SQLITE_GUARDS:
        op.execute(guard)


def downgrade() -> None:  # noqa: PLR0915
    op.drop_table("statements")
    op.drop_table("entities")
    op.drop_table("disclosures")
    op.drop_index("ix_profile_quotes_voice", table_name="profile_quotes")
    op.drop_index("ix_profile_quotes_doc", table_name="profile_quotes")
    op.drop_table("profile_quotes")
    op.drop_table("post_versions")
    op.drop_index("ix_frontier_source_state_due_at", table_name="frontier")
    op.drop_index("ix_frontier_source_key", table_name="frontier")
    op.drop_table("frontier")
    op.drop_index("ix_due_post", table_name="due")
    op.drop_table("due")
    op.drop_table("documents")
    op.drop_table("topics")
    op.drop_index("ix_topic_members_key", table_name="topic_members")
    op.drop_table("topic_members")
    op.drop_index("ix_sources_name", table_name="sources")
    op.drop_index("ix_sources_due_at", table_name="sources")
    op.drop_table("sources")
    op.drop_index(
        "uq_runs_open",
        table_name="runs",
        sqlite_where=sa.text("status IN ('due', 'leased')"),
        postgresql_where=sa.text("status IN ('due', 'leased')"),
    )
    op.drop_index("ix_runs_status_due_at", table_name="runs")
    op.drop_index("ix_runs_kind_subject_id", table_name="runs")
    op.drop_table("runs")
    op.drop_index("ix_profiles_group_name_status", table_name="profiles")
    op.drop_index("ix_profiles_group_name_number", table_name="profiles")
    op.drop_table("profiles")
    op.drop_index("ix_posts_stamp", table_name="posts")
    op.drop_index("ix_posts_place", table_name="posts")
    op.drop_index("ix_posts_key", table_name="posts")
    op.drop_index("ix_posts_group_name_seq", table_name="posts")
    op.drop_index("ix_posts_day", table_name="posts")
    op.drop_index("ix_posts_copy", table_name="posts")
    op.drop_index("ix_posts_author", table_name="posts")
    op.drop_table("posts")
    op.drop_index("ix_pipelines_version", table_name="pipelines")
    op.drop_table("pipelines")
    op.drop_table("mined")
    op.drop_table("meta")
    op.drop_index("ix_lineage_scope_id", table_name="lineage")
    op.drop_table("lineage")
    op.drop_index("ix_ledger_source_id", table_name="ledger")
    op.drop_index("ix_ledger_run_id", table_name="ledger")
    op.drop_index("ix_ledger_at", table_name="ledger")
    op.drop_table("ledger")
    op.drop_table("http_cache")
    op.drop_table("forgotten")
    op.drop_index("ix_decisions_target_key_seq", table_name="decisions")
    op.drop_index("ix_decisions_key", table_name="decisions")
    op.drop_table("decisions")
    op.drop_table("counters")
    op.drop_index("ix_candidates_key", table_name="candidates")
    op.drop_table("candidates")
    op.drop_index("ix_candidate_quotes_voice", table_name="candidate_quotes")
    op.drop_index("ix_candidate_quotes_doc", table_name="candidate_quotes")
    op.drop_table("candidate_quotes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION decisions_kept()")
        op.execute("DROP FUNCTION profiles_kept()")
