"""Annotations of posts under versions of the pipeline, and which posts wait for theirs.

What waits is rows: a post that is new, edited, or not yet seen by a version of the pipeline has a row in ``due`` until
its document is saved. A worker that dies leaves the row behind, so nothing is lost.

Only ``pending`` and ``lease`` give raw text, since annotating needs it. What is saved here and given by ``of_group`` is
masked: spans of personal data are covered at equal length in post, statements and entities. The words of ``sentences``
are not kept at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, literal, or_, select, tuple_, update

from miner.masks import mask_same_length
from miner.records import Disclosure, Document, Entity, Kind, Mask, Post, Quote, Sentiment, Statement
from miner.store.columns import digest
from miner.store.database import Database, advance, counted
from miner.store.findable import fill, renew
from miner.store.masking import masked_document, masked_post
from miner.store.pages import AnyRow, Query, batches, paged
from miner.store.posts import POST, post_of
from miner.store.tables import (
    DisclosureRow,
    DocumentRow,
    DueRow,
    EntityRow,
    FreshRow,
    MembershipRow,
    PipelineRow,
    PostRow,
    StatementRow,
)
from miner.store.topics import post_of_text

# A post that broke the annotation so often is left alone, so that it can't hold up the others.
TRIES = 3
BATCH = 500


@dataclass(frozen=True, slots=True)
class Saved:
    """``stale`` documents were made from words that their authors changed or took back meanwhile; nothing was kept."""

    kept: int = 0
    stale: int = 0


@dataclass(frozen=True, slots=True)
class People:
    """Who wrote some posts: ``authors`` by their keys, and the ids of posts without one, which stand ``alone``."""

    authors: frozenset[str]
    alone: frozenset[str]


class Documents:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock
        # What each post said when it was given out, so that a document of former words is not taken for one of now.
        self._given: dict[str, bytes] = {}

    def pending(self, version: str, group: str | None = None, *, stray: bool = False) -> Iterator[Post]:
        """Raw posts, of one group or of all, whose present words have no document under this version.

        ``stray`` are those that were collected without a group.
        """
        query = _due(self._catch_up(version), group, stray=stray).add_columns(PostRow.content, *POST)
        for page in paged(self._db, query, DueRow.post.expression, PostRow.seq.expression, size=BATCH):
            yield from self._give(page)

    def count_pending(self, version: str, group: str | None = None, *, stray: bool = False) -> int:
        """How many posts ``pending`` would give."""
        pipeline = self._catch_up(version)
        with self._db.reading() as connection:
            return connection.execute(_due(pipeline, group, stray=stray).with_only_columns(func.count())).scalar_one()

    def waits(self, version: str) -> bool:
        """Whether ``pending`` would give a post."""
        query = _due(self._catch_up(version), None).limit(1)
        with self._db.reading() as connection:
            return connection.execute(query).first() is not None

    def waiting(self) -> int:
        """How many posts wait for the latest version that the store has met."""
        latest = select(func.max(PipelineRow.id)).scalar_subquery()
        query = select(func.count()).select_from(DueRow).where(DueRow.pipeline == latest, DueRow.failures < TRIES)
        with self._db.reading() as connection:
            return connection.execute(query).scalar_one()

    def fresh_groups(self) -> list[str | None]:
        """The groups with annotated posts that ``fresh`` would give, the one without a name among them."""
        with self._db.reading() as connection:
            stray = select(FreshRow.id).where(FreshRow.group.is_(None)).limit(1)
            found: list[str | None] = [None] if connection.execute(stray).first() else []
            # A step of the index a group, where DISTINCT would walk all rows.
            after = select(func.min(FreshRow.group))
            name = connection.execute(after).scalar_one()
            while name is not None:
                found.append(name)
                name = connection.execute(after.where(FreshRow.group > name)).scalar_one()
        return found

    def fresh(self, group: str | None) -> list[int]:
        """Marks of a group's annotated posts that topics and candidates don't know yet, in their order."""
        query = select(FreshRow.id).where(FreshRow.group == group).order_by(FreshRow.id)
        with self._db.reading() as connection:
            return list(connection.execute(query).scalars())

    def marked(self, marks: Sequence[int], version: str) -> Iterator[tuple[Post, Document]]:
        """The posts of these marks that are annotated under a version, masked."""
        for batch in batches(marks, BATCH):
            posts = select(FreshRow.post).where(FreshRow.id.in_(batch))
            with self._db.reading() as connection:
                seqs = list(connection.execute(posts).scalars())
            yield from self._read(version, PostRow.seq.in_(seqs))

    def writers(self, marks: Sequence[int]) -> People:
        """Who wrote the posts of these marks."""
        authors, alone = set[str](), set[str]()
        for batch in batches(marks, BATCH):
            query = select(PostRow.author, PostRow.id).join_from(FreshRow, PostRow, PostRow.seq == FreshRow.post)
            with self._db.reading() as connection:
                for author, name in connection.execute(query.where(FreshRow.id.in_(batch))):
                    authors |= {author} if author else set()
                    alone |= set() if author else {name}
        return People(frozenset(authors), frozenset(alone))

    def of_writers(self, people: People, version: str) -> Iterator[tuple[Post, Document]]:
        """All annotated posts that these people wrote without a group, each one's in the order of arrival; masked."""
        for column, values in ((PostRow.author, people.authors), (PostRow.key, map(digest, people.alone))):
            for some in batches(values, BATCH):
                theirs = select(PostRow.seq).where(column.in_(some), PostRow.group.is_(None))
                with self._db.reading() as connection:
                    posts = sorted(connection.execute(theirs).scalars())
                for batch in batches(posts, BATCH):
                    yield from self._read(version, PostRow.seq.in_(batch))

    def known(self, marks: Iterable[int]) -> None:
        """Topics and candidates know these posts now; whoever was annotated again meanwhile has another mark."""
        for batch in batches(marks, BATCH):
            with self._db.writing() as connection:
                connection.execute(delete(FreshRow).where(FreshRow.id.in_(batch)))

    def lease(self, version: str, worker: str, *, limit: int = BATCH, seconds: float = 600) -> list[Post]:
        """Raw posts that wait and that no other worker has: theirs until ``seconds`` have passed or they are saved."""
        pipeline, now = self._catch_up(version), self._clock()
        free = or_(DueRow.leased_until.is_(None), DueRow.leased_until < now)
        with self._db.writing() as connection:
            waiting = select(DueRow.post).where(DueRow.pipeline == pipeline, DueRow.failures < TRIES, free)
            chosen = waiting.order_by(DueRow.post).limit(limit).with_for_update(skip_locked=True)
            posts = list(connection.execute(chosen).scalars())
            connection.execute(
                update(DueRow)
                .where(DueRow.pipeline == pipeline, DueRow.post.in_(posts))
                .values(worker=worker, leased_until=now + timedelta(seconds=seconds))
            )
            there = select(PostRow.seq, PostRow.content, *POST).where(PostRow.seq.in_(posts)).order_by(PostRow.seq)
            rows = connection.execute(there).all()
        return list(self._give(rows))

    def free(self, ids: Iterable[str], version: str) -> None:
        """Give leased posts back, not annotated."""
        pipeline = self._catch_up(version)
        for batch in batches(ids, BATCH):
            with self._db.writing() as connection:
                posts = select(PostRow.seq).where(PostRow.key.in_([digest(name) for name in batch]))
                mine = (DueRow.pipeline == pipeline, DueRow.post.in_(posts))
                connection.execute(update(DueRow).where(*mine).values(worker=None, leased_until=None))

    def reclaim(self, version: str, is_gone: Callable[[str | None], bool]) -> int:
        """Free the posts of workers that are gone; returns how many."""
        pipeline = self._catch_up(version)
        held = (DueRow.pipeline == pipeline, DueRow.worker.is_not(None))
        with self._db.reading() as connection:
            workers = [w for w in connection.execute(select(DueRow.worker).where(*held).distinct()).scalars() if w]
        gone = [worker for worker in workers if is_gone(worker)]
        if not gone:
            return 0
        with self._db.writing() as connection:
            freed = update(DueRow).where(*held, DueRow.worker.in_(gone)).values(worker=None, leased_until=None)
            return connection.execute(freed).rowcount

    def fail(self, ids: Iterable[str], version: str, reason: str) -> None:
        """Say that these posts broke the annotation; they are tried three times in all."""
        pipeline = self._catch_up(version)
        for batch in batches(ids, BATCH):
            with self._db.writing() as connection:
                posts = select(PostRow.seq).where(PostRow.key.in_([digest(name) for name in batch]))
                connection.execute(
                    update(DueRow)
                    .where(DueRow.pipeline == pipeline, DueRow.post.in_(posts))
                    .values(failures=DueRow.failures + 1, error=reason, worker=None, leased_until=None)
                )

    def failed(self, version: str) -> list[tuple[str, str]]:
        """The ids of posts that are tried no more, and why."""
        pipeline = self._catch_up(version)
        with self._db.reading() as connection:
            query = select(PostRow.id, DueRow.error).join_from(DueRow, PostRow, PostRow.seq == DueRow.post)
            given_up = query.where(DueRow.pipeline == pipeline, DueRow.failures >= TRIES).order_by(DueRow.post)
            return [(row.id, row.error or "") for row in connection.execute(given_up)]

    def save(self, documents: Iterable[Document], version: str) -> Saved:
        """Keep documents under a version in place of former ones, masked; a batch is a transaction."""
        pipeline = self._catch_up(version)
        kept = stale = 0
        for batch in batches(documents, BATCH):
            with self._db.writing() as connection:
                done = self._save(connection, {document.id: document for document in batch}, pipeline)
            for document in batch:
                self._given.pop(document.id, None)
            fill(self._db)
            kept, stale = kept + done, stale + len(batch) - done
        return Saved(kept, stale)

    def of_group(self, group: str | None, version: str) -> Iterator[tuple[Post, Document]]:
        """The annotated posts of a group in the order of their arrival, masked."""
        yield from self._read(version, PostRow.group == group)

    def of_members(self, group: str, version: str) -> Iterator[tuple[Post, Document]]:
        """The annotated posts, collected without a group, of the people who were assigned to one; masked."""
        yield from self._read(version, PostRow.group.is_(None), _of_members(group))

    def people(self, groups: Sequence[str], member_of: str, version: str) -> int:
        """How many people spoke to the point in posts collected for these groups, or were assigned to ``member_of``."""
        with self._db.reading() as connection:
            known = connection.execute(_pipeline(version)).first()
            theirs = or_(PostRow.group.in_(groups), and_(PostRow.group.is_(None), _of_members(member_of)))
            speaker = func.coalesce(PostRow.author, PostRow.id)
            spoken = select(func.count(speaker.distinct())).join_from(PostRow, DocumentRow, _its_own(known))
            clients = (PostRow.role == "client", DocumentRow.relevant.is_(True))
            return connection.execute(spoken.where(theirs, *clients)).scalar_one()

    def all(self, version: str) -> Iterator[tuple[Post, Document]]:
        """Every annotated post in the order of arrival, masked."""
        yield from self._read(version)

    def shown(self, post: str) -> tuple[Post, Document] | None:
        """A post, masked, with its annotation under the latest version that has one."""
        latest = (
            select(PipelineRow.version)
            .join_from(DocumentRow, PipelineRow, PipelineRow.id == DocumentRow.pipeline)
            .join(PostRow, PostRow.seq == DocumentRow.post)
            .where(PostRow.key == digest(post))
            .order_by(PipelineRow.id.desc())
            .limit(1)
        )
        with self._db.reading() as connection:
            version = connection.execute(latest).scalar_one_or_none()
        return None if version is None else next(self._read(version, PostRow.key == digest(post)), None)

    def said(self, texts: Sequence[str]) -> dict[str, tuple[Post, Statement]]:
        """The statements with these ids (``post:start-end``) under the latest version, with their posts, masked."""
        posts = {post_of_text(text) for text in texts}
        with self._db.reading() as connection:
            latest = connection.execute(select(PipelineRow.version).order_by(PipelineRow.id.desc()).limit(1))
            version = latest.scalar_one_or_none() or ""
        found: dict[str, tuple[Post, Statement]] = {}
        for batch in batches(posts, BATCH):
            for post, document in self._read(version, PostRow.key.in_([digest(name) for name in batch])):
                found |= {f"{post.id}:{s.start}-{s.end}": (post, s) for s in document.statements}
        return {text: found[text] for text in texts if text in found}

    def at(self, places: Sequence[tuple[int, int]]) -> list[tuple[int, Post, Document]]:
        """Posts, masked, by (post, pipeline), with their annotations under these pipelines, in the order of arrival."""
        there = tuple_(DocumentRow.post, DocumentRow.pipeline).in_(places)
        query = select(PostRow.seq, *DOCUMENT, *POST).join_from(PostRow, DocumentRow, DocumentRow.post == PostRow.seq)
        with self._db.reading() as connection:
            mine = PostRow.seq.in_([post for post, _ in places])
            rows = connection.execute(query.where(mine, there).order_by(PostRow.seq)).all()
        return [(row.seq, *pair) for row, pair in zip(rows, self._joined(rows), strict=True)]

    def voices(self, size: int = 5_000) -> Iterator[Sequence[AnyRow]]:
        """Pages of all statements of the latest version: id, start, stop, kind, sentiment, group, day, author, seq."""
        with self._db.reading() as connection:
            latest = connection.execute(select(func.max(PipelineRow.id))).scalar_one()
        columns = (PostRow.id, StatementRow.start, StatementRow.stop, StatementRow.kind, StatementRow.sentiment)
        query = (
            select(*columns, PostRow.group, PostRow.day, PostRow.author, StatementRow.post)
            .join_from(StatementRow, PostRow, PostRow.seq == StatementRow.post)
            .where(StatementRow.pipeline == latest)
            .order_by(StatementRow.post, StatementRow.number)
        )
        last = -1
        while True:
            with self._db.reading() as connection:
                rows = connection.execute(query.where(StatementRow.post > last, PostRow.seq > last).limit(size)).all()
            whole = len(rows) < size
            # The last post of a full page may have more statements than the page has room for.
            page = rows if whole else [row for row in rows if row.post != rows[-1].post] or rows
            if page:
                yield page
                last = page[-1].post
            if whole:
                return

    def quotes(self, group: str | None, version: str, kind: Kind | None = None) -> Iterator[Quote]:
        """The statements of a group's clients as masked evidence."""
        for post, document in self.of_group(group, version):
            if document.relevant and post.role == "client":
                yield from (
                    Quote(
                        doc_id=post.id,
                        start=s.start,
                        end=s.end,
                        quote=s.text,
                        speaker=post.speaker,
                        date=post.date,
                        url=post.url,
                        thread=post.thread,
                        source=post.source,
                        score=s.score,
                    )
                    for s in document.statements
                    if kind in {None, s.kind}
                )

    def versions(self) -> list[str]:
        """The versions of the pipeline that the store has met, the latest first."""
        with self._db.reading() as connection:
            query = select(PipelineRow.version).order_by(PipelineRow.id.desc())
            return list(connection.execute(query).scalars())

    def retire(self, version: str) -> int:
        """Drop the documents of a former version, but those of posts whose words were dropped; returns how many."""
        pipeline = self._catch_up(version)
        dropped = 0
        there = select(PostRow.seq).join_from(PostRow, DocumentRow, DocumentRow.post == PostRow.seq)
        mine = there.where(DocumentRow.pipeline == pipeline, PostRow.dropped_at.is_(None))
        for page in paged(self._db, mine, PostRow.seq.expression, DocumentRow.post.expression, size=BATCH):
            with self._db.writing() as connection:
                gone = delete(DocumentRow).where(
                    DocumentRow.pipeline == pipeline, DocumentRow.post.in_([row.seq for row in page])
                )
                dropped += connection.execute(gone).rowcount
        with self._db.writing() as connection:
            connection.execute(delete(DueRow).where(DueRow.pipeline == pipeline))
            # Whoever comes back to this version starts anew.
            connection.execute(update(PipelineRow).where(PipelineRow.id == pipeline).values(seen=0))
        return dropped

    def _give(self, rows: Iterable[AnyRow]) -> Iterator[Post]:
        for row in rows:
            post = post_of(row[2:])
            self._given[post.id] = row.content
            yield post

    def _catch_up(self, version: str) -> int:
        """The number of a pipeline's version, once everything it has not yet met is among what is due."""
        with self._db.reading() as connection:
            known = connection.execute(_pipeline(version)).first()
            if known is not None and known.seen >= counted(connection, "posts"):
                return int(known.id)
        with self._db.writing() as connection:
            top = counted(connection, "posts")
            known = connection.execute(_pipeline(version).with_for_update()).first()
            if known is None:
                # Two workers may bring the same new version at once; the counter lets one of them in at a time.
                advance(connection, "pipelines")
                known = connection.execute(_pipeline(version)).first()
            if known is None:
                connection.execute(insert(PipelineRow).values(version=version, seen=0, added_at=self._clock()))
                known = connection.execute(_pipeline(version)).one()
            unseen = (
                select(literal(known.id), PostRow.seq, literal(0))
                .where(PostRow.stamp > known.seen, PostRow.stamp <= top, PostRow.dropped_at.is_(None))
                .where(~select(DueRow.post).where(DueRow.pipeline == known.id, DueRow.post == PostRow.seq).exists())
                .where(
                    ~select(DocumentRow.post)
                    .where(DocumentRow.pipeline == known.id, DocumentRow.post == PostRow.seq)
                    .exists()
                )
            )
            connection.execute(insert(DueRow).from_select(["pipeline", "post", "failures"], unseen))
            connection.execute(update(PipelineRow).where(PipelineRow.id == known.id).values(seen=max(top, known.seen)))
            return int(known.id)

    def _save(self, connection: Connection, documents: dict[str, Document], pipeline: int) -> int:
        keys = [digest(name) for name in documents]
        # An author who edits meanwhile waits until these documents are in, and then takes them out.
        query = select(PostRow.seq, PostRow.id, PostRow.content, PostRow.text, PostRow.group).where(
            PostRow.key.in_(keys), PostRow.dropped_at.is_(None)
        )
        rows = connection.execute(query.order_by(PostRow.seq).with_for_update(read=True)).all()
        fit = [
            (row.seq, masked_document(documents[row.id], row.text))
            for row in rows
            if self._is_of(documents[row.id], row)
        ]
        posts = [seq for seq, _ in fit]
        if not posts:
            return 0
        connection.execute(delete(DocumentRow).where(DocumentRow.pipeline == pipeline, DocumentRow.post.in_(posts)))
        for table, lines in _lines(fit, pipeline):
            if lines:
                connection.execute(insert(table), lines)
        renew(connection, posts)
        connection.execute(delete(DueRow).where(DueRow.pipeline == pipeline, DueRow.post.in_(posts)))
        connection.execute(delete(FreshRow).where(FreshRow.post.in_(posts)))
        groups = {row.seq: row.group for row in rows}
        connection.execute(insert(FreshRow), [{"post": post, "group": groups[post]} for post in posts])
        return len(posts)

    def _is_of(self, document: Document, row: AnyRow) -> bool:
        """Whether the document was made from what the post says now."""
        given = self._given.get(document.id)
        if given is not None:
            return bool(given == row.content)
        # It comes from elsewhere, a file perhaps: its quotes have to stand in the text, raw or masked.
        return any(_quoted(document, text) for text in (row.text, mask_same_length(row.text, document.pii)))

    def _read(self, version: str, *where: Any) -> Iterator[tuple[Post, Document]]:
        with self._db.reading() as connection:
            known = connection.execute(_pipeline(version)).first()
        query = select(PostRow.seq, *DOCUMENT, *POST).join_from(PostRow, DocumentRow, _its_own(known)).where(*where)
        for page in paged(self._db, query, PostRow.seq.expression, DocumentRow.post.expression, size=BATCH):
            yield from self._joined(page)

    def _joined(self, page: Sequence[AnyRow]) -> Iterator[tuple[Post, Document]]:
        places = [(row.seq, row.pipeline) for row in page]
        with self._db.reading() as connection:
            statements = _parts(connection, select(*STATEMENT), StatementRow, places)
            entities = _parts(connection, select(*ENTITY), EntityRow, places)
            facts = _parts(connection, select(*DISCLOSURE), DisclosureRow, places)
        for row in page:
            post = post_of(row[1 + len(DOCUMENT) :])
            pii = tuple(Mask(*mask) for mask in row.pii or ())
            document = Document(
                id=post.id,
                relevance=row.relevance,
                relevant=row.relevant,
                sentiment=Sentiment(row.tone, row.tone_score),
                language=row.language,
                entities=tuple(Entity(*part) for part in entities[row.seq]),
                statements=tuple(_statement(post.id, part) for part in statements[row.seq]),
                facts=tuple(Disclosure(*part) for part in facts[row.seq]),
                pii=pii,
            )
            yield masked_post(post, pii), document


