"""What the database holds. Every table is described here; the steps that lead to it lie in migrations/.

Raw text lives in ``posts`` and ``post_versions`` alone. Everything made of it (statements, entities, quotes) is masked.
Names of people are nowhere: an author is a key (see keys.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from miner.store.columns import Digest, Lexemes, Moment, Packed, Words


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own declaration
        str: Words(),
        bytes: Digest,
        datetime: Moment(),
        Any: Packed(),
    }


# SQLite numbers rows by itself only in a column that is exactly INTEGER.
_Long: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


def _of_document() -> tuple[ForeignKeyConstraint, dict[str, bool]]:
    """Parts of a document go with it, and lie in the order of their posts."""
    there = ForeignKeyConstraint(["post", "pipeline"], ["documents.post", "documents.pipeline"], ondelete="CASCADE")
    return there, {"sqlite_with_rowid": False}


class Meta(Base):
    """Facts about the database itself, such as whose key hides its authors."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Counter(Base):
    """Numbers that only grow. Who moves one holds its row until the transaction ends, on both databases."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class SourceRow(Base):
    """Where posts come from, as the analyst set it up."""

    __tablename__ = "sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    collector: Mapped[str]
    targets: Mapped[Any]
    options: Mapped[Any]
    group: Mapped[str | None] = mapped_column("group_name", key="group")
    schedule: Mapped[str | None]
    timezone: Mapped[str | None]
    basis: Mapped[str | None]
    added_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "name", unique=True), Index(None, "due_at"))


class RunRow(Base):
    """A piece of work that is due, leased, done or failed: a crawl of a source, a refresh of a group."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    status: Mapped[str]
    due_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    counts: Mapped[Any]
    error: Mapped[str | None]
    again_at: Mapped[datetime | None]
    deaths: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        Index(None, "status", "due_at"),
        Index(None, "kind", "subject", "id"),
        # One open run of a kind and subject: what falls due while the last still runs, waits.
        Index(
            "uq_runs_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("status IN ('due', 'leased')"),
            postgresql_where=text("status IN ('due', 'leased')"),
        ),
    )


class TallyRow(Base):
    """A figure that only grows, such as seconds spent on a stage: workers add, whoever watches reads."""

    __tablename__ = "tallies"

    metric: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class FrontierRow(Base):
    """An address that a crawl of a source has found; it is asked for once a round, whoever is killed meanwhile.

    ``key`` stands for the source and the address, ``round`` is the crawl that opened it last.
    """

    __tablename__ = "frontier"

    id: Mapped[int] = mapped_column(_Long, primary_key=True)
    source: Mapped[str]
    key: Mapped[bytes]
    url: Mapped[str]
    kind: Mapped[str]
    depth: Mapped[int]
    rank: Mapped[int]
    round: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    found_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    data: Mapped[Any]
    error: Mapped[str | None]

    __table_args__ = (Index(None, "key", unique=True), Index(None, "source", "state", "rank", "id"))


class MarkRow(Base):
    """What a crawl of a source wants to know again, such as the last post of a thread; ``key`` stands for both."""

    __tablename__ = "marks"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    source: Mapped[str]
    name: Mapped[str]
    value: Mapped[str]

    __table_args__ = (Index(None, "source"),)


class CachedRow(Base):
    """What a server said that lets the next crawl ask whether a page has changed."""

    __tablename__ = "http_cache"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    url: Mapped[str]
    status: Mapped[int]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    digest: Mapped[bytes | None]
    fetched_at: Mapped[datetime]


