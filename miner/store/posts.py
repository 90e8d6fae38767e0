"""Posts as collected: each once, under the key of its author, with what it said before it was edited."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select, update

from miner.records import Post
from miner.store.columns import digest
from miner.store.database import Database, advance, counted
from miner.store.findable import renew
from miner.store.keys import AuthorKeys
from miner.store.pages import BATCH, AnyRow, batches, paged
from miner.store.tables import DocumentRow, ForgottenRow, PostRow, PostVersionRow

FIELDS = ("id", "text", "author", "source", "url", "thread", "parent", "date", "title", "group", "role", "extra")
POST = tuple(getattr(PostRow, name) for name in FIELDS)

# Statements of every batch, put together once.
_THERE = select(PostRow.key, PostRow.seq, PostRow.content, PostRow.record, PostRow.gone_at, PostRow.dropped_at).where(
    PostRow.key.in_(bindparam("keys", expanding=True))
)
_FORGOTTEN = select(ForgottenRow.mark).where(ForgottenRow.mark.in_(bindparam("marks", expanding=True)))
# Most workspaces have nobody in there, which is sooner asked than every author's mark.
_ANY_FORGOTTEN = select(ForgottenRow.mark).limit(1)
_NEW = insert(PostRow)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the posts given: ``changed`` say something new, ``updated`` the same with other circumstances.

    ``forgotten`` were left out, since their authors asked to be forgotten.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    updated: int = 0
    forgotten: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.updated + other.updated,
            self.forgotten + other.forgotten,
        )


class Posts:
    def __init__(self, database: Database, keys: Callable[[], AuthorKeys], clock: Callable[[], datetime]) -> None:
        self._db = database
        self._keys = keys
        self._clock = clock

    def add(self, posts: Iterable[Post]) -> Added:
        """Keep posts by their ids; an edited one gets a new version, one that had vanished is back.

        Names of authors become keys before anything is written. A batch is a transaction: whoever is killed leaves
        whole batches, and adding the same posts again changes nothing.
        """
        added = Added()
        for batch in distinct(posts, BATCH):
            lines = self.lines(batch)
            with self._db.writing() as connection:
                added += self.write(connection, lines)
        return added

    def of_group(self, group: str | None) -> Iterator[Post]:
        """The raw posts of a group in the order of their arrival; ``None`` are those without a group."""
        return self._read(select(PostRow.seq, *POST).where(PostRow.group == group))

    def all(self) -> Iterator[Post]:
        """Every raw post in the order of arrival."""
        return self._read(select(PostRow.seq, *POST))

    def get(self, ids: Iterable[str]) -> Iterator[Post]:
        """The raw posts with these ids, those that there are."""
        for batch in batches(ids):
            with self._db.reading() as connection:
                found = select(*POST).where(PostRow.key.in_([digest(name) for name in batch])).order_by(PostRow.seq)
                rows = connection.execute(found).all()
            yield from map(post_of, rows)

    def known(self, post: str) -> bool:
        """Whether a post with this id was ever added: a crawl may stop here."""
        with self._db.reading() as connection:
            found = connection.execute(select(PostRow.seq).where(PostRow.key == digest(post)))
            return found.first() is not None

    def count(self, group: str | None = None) -> int:
        """How many posts there are, of one group or of all."""
        if group is not None:
            return self._count(group)
        return sum(self._count(name) for name in (None, *self.groups()))

    def groups(self) -> list[str]:
        """The names of groups that have posts."""
        found: list[str] = []
        with self._db.reading() as connection:
            # A step of the index a group, where DISTINCT would walk all posts.
            after = select(func.min(PostRow.group))
            name = connection.execute(after).scalar_one()
            while name is not None:
                found.append(name)
                name = connection.execute(after.where(PostRow.group > name)).scalar_one()
        return found

    def versions(self, post: str) -> list[Post]:
        """What a post said, first to last; its present words are the last."""
        with self._db.reading() as connection:
            now = connection.execute(select(PostRow.seq, *POST).where(PostRow.key == digest(post))).first()
            if now is None:
                return []
            earlier = connection.execute(
                select(PostVersionRow.text, PostVersionRow.title, PostVersionRow.role)
                .where(PostVersionRow.post == now.seq)
                .order_by(PostVersionRow.number)
            ).all()
        last = post_of(now[1:])
        return [dataclasses.replace(last, text=e.text, title=e.title, role=e.role) for e in earlier] + [last]

    def of_thread(self, source: str | None, thread: str) -> list[str]:
        """The ids of a thread's posts that haven't vanished, in the order of arrival."""
        with self._db.reading() as connection:
            place = digest(source, thread)
            query = select(PostRow.id).where(PostRow.place == place, PostRow.gone_at.is_(None)).order_by(PostRow.seq)
            return list(connection.execute(query).scalars())

    def vanish(self, ids: Iterable[str]) -> int:
        """Mark posts that their site no longer shows; they stay as what was once said. Returns how many it marked."""
        marked = 0
        for batch in batches(ids):
            with self._db.writing() as connection:
                there = (PostRow.key.in_([digest(name) for name in batch]), PostRow.gone_at.is_(None))
                posts = list(connection.execute(select(PostRow.seq).where(*there)).scalars())
                _hold(connection, posts)
                gone = update(PostRow).where(PostRow.seq.in_(posts)).values(gone_at=self._clock())
                marked += connection.execute(gone).rowcount
        return marked

    def vanished(self, ids: Iterable[str]) -> list[str]:
        """Those of the ids whose posts are marked as vanished."""
        found: list[str] = []
        for batch in batches(ids):
            with self._db.reading() as connection:
                there = PostRow.key.in_([digest(name) for name in batch])
                gone = select(PostRow.id).where(there, PostRow.gone_at.is_not(None)).order_by(PostRow.seq)
                found += connection.execute(gone).scalars()
        return found

    def copies(self, post: Post) -> list[str]:
        """The ids of posts that say the same, whatever the case and the spaces, the first that arrived first."""
        with self._db.reading() as connection:
            query = select(PostRow.id).where(PostRow.copy == copied(post.text)).order_by(PostRow.seq)
            return list(connection.execute(query).scalars())

    def drop_raw(self, older_than: timedelta) -> int:
        """Forget the words of posts written so long ago, and keep what was found in them; returns how many.

        The last annotation of such a post stays and is from then on its annotation under every version.
        """
        day = (self._clock() - older_than).date().isoformat()
        dropped = 0
        while True:
            with self._db.writing() as connection:
                old = select(PostRow.seq).where(PostRow.day < day, PostRow.dropped_at.is_(None))
                posts = list(connection.execute(old.order_by(PostRow.day, PostRow.seq).limit(BATCH)).scalars())
                self._drop(connection, posts)
            dropped += len(posts)
            if len(posts) < BATCH:
                return dropped

    def stamp(self) -> int:
        """A number that grows with every new or changed post."""
        with self._db.reading() as connection:
            return counted(connection, "posts")

    def arrived(self, since: datetime, most: int = 100_000) -> dict[str | None, int]:
        """How many posts have come since, by group, the first ``most`` of them."""
        with self._db.reading() as connection:
            low, high = 0, connection.execute(select(func.max(PostRow.seq))).scalar_one() or -1
            # Posts lie in the order of their arrival, so the moment is found by halving.
            while low <= high:
                middle = (low + high) // 2
                near = select(PostRow.first_seen).where(PostRow.seq <= middle).order_by(PostRow.seq.desc()).limit(1)
                came = connection.execute(near).scalar_one_or_none()
                low, high = (middle + 1, high) if came is None or came <= since else (low, middle - 1)
            new = select(PostRow.group).where(PostRow.seq >= low).order_by(PostRow.seq).limit(most).subquery()
            count = select(new.c.group, func.count()).group_by(new.c.group)
            return {group: number for group, number in connection.execute(count)}  # noqa: C416  # rows are no pairs

    def changed_groups(self, since: int) -> list[str]:
        """The groups with posts that are new or changed since ``stamp()`` gave that number."""
        names: set[str] = set()
        query = select(PostRow.stamp, PostRow.group).where(PostRow.stamp > since)
        for page in paged(self._db, query, PostRow.stamp.expression, size=BATCH * 10):
            names |= {row.group for row in page if row.group is not None}
        return sorted(names)

    def _read(self, query: Any) -> Iterator[Post]:
        for page in paged(self._db, query, PostRow.seq.expression):
            for row in page:
                yield post_of(row[1:])

    def _count(self, group: str | None) -> int:
        with self._db.reading() as connection:
            counted_ = select(func.count()).select_from(PostRow).where(PostRow.group == group)
            return connection.execute(counted_).scalar_one()

    def lines(self, posts: Iterable[Post]) -> list[dict[str, Any]]:
        """Rows of posts, authors hidden already; made before a transaction, since the key may have to be made."""
        return [self._line(post) for post in posts]

    def write(self, connection: Connection, given: Sequence[dict[str, Any]]) -> Added:
        """Keep rows of posts of different ids as part of a transaction."""
        # Whoever moves the counter writes alone, so stamps are committed in their order.
        top = advance(connection, "posts", len(given))
        now = self._clock()
        lines = self._allowed(connection, given)
        there = {row.key: row for row in connection.execute(_THERE, {"keys": [line["key"] for line in lines]})}
        fresh, changed, updated = [], [], []
        for line, stamp in zip(lines, range(top - len(given) + 1, top + 1), strict=False):
            known = there.get(line["key"])
            if known is None:
                times = {"seq": stamp, "stamp": stamp, "version": 1, "first_seen": now, "changed_at": now}
                fresh.append(line | times | {"day": line["day"] or now.date().isoformat()})
            elif known.dropped_at is not None:
                continue  # what was dropped for its age stays dropped, or every crawl would bring it back
            elif known.content != line["content"]:
                changed.append(_renamed(line) | {"p_seq": known.seq, "stamp": stamp, "changed_at": now})
            elif known.record != line["record"] or known.gone_at is not None:
                updated.append(_renamed(line) | {"p_seq": known.seq})
        if fresh:
            connection.execute(_NEW, fresh)
        _hold(connection, [line["p_seq"] for line in (*changed, *updated)])
        self._change(connection, changed, now)
        self._update(connection, updated)
        same = len(lines) - len(fresh) - len(changed) - len(updated)
        return Added(len(fresh), len(changed), same, len(updated), len(given) - len(lines))

    def _line(self, post: Post) -> dict[str, Any]:
        author = self._keys().key(post.source, post.author) if post.author else post.author
        line = {name: getattr(post, name) for name in FIELDS} | {"author": author}
        line["extra"] = dict(post.extra) or None
        line["key"] = digest(post.id)
        line["content"] = digest(post.text, post.title, post.role)
        extra = line["extra"]
        told = extra and json.dumps(extra, default=_plain, sort_keys=True, separators=(",", ":"))
        line["record"] = digest(*(line[name] for name in FIELDS[:-1]), told)
        line["copy"] = copied(post.text)
        line["place"] = digest(post.source, post.thread) if post.thread else None
        line["day"] = _day(post.date)
        return line

    def _allowed(self, connection: Connection, lines: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        if connection.execute(_ANY_FORGOTTEN).first() is None:
            return lines
        marks = {a: self._keys().mark("forgotten", a) for a in {line["author"] for line in lines} if a}
        forgotten = set(connection.execute(_FORGOTTEN, {"marks": list(marks.values())}).scalars())
        return [line for line in lines if marks.get(line["author"]) not in forgotten] if forgotten else lines

    def _change(self, connection: Connection, changed: Sequence[Mapping[str, Any]], now: datetime) -> None:
        if not changed:
            return
        posts = [line["p_seq"] for line in changed]
        before = (PostRow.seq, PostRow.version, PostRow.text, PostRow.title, PostRow.role, PostRow.content)
        kept = select(*before, PostRow.changed_at, literal(now, PostRow.changed_at.type)).where(PostRow.seq.in_(posts))
        names = ["post", "number", "text", "title", "role", "content", "seen_at", "replaced_at"]
        connection.execute(insert(PostVersionRow).from_select(names, kept))
        later = {"stamp": bindparam("stamp"), "changed_at": bindparam("changed_at"), "version": PostRow.version + 1}
        connection.execute(_rewriting(later), changed)
        # What was found in the former words points into a text that is no longer there.
        connection.execute(delete(DocumentRow).where(DocumentRow.post.in_(posts)))

    def _update(self, connection: Connection, updated: Sequence[Mapping[str, Any]]) -> None:
        if updated:
            connection.execute(_rewriting({}), updated)
            renew(connection, [line["p_seq"] for line in updated])

    def _drop(self, connection: Connection, posts: Sequence[int]) -> None:
        if not posts:
            return
        _hold(connection, posts)
        there = PostRow.seq.in_(posts)
        gone = {"text": "", "title": None, "extra": None, "dropped_at": self._clock()}
        connection.execute(update(PostRow).where(there).values(gone))
        connection.execute(delete(PostVersionRow).where(PostVersionRow.post.in_(posts)))
        last = connection.execute(
            select(DocumentRow.post, func.max(DocumentRow.pipeline))
            .where(DocumentRow.post.in_(posts))
            .group_by(DocumentRow.post)
        ).all()
        if last:
            older = delete(DocumentRow).where(
                DocumentRow.post == bindparam("p_post"), DocumentRow.pipeline < bindparam("p_last")
            )
            connection.execute(older, [{"p_post": post, "p_last": pipeline} for post, pipeline in last])
            renew(connection, [post for post, _ in last])


def _hold(connection: Connection, posts: Sequence[int]) -> None:
    """Take hold of posts in one order, so that nobody waits in a circle; SQLite's one writer holds them all."""
    if posts:
        held = select(PostRow.seq).where(PostRow.seq.in_(posts)).order_by(PostRow.seq)
        connection.execute(held.with_for_update(key_share=True)).all()