DOCUMENT = (
    DocumentRow.pipeline,
    DocumentRow.relevance,
    DocumentRow.relevant,
    DocumentRow.tone,
    DocumentRow.tone_score,
    DocumentRow.language,
    DocumentRow.pii,
)
STATEMENT = (
    StatementRow.post,
    StatementRow.start,
    StatementRow.stop,
    StatementRow.text,
    StatementRow.kind,
    StatementRow.score,
    StatementRow.sentiment,
    StatementRow.why,
)
ENTITY = (EntityRow.post, EntityRow.start, EntityRow.stop, EntityRow.label, EntityRow.text, EntityRow.norm)
DISCLOSURE = (
    DisclosureRow.post,
    DisclosureRow.field,
    DisclosureRow.value,
    DisclosureRow.start,
    DisclosureRow.stop,
)


def _its_own(pipeline: AnyRow | None) -> ColumnElement[bool]:
    # Words that were dropped for their age can't be annotated anew: what was found in them last stays true.
    of_version = DocumentRow.pipeline == (pipeline.id if pipeline else 0)
    return and_(DocumentRow.post == PostRow.seq, or_(of_version, PostRow.dropped_at.is_not(None)))


def _of_members(group: str) -> ColumnElement[bool]:
    """Posts of the people who were assigned to a group."""
    there = MembershipRow.group == group
    authors = select(MembershipRow.author).where(there, MembershipRow.author.is_not(None))
    alone = select(MembershipRow.doc).where(there, MembershipRow.author.is_(None))
    return or_(PostRow.author.in_(authors), PostRow.key.in_(alone))


