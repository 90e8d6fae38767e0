"""Full-text search in posts, in Russian: every form of a word finds every other, newest posts first.

    found = store.search.find("переобучение", Where(groups=("rural",), kind="pain"))
    found = store.search.find("переобучение", Where(groups=("rural",), kind="pain"), before=found[-1].place)

Words all have to be there; «в кавычках» side by side; -слово must not; слов* is the beginning of one. All that is asked
but the topic lies in one index, so an answer costs what it shows, and not what there is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, Select, column, literal_column, select, table, text

from miner.records import Document, Kind, Post, Tone
from miner.store.columns import digest, quoted
from miner.store.database import Database
from miner.store.documents import Documents
from miner.store.findable import EVERY, LONGEST, day_place, fill, mark, waiting
from miner.store.tables import FindableRow, MemberRow, PostRow, PublisherRow, TopicRow

END = 2**62
# Words that are said in one of five hundred posts or more are found among so many of the latest.
WINDOW = 10_000
# A query of more words than that is no query.
MOST = 20
_PART = re.compile(r'(-?)(?:["«„“]([^"»“”]*)["»“”]?|(\S+))')
_INDEX = table("findable_words", column("rowid"))


@dataclass(frozen=True, slots=True)
class Term:
    """Lemmas that stand side by side, mostly one; the last may be a beginning only, or all of it must not be there."""

    lemmas: tuple[str, ...]
    begins: bool = False
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """What posts have to be: of one of the ``groups``, up to ``until`` and on it, of that tone as a whole."""

    groups: tuple[str, ...] = ()
    source: str | None = None
    since: date | None = None
    until: date | None = None
    kind: Kind | None = None
    sentiment: Tone | None = None
    topic: str | None = None


ANYWHERE = Where()


@dataclass(frozen=True, slots=True)
class Found:
    """A post, masked, with its annotation; ``topics`` name the topic of each statement that has one, by its number."""

    place: int
    post: Post
    document: Document
    topics: Mapping[int, tuple[str, str]]


def terms(asked: str) -> tuple[Term, ...]:
    """What a query asks for, in dictionary forms.

    >>> [term.lemmas for term in terms("переобучения в «центре занятости»")]
    [('переобучение',), ('центр', 'занятость')]
    >>> terms("-курсы безраб*")
    (Term(lemmas=('курс',), begins=False, absent=True), Term(lemmas=('безраб',), begins=True, absent=False))
    """
    from miner.words import EMPTY_PARTS, lemma, tokens

    found: list[tuple[Term, bool]] = []
    for minus, phrase, word in _PART.findall(asked)[:MOST]:
        forms = tokens(phrase or word)[:MOST]
        begins = word.endswith("*") and bool(forms)
        pairs = [lemma(form) for form in forms[: len(forms) - begins]]
        lemmas = tuple(form[:LONGEST] for form in ([p[0] for p in pairs] + forms[-1:] * begins))
        empty = not phrase and not begins and all(part in EMPTY_PARTS - {"NUM"} for _, part in pairs)
        if lemmas:
            found.append((Term(lemmas, begins, bool(minus)), empty))
    telling = tuple(term for term, empty in found if not empty)
    return telling or tuple(term for term, _ in found)


class Search:
    def __init__(self, database: Database, documents: Documents) -> None:
        self._db = database
        self._documents = documents

    def find(
        self,
        asked: str | Sequence[Term] = "",
        where: Where = ANYWHERE,
        *,
        before: int | None = None,
        limit: int = 20,
    ) -> list[Found]:
        """Annotated posts that say and are what is asked, the latest first, from the one after ``before`` on."""
        wanted = terms(asked) if isinstance(asked, str) else tuple(asked)
        top = END if before is None else before
        if where.until is not None:
            top = min(top, day_place(where.until + timedelta(days=1)) if where.until < date.max else END)
        bottom = day_place(where.since) if where.since is not None else 0
        with self._db.reading() as connection:
            places: Sequence[int] = []
            for query in self._queries(wanted, where, bottom, top, limit):
                places = list(connection.execute(query).scalars())
                if len(places) == limit:
                    break
            rows = connection.execute(
                select(FindableRow.place, FindableRow.post, FindableRow.pipeline).where(FindableRow.place.in_(places))
            ).all()
        place = {row.post: row.place for row in rows}
        pairs = self._documents.at([(row.post, row.pipeline) for row in rows])
        with self._db.reading() as connection:
            topics = _topics(connection, [post for _, post, _ in pairs])
        found = [Found(place[seq], post, document, topics.get(post.id, {})) for seq, post, document in pairs]
        return sorted(found, key=lambda one: -one.place)

    def one(self, post: str) -> Found | None:
        """A post by its id, whether it is findable yet or not; None when there is none that is annotated."""
        shown = self._documents.shown(post)
        if shown is None:
            return None
        with self._db.reading() as connection:
            return Found(0, *shown, _topics(connection, [shown[0]]).get(post, {}))

    def sources(self) -> list[str]:
        """The sources that posts come from, in their order."""
        with self._db.reading() as connection:
            return sorted(connection.execute(select(PublisherRow.name)).scalars(), key=str.casefold)

    def topics(self) -> list[tuple[str, str]]:
        """The id and the label of each topic that has statements, in the order of the labels."""
        query = select(TopicRow.id, TopicRow.label).where(TopicRow.scope == "", TopicRow.dormant.is_(False))
        with self._db.reading() as connection:
            found = [(row.id, row.label or row.id) for row in connection.execute(query)]
        return sorted(found, key=lambda pair: pair[1].casefold())

    def waiting(self) -> int:
        """How many annotated posts are not findable yet."""
        return waiting(self._db)

    def fill(self) -> int:
        """Make what waits findable; returns how many posts."""
        return fill(self._db)

    def _queries(
        self, wanted: Sequence[Term], where: Where, bottom: int, top: int, limit: int
    ) -> Iterator[Select[int]]:
        """What to ask for places, the next only where the one before finds too few."""
        marks = [[mark("group", name) for name in where.groups]] if where.groups else []
        marks += [[mark(name, of)] for name in ("source", "kind", "sentiment") if (of := getattr(where, name))]
        mine = select(PostRow.seq).join(MemberRow, MemberRow.key == PostRow.key)
        mine = mine.where(MemberRow.scope == "", MemberRow.topic == where.topic)
        between = (FindableRow.place < top, FindableRow.place >= bottom)
        there = select(FindableRow.place).where(*between)
        of_topic = there.where(FindableRow.post.in_(mine))
        if not (wanted or marks):
            # The plus keeps SQLite from walking all posts in their order for the few of a topic.
            few: ColumnElement[int] = literal_column("+findable.place" if self._db.is_sqlite else "findable.place")
            query = there.order_by(FindableRow.place.desc()) if where.topic is None else of_topic.order_by(few.desc())
            yield query.limit(limit)
        elif self._db.is_sqlite:
            match = text("findable_words MATCH :words").bindparams(words=_fts(wanted, marks))
            query = select(_INDEX.c.rowid).where(match, _INDEX.c.rowid < top, _INDEX.c.rowid >= bottom)
            if where.topic is not None:
                # This one keeps it from looking the words up once for each post of the topic.
                query = query.where(literal_column("+findable_words.rowid").in_(of_topic))
            yield query.order_by(_INDEX.c.rowid.desc()).limit(limit)
        else:
            match = text("words @@ CAST(:words AS tsquery)").bindparams(words=_tsquery(wanted, marks))
            if where.topic is None:
                latest = (
                    there.add_columns(FindableRow.words).order_by(FindableRow.place.desc()).limit(WINDOW).subquery()
                )
                yield select(latest.c.place).where(match).order_by(latest.c.place.desc()).limit(limit)
            # PostgreSQL can't guess how often words are said, and would rather walk through all posts by their places
            # if it weren't kept from it.
            aside = FindableRow.place + 0
            every = select(FindableRow.place).where(match, aside < top, aside >= bottom)
            every = every if where.topic is None else every.where(FindableRow.post.in_(mine))
            found = every.cte("found").prefix_with("MATERIALIZED")
            yield select(found.c.place).order_by(found.c.place.desc()).limit(limit)


def _fts(wanted: Sequence[Term], marks: Sequence[Sequence[str]]) -> str:
    def said(term: Term) -> str:
        return '"' + " ".join(term.lemmas) + '"' + " *" * term.begins

    there = [said(term) for term in wanted if not term.absent] + [
        _any([f'"{m}"' for m in some], " OR ") for some in marks
    ]
    absent = "".join(f" NOT {said(term)}" for term in wanted if term.absent)
    every = f'"{EVERY}"'
    return f"({' AND '.join(there or [every])}){absent}"


def _any(marks: Sequence[str], joint: str) -> str:
    return f"({joint.join(marks)})"


def _tsquery(wanted: Sequence[Term], marks: Sequence[Sequence[str]]) -> str:
    def said(term: Term) -> str:
        *first, last = (quoted(form) for form in term.lemmas)
        return ("!" * term.absent) + "(" + " <-> ".join([*first, last + ":*" * term.begins]) + ")"

    there = [_any([quoted(m) for m in some], " | ") for some in marks]
    if not there and all(term.absent for term in wanted):
        there = [quoted(EVERY)]
    return " & ".join([*map(said, wanted), *there])


def _topics(connection: Connection, posts: Sequence[Post]) -> dict[str, dict[int, tuple[str, str]]]:
    """By post and by the place where a statement begins: the id and the label of its topic."""
    query = (
        select(MemberRow.member, TopicRow.id, TopicRow.label)
        .join(TopicRow, (TopicRow.scope == MemberRow.scope) & (TopicRow.id == MemberRow.topic))
        .where(MemberRow.scope == "", MemberRow.key.in_([digest(post.id) for post in posts]))
    )
    found: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for member, topic, label in connection.execute(query):
        post, _, span = member.rpartition(":")
        start = span.partition("-")[0]
        if start.isdecimal():
            found[post][int(start)] = (topic, label)
    return found