class LedgerRow(Base):
    """A line for every request and every address that was skipped."""

    __tablename__ = "ledger"

    id: Mapped[int] = mapped_column(_Long, primary_key=True)
    at: Mapped[datetime]
    source: Mapped[str]
    run: Mapped[int | None]
    url: Mapped[str]
    outcome: Mapped[str]
    status: Mapped[int | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    seconds: Mapped[float | None]
    robots: Mapped[str | None]
    basis: Mapped[str | None]
    note: Mapped[str | None]

    __table_args__ = (Index(None, "source", "id"), Index(None, "run", "id"), Index(None, "at"))


class PostRow(Base):
    """A post as it reads now.

    ``seq`` is its place in the order of arrival. ``stamp`` comes from the same counter and grows whenever the content
    changes, so whoever remembers a stamp can ask for what is newer. ``key`` stands for the id, ``content`` for what an
    annotation sees, ``record`` for all fields, ``copy`` for the text whatever its case and spaces, ``place`` for the
    source and thread.
    """

    __tablename__ = "posts"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stamp: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[bytes]
    id: Mapped[str]
    text: Mapped[str]
    author: Mapped[str | None]
    source: Mapped[str | None]
    url: Mapped[str | None]
    thread: Mapped[str | None]
    parent: Mapped[str | None]
    date: Mapped[str | None]
    title: Mapped[str | None]
    group: Mapped[str | None] = mapped_column("group_name", key="group")
    role: Mapped[str]
    extra: Mapped[Any | None]
    content: Mapped[bytes]
    record: Mapped[bytes]
    copy: Mapped[bytes]
    place: Mapped[bytes | None]
    day: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    first_seen: Mapped[datetime]
    changed_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "key", unique=True),
        # Not unique, though stamps are: PostgreSQL takes a change of what is unique for one of a key, and locks harder.
        Index(None, "stamp"),
        Index(None, "group", "seq"),
        Index(None, "author"),
        Index(None, "place"),
        Index(None, "copy"),
        Index(None, "day"),
    )


class PostVersionRow(Base):
    """What a post said before its author edited it."""

    __tablename__ = "post_versions"

    post: Mapped[int] = mapped_column(ForeignKey("posts.seq", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    title: Mapped[str | None]
    role: Mapped[str]
    content: Mapped[bytes]
    seen_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class PipelineRow(Base):
    """A version of the annotation. Posts stamped up to ``seen`` were either annotated under it or wait in ``due``."""

    __tablename__ = "pipelines"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str]
    seen: Mapped[int] = mapped_column(BigInteger, default=0)
    added_at: Mapped[datetime]

    __table_args__ = (Index(None, "version", unique=True),)


class DueRow(Base):
    """A post that waits for its annotation, and who works on it until when."""

    __tablename__ = "due"

    pipeline: Mapped[int] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True)
    post: Mapped[int] = mapped_column(ForeignKey("posts.seq", ondelete="CASCADE"), primary_key=True)
    worker: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]

    __table_args__ = (Index(None, "post"),)


class FreshRow(Base):
    """A post whose annotation is new to the topics; annotated again, it gets another ``id``."""

    __tablename__ = "fresh"

    id: Mapped[int] = mapped_column(_Long, primary_key=True)
    post: Mapped[int] = mapped_column(ForeignKey("posts.seq", ondelete="CASCADE"))
    group: Mapped[str | None] = mapped_column("group_name", key="group")

    __table_args__ = (Index(None, "post", unique=True), Index(None, "group", "id"))


class DocumentRow(Base):
    """The annotation of a post's current text under a version of the pipeline."""

    __tablename__ = "documents"

    post: Mapped[int] = mapped_column(ForeignKey("posts.seq", ondelete="CASCADE"), primary_key=True)
    pipeline: Mapped[int] = mapped_column(ForeignKey("pipelines.id"), primary_key=True)
    relevance: Mapped[float]
    relevant: Mapped[bool]
    tone: Mapped[str]
    tone_score: Mapped[float]
    language: Mapped[str]
    pii: Mapped[Any | None]


class StatementRow(Base):
    __tablename__ = "statements"

    post: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    pipeline: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int]
    stop: Mapped[int]
    text: Mapped[str]
    kind: Mapped[str]
    score: Mapped[float]
    sentiment: Mapped[str]
    why: Mapped[Any]

    __table_args__ = _of_document()


class EntityRow(Base):
    __tablename__ = "entities"

    post: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    pipeline: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int]
    stop: Mapped[int]
    label: Mapped[str]
    text: Mapped[str]
    norm: Mapped[str]

    __table_args__ = _of_document()


class DisclosureRow(Base):
    __tablename__ = "disclosures"

    post: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    pipeline: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    field: Mapped[str]
    value: Mapped[Any]
    start: Mapped[int]
    stop: Mapped[int]

    __table_args__ = _of_document()