_REWRITTEN = (*FIELDS[1:], "content", "record", "copy", "place")


def _rewriting(more: Mapping[str, Any]) -> Any:
    values: dict[Any, Any] = {getattr(PostRow, name): bindparam(f"p_{name}") for name in _REWRITTEN}
    return (
        update(PostRow)
        .where(PostRow.seq == bindparam("p_seq"))
        .values({**values, PostRow.gone_at: None})
        .values({getattr(PostRow, name): value for name, value in more.items()})
    )


def _renamed(line: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of an UPDATE may not be named like its columns."""
    return {f"p_{name}": line[name] for name in _REWRITTEN}


def post_of(row: AnyRow | Sequence[Any]) -> Post:
    fields: Sequence[Any] = (*row[:-1], row[-1] or {})
    return Post(*fields)


def copied(text: str) -> bytes:
    """The same for texts that differ in case and spaces only.

    >>> copied("Надоело  ждать ") == copied("надоело ждать")
    True
    """
    return digest(" ".join(text.casefold().replace("ё", "е").split()))


def _day(date: str | None) -> str | None:
    """The day of a post in UTC, so that days of all zones can be compared."""
    if date is None:
        return None
    try:
        when = datetime.fromisoformat(date)
        return (when.astimezone(UTC) if when.tzinfo else when).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{value!r} is no JSON: a post's extra fields are strings, numbers, lists and objects")


def distinct(posts: Iterable[Post], most: int) -> Iterator[list[Post]]:
    """Batches of at most so many posts, in which no id is twice."""
    batch: dict[str, Post] = {}
    for post in posts:
        if len(batch) == most or post.id in batch:
            yield list(batch.values())
            batch = {}
        batch[post.id] = post
    if batch:
        yield list(batch.values())