def _pipeline(version: str) -> Query:
    return select(PipelineRow.id, PipelineRow.seen).where(PipelineRow.version == version)


def _due(pipeline: int, group: str | None, *, stray: bool = False) -> Query:
    query = (
        select(DueRow.post)
        .join_from(DueRow, PostRow, PostRow.seq == DueRow.post)
        .where(DueRow.pipeline == pipeline, DueRow.failures < TRIES)
    )
    if stray:
        return query.where(PostRow.group.is_(None))
    return query if group is None else query.where(PostRow.group == group)


def _quoted(document: Document, text: str) -> bool:
    return all(text[s.start : s.end] == s.text for s in document.statements)


def _statement(document: str, part: Sequence[Any]) -> Statement:
    fields: Sequence[Any] = (document, *part[:-1], tuple(part[-1]))
    return Statement(*fields)


def _lines(fit: Sequence[tuple[int, Document]], pipeline: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    yield (
        DocumentRow,
        [
            {
                "post": post,
                "pipeline": pipeline,
                "relevance": d.relevance,
                "relevant": d.relevant,
                "tone": d.sentiment.label,
                "tone_score": d.sentiment.score,
                "language": d.language,
                "pii": [[m.start, m.end, m.label] for m in d.pii] or None,
            }
            for post, d in fit
        ],
    )
    for table, name, line in PARTS:
        yield (
            table,
            [
                {"post": post, "pipeline": pipeline, "number": number} | line(part)
                for post, d in fit
                for number, part in enumerate(getattr(d, name))
            ],
        )


def _line_of_statement(s: Statement) -> dict[str, Any]:
    return {
        "start": s.start,
        "stop": s.end,
        "text": s.text,
        "kind": s.kind,
        "score": s.score,
        "sentiment": s.sentiment,
        "why": list(s.why),
    }


def _line_of_entity(e: Entity) -> dict[str, Any]:
    return {"start": e.start, "stop": e.end, "label": e.label, "text": e.text, "norm": e.norm}


def _line_of_fact(f: Disclosure) -> dict[str, Any]:
    return {"field": f.field, "value": f.value, "start": f.start, "stop": f.end}


PARTS: tuple[tuple[Any, str, Callable[[Any], dict[str, Any]]], ...] = (
    (StatementRow, "statements", _line_of_statement),
    (EntityRow, "entities", _line_of_entity),
    (DisclosureRow, "facts", _line_of_fact),
)


def _parts(
    connection: Connection, query: Query, table: Any, places: Sequence[tuple[int, int]]
) -> dict[int, list[Sequence[Any]]]:
    found: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for pipeline in {pipeline for _, pipeline in places}:
        posts = [post for post, of in places if of == pipeline]
        near = table.post.between(posts[0], posts[-1])
        mine = query.where(near, table.post.in_(posts), table.pipeline == pipeline).order_by(table.post, table.number)
        for post, *part in connection.execute(mine):
            found[post].append(part)
    return found