class FindableRow(Base):
    """What the search knows of an annotated post: ``words`` are lemmas and marks, empty while they are to be made.

    ``place`` orders posts by day and arrival (see findable.py). SQLite searches in ``findable_words``, an FTS5 table
    that triggers keep in step with this one; PostgreSQL in the column itself.
    """

    __tablename__ = "findable"

    place: Mapped[int] = mapped_column(_Long, primary_key=True, autoincrement=False)
    post: Mapped[int] = mapped_column(BigInteger)
    pipeline: Mapped[int]
    words: Mapped[Any | None] = mapped_column(Lexemes())

    __table_args__ = (
        ForeignKeyConstraint(["post", "pipeline"], ["documents.post", "documents.pipeline"], ondelete="CASCADE"),
        Index(None, "post", "pipeline"),
        Index("ix_findable_bare", "place", sqlite_where=text("words IS NULL"), postgresql_where=text("words IS NULL")),
        Index("ix_findable_words", "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )


class PublisherRow(Base):
    """The sources that findable posts come from."""

    __tablename__ = "publishers"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    name: Mapped[str]


class TopicRow(Base):
    """A topic with a permanent id within its scope; a dormant one is kept, with what it was last called."""

    __tablename__ = "topics"

    scope: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    keywords: Mapped[Any]
    representative: Mapped[Any]
    place: Mapped[int]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    dormant: Mapped[bool] = mapped_column(default=False)


class MemberRow(Base):
    __tablename__ = "topic_members"

    scope: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    member: Mapped[str]
    key: Mapped[bytes]

    __table_args__ = (Index(None, "key"),)


class TopicStateRow(Base):
    """What a refit needs to recognise the topics of a scope, and what it found: ``without`` of ``texts`` had none."""

    __tablename__ = "topic_states"

    scope: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    texts: Mapped[int]
    without: Mapped[int]
    sureness: Mapped[float]
    new_texts: Mapped[int]
    new_without: Mapped[int]
    new_sureness: Mapped[float]
    body: Mapped[Any]


class TopicMapRow(Base):
    """Where the texts of a scope lie on the map of its topics: ``points`` are x, y and fit of each, as floats."""

    __tablename__ = "topic_maps"

    scope: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    texts: Mapped[Any]
    points: Mapped[bytes] = mapped_column(LargeBinary)


class LineageRow(Base):
    """What a refit did to the topics of a scope."""

    __tablename__ = "lineage"

    id: Mapped[int] = mapped_column(_Long, primary_key=True)
    scope: Mapped[str]
    at: Mapped[datetime]
    event: Mapped[str]
    before: Mapped[Any]
    after: Mapped[Any]

    __table_args__ = (Index(None, "scope", "id"),)


class MinedRow(Base):
    """The answer of the last mining of a group, without its candidates; ``fitted`` posts were there when it was made.

    ``words`` counts the group's people by word, for others to be compared with.
    """

    __tablename__ = "mined"

    group: Mapped[str] = mapped_column("group_name", key="group", primary_key=True)
    posts: Mapped[int]
    authors: Mapped[int]
    facts: Mapped[Any]
    notes: Mapped[Any]
    fitted: Mapped[int] = mapped_column(default=0, server_default="0")
    words: Mapped[Any | None]
    at: Mapped[datetime]


class CandidateRow(Base):
    """A suggested line, ``place`` its rank; ``body`` is the rest of the record, its quotes have their own table."""

    __tablename__ = "candidates"

    group: Mapped[str] = mapped_column("group_name", key="group", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str]
    key: Mapped[bytes]
    kind: Mapped[str]
    text: Mapped[str]
    body: Mapped[Any]
    place: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (Index(None, "key"),)


class QuoteColumns:
    """A masked quote; ``voice`` stands for its author and ``doc`` for its post, so that both can be found."""

    doc_id: Mapped[str]
    doc: Mapped[bytes]
    start: Mapped[int]
    stop: Mapped[int]
    quote: Mapped[str]
    speaker: Mapped[str]
    voice: Mapped[bytes]
    date: Mapped[str | None]
    url: Mapped[str | None]
    thread: Mapped[str | None]
    source: Mapped[str | None]
    score: Mapped[float]


class CandidateQuoteRow(QuoteColumns, Base):
    __tablename__ = "candidate_quotes"

    group: Mapped[str] = mapped_column("group_name", key="group", primary_key=True)
    candidate: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "voice"), Index(None, "doc"))


class DecisionRow(Base):
    """What people decided. Triggers refuse to change or delete a row."""

    __tablename__ = "decisions"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[bytes]
    id: Mapped[str]
    at: Mapped[str]
    who: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    target_key: Mapped[bytes]
    data: Mapped[Any]

    __table_args__ = (Index(None, "key", unique=True), Index(None, "target_key", "seq"))


class ProfileRow(Base):
    """A version of a profile. A trigger refuses to change anything but its status and who endorsed it."""

    __tablename__ = "profiles"

    id: Mapped[int] = mapped_column(primary_key=True)
    group: Mapped[str] = mapped_column("group_name", key="group")
    number: Mapped[int]
    status: Mapped[str]
    title: Mapped[str]
    made: Mapped[str]
    endorsed_by: Mapped[str | None]
    endorsed_at: Mapped[str | None]
    body: Mapped[Any]
    content: Mapped[bytes]

    __table_args__ = (Index(None, "group", "number", unique=True), Index(None, "group", "status"))


class ProfileQuoteRow(QuoteColumns, Base):
    __tablename__ = "profile_quotes"

    profile: Mapped[int] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "voice"), Index(None, "doc"))


class MembershipRow(Base):
    """A person's place in a client group; ``author`` is empty for a post that stands for itself, ``doc`` for that post.

    ``key`` stands for the speaker. Posts that were collected with a group are not here: theirs is known.
    """

    __tablename__ = "memberships"

    group: Mapped[str] = mapped_column("group_name", key="group", primary_key=True)
    key: Mapped[bytes] = mapped_column(primary_key=True)
    speaker: Mapped[str]
    author: Mapped[str | None]
    score: Mapped[float]
    doc_id: Mapped[str]
    doc: Mapped[bytes]
    start: Mapped[int]
    stop: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "author"), Index(None, "doc"))


class ForgottenRow(Base):
    """Who asked to be forgotten, as a mark that only the workspace's key can make.

    The next crawl meets them again and knows by the mark to leave them out.
    """

    __tablename__ = "forgotten"

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class UserRow(Base):
    """A person who works in the review room; ``key`` stands for the name whatever its case."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes]
    name: Mapped[str]
    role: Mapped[str]
    password: Mapped[str | None]
    subject: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    visited_at: Mapped[datetime | None]
    visited_before: Mapped[datetime | None]

    __table_args__ = (Index(None, "key", unique=True), Index(None, "subject", unique=True))


class SessionRow(Base):
    """A browser that is logged in; ``key`` stands for the secret in its cookie."""

    __tablename__ = "sessions"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    user: Mapped[int] = mapped_column("user_id", ForeignKey("users.id", ondelete="CASCADE"), key="user")
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (Index(None, "user"), Index(None, "expires_at"))


class TokenRow(Base):
    """A program that calls the API for a user; ``key`` stands for its secret, which is shown once and kept nowhere."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes]
    user: Mapped[int] = mapped_column("user_id", ForeignKey("users.id", ondelete="CASCADE"), key="user")
    label: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "key", unique=True), Index(None, "user"))


class TriesRow(Base):
    """Logins that failed, from one place or for one name; until when the next one is refused."""

    __tablename__ = "tries"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    at: Mapped[datetime]
    until: Mapped[datetime | None]

    __table_args__ = (Index(None, "at"),)


class AuditRow(Base):
    """Who did what when, from what to what. Triggers refuse to change or delete a row."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(_Long, primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    key: Mapped[bytes]
    before: Mapped[Any | None]
    after: Mapped[Any | None]

    __table_args__ = (Index(None, "key", "id"), Index(None, "who", "id"))


class ReplyRow(Base):
    """What a request with an Idempotency-Key was answered; without ``status`` it is still being worked on."""

    __tablename__ = "replies"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    request: Mapped[bytes]
    at: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[Any | None]
    body: Mapped[str | None]

    __table_args__ = (Index(None, "at"),)


class WebhookRow(Base):
    """An address that wants to hear of new candidates; ``secret`` signs what it is told."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]
    group: Mapped[str | None] = mapped_column("group_name", key="group")
    who: Mapped[str]
    added_at: Mapped[datetime]


class DeliveryRow(Base):
    """A message for a webhook; ``due_at`` is empty once it was taken or given up."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(_Long, primary_key=True)
    webhook: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    body: Mapped[Any]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    error: Mapped[str | None]

    __table_args__ = (Index(None, "webhook", "id"), Index(None, "due_at"))
