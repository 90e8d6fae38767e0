"""What is new in the store reaches topics and candidates, at the cost of what is new.

Annotated posts carry a mark until topics and candidates know them. A small group is mined as a whole each time. In a
large one new statements join the lines that are there, until a quarter of it is new, or until too much of what is new
fits no line: then it is mined as a whole again, and once a week everything is.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from miner.records import KINDS, Decision, Document, Kind, Post, Quote, Topic
from miner.settings import Settings

if TYPE_CHECKING:
    from miner.store import Store
    from miner.topics.registry import Registry

Follow = Callable[[str, Iterable[Any], int | None], Iterator[Any]]
# Up to so many posts a group is mined as a whole whenever it is touched.
SMALL = 5_000
# A larger one when this share of it is new since it last was.
GROWN = 0.25
CORE = 12
# Fewer new statements than this say nothing of whether topics still fit.
TELLING = 200
BATCH = 2_000
_PROBED = 2_000
# Decisions on topics lie in the log of all decisions, so that candidates' ones are told apart.
ON_TOPICS = "topic."


def update(
    store: Store, settings: Settings, follow: Follow, *, groups: Sequence[str] = (), workers: int = 1
) -> list[str]:
    """Annotate what is new in the store and refresh the groups that it touches, from a command; returns their names.

    People whose posts came without a group are assigned to groups by what they say of themselves. Raises BadConfig when
    a group's cue takes nearly everyone, BadInput while a worker refreshes.
    """
    from miner import pipeline
    from miner.profiles import find_group
    from miner.store.runs import worker_name

    current = pipeline.version(settings)
    wanted = {find_group(name, pipeline.groups_of(store)).name for name in groups}
    names: dict[str, list[str | None]] = {name: [*own] for name, own in pipeline.given_groups(store).items()}
    for group in [group for name, own in names.items() if not wanted or name in wanted for group in own] + [None]:
        here: dict[str, Any] = {"stray": True} if group is None else {"group": group}
        if count := store.documents.count_pending(current, **here):
            made = pipeline.annotate(store.documents.pending(current, **here), settings, workers=workers)
            store.documents.save(follow(f"annotate {group or 'the rest'}", made, count), current)
    run = store.runs.start("refresh", "", worker_name(), seconds=3_600)
    try:
        told = refresh(store, settings, follow, version=current, groups=wanted)
    except BaseException as error:
        store.runs.fail(run, type(error).__name__)
        raise
    store.runs.finish(run, {"posts": told["posts"]})
    return sorted({*told["mined"], *told["grown"]})


def pending(store: Store, settings: Settings, groups: Sequence[str] = ()) -> Iterator[Post]:
    """Posts that have no annotation by the present settings yet: of these groups, or all."""
    from miner import pipeline
    from miner.profiles import find_group

    current = pipeline.version(settings)
    wanted = {find_group(name, pipeline.groups_of(store)).name for name in groups}
    for name, own in pipeline.given_groups(store).items():
        for group in own if not wanted or name in wanted else ():
            yield from store.documents.pending(current, group=group)
    yield from store.documents.pending(current, stray=True)


def refresh(
    store: Store,
    settings: Settings,
    follow: Follow,
    *,
    version: str,
    groups: Iterable[str] = (),
    whole: bool = False,
    placed: Collection[int] = (),
) -> dict[str, Any]:
    """Let annotated posts reach topics and candidates; returns counts, ``mined`` and ``grown`` name the groups.

    Only these ``groups`` when some are named; ``whole`` mines them all as a whole; marks that are ``placed`` have their
    topics already. One at a time: hold the run ``refresh``. Whoever is killed leaves the marks of what wasn't finished.
    """
    from miner import pipeline

    store.search.fill()
    only = set(groups)
    given = pipeline.given_groups(store)
    marks = {n: [m for g in of for m in store.documents.fresh(g)] for n, of in given.items() if not only or n in only}
    strangers = store.documents.fresh(None)
    stray = [] if only else strangers
    changed = pipeline.assign(store, settings, None if whole else strangers) if strangers or whole or only else set()
    heard = _stray(store, stray, version)
    everyone = only or {*given, *changed, *store.memberships.counts()}
    new = {name for name in everyone if store.candidates.fitted(name) is None}
    touched = everyone if whole else new | everyone & {*changed, *heard, *(name for name in marks if marks[name])}
    for some in (*marks.values(), stray):
        _join_topics(store, settings, follow, [mark for mark in some if mark not in placed], version)
    grown, renewed = [], []
    for name in sorted(touched):
        own = marks.get(name, [])
        if whole or _needs_mining(store, name, len(own)):
            renewed.append(name)
            continue
        pairs = [*store.documents.marked(own, version), *heard.get(name, [])]
        if _grow(store, settings, name, given.get(name, []), pairs, version):
            grown.append(name)
            store.documents.known(own)
        else:
            renewed.append(name)
    _mine(store, settings, follow, renewed)
    for some in (*marks.values(), stray):
        store.documents.known(some)
    return {"posts": sum(map(len, marks.values())) + len(stray), "mined": renewed, "grown": grown}


def _needs_mining(store: Store, name: str, new: int) -> bool:
    known = store.candidates.fitted(name)
    if known is None:
        return True
    fitted, posts = known
    return posts + new <= SMALL or posts + new > (1 + GROWN) * fitted


def _mine(store: Store, settings: Settings, follow: Follow, names: Sequence[str]) -> None:
    """Mine groups as a whole, each compared with the words of all others."""
    from miner import pipeline

    said = {name: Counter(words) for name, words in store.candidates.words().items()}
    for name in follow("words", names, len(names)):
        said[name] = pipeline.words(pipeline.evidence(pipeline.documents(store, name, settings)))
    every = sum(said.values(), Counter[str]())
    for name in follow("mine", names, len(names)):
        mined = pipeline.mine_group(store, settings, name, every - said[name])
        store.candidates.replace(mined, said[name])


def _grow(
    store: Store,
    settings: Settings,
    name: str,
    given: Sequence[str],
    pairs: Sequence[tuple[Post, Document]],
    version: str,
) -> bool:
    """Let new statements join the lines of a group; False when too many fit none, and it should be mined."""
    from miner import pipeline
    from miner.topics.joining import join

    quotes = pipeline.evidence(pairs)
    cores = store.candidates.cores(name, CORE)
    more: dict[int, list[Quote]] = {}
    left: dict[Kind, list[Quote]] = {}
    for kind in KINDS:
        joined, left[kind] = join(quotes[kind], cores.get(kind, {}), kind=kind)
        more |= joined
    fresh = sum(map(len, left.values())) + sum(map(len, more.values()))
    if fresh >= TELLING and sum(map(len, left.values())) > settings.service.refit_without * fresh:
        return False
    known = store.candidates.fitted(name)
    posts = (known[1] if known else 0) + len(pairs)
    people = store.documents.people(given, name, version)
    store.candidates.grow(name, more, instead=[post.id for post, _ in pairs], authors=people, posts=posts)
    return True


def _stray(store: Store, stray: Sequence[int], version: str) -> dict[str, list[tuple[Post, Document]]]:
    """New posts that came without a group, by the groups to which their authors were assigned."""
    found: dict[str, list[tuple[Post, Document]]] = defaultdict(list)
    if not stray:
        return found
    of: dict[str, set[str]] = defaultdict(set)
    for member in store.memberships.of(store.documents.writers(stray)):
        of[member.speaker].add(member.group)
    for post, document in store.documents.marked(stray, version):
        for name in of.get(post.speaker, ()):
            found[name].append((post, document))
    return found


# Topics ---------------------------------------------------------------------------------------------------------------


def statements(pairs: Iterable[tuple[Post, Document]]) -> Iterator[Post]:
    """Statements as texts of their own, ``post:start-end``, with the group and the date of their post."""
    for post, document in pairs:
        for s in document.statements:
            yield Post(f"{post.id}:{s.start}-{s.end}", s.text, group=post.group, date=post.date)


def registry_of(store: Store) -> Registry | None:
    """The topics as they were last fitted, with people's decisions and what has joined since; None before a fit."""
    from miner.topics.registry import Registry

    state = store.topics.state()
    if state is None:
        return None
    members = [{"id": text, "topic": topic} for text, topic in store.topics.members().items()]
    registry = Registry.from_json({"registry": state.body, "assignments": members})
    for decision in topic_decisions(store):
        registry.recall(decision)
    return registry


def topic_decisions(store: Store, after: int = 0) -> Iterator[Decision]:
    """People's decisions on topics as the registry takes them, those after a place in the log."""
    for _, decision in store.decisions.after(after):
        if decision.action.startswith(ON_TOPICS):
            yield dataclasses.replace(decision, action=decision.action.removeprefix(ON_TOPICS))


def draw(store: Store, settings: Settings, texts: Sequence[Post], topics: Sequence[Topic]) -> None:
    """Draw the map of the topics anew, near to where they were."""
    from miner.topics import layout, registry

    place = {topic.id: number for number, topic in enumerate(topics)}
    of = {text: place[topic.id] for topic in topics for text in topic.members}
    own = np.array([of.get(text.id, -1) for text in texts], np.int64)
    before = _drawn_before(store, place)
    vectors = registry.general_vectors([text.text for text in texts], settings)
    points = layout.lay_out(vectors, own, len(topics), before)
    store.topics.redraw([text.id for text in texts], points.astype("<f4").tobytes())


def _drawn_before(store: Store, place: Mapping[str, int]) -> Any:
    """Where the topics lay on the map before, of shape (topics, 2); None without one."""
    from miner.topics import layout

    drawn = store.topics.drawn()
    if drawn is None:
        return None
    members = store.topics.members()
    own = np.array([place.get(members.get(text, ""), -1) for text in drawn[0]], np.int64)
    return layout.topic_places(np.frombuffer(drawn[1], "<f4").reshape(-1, 3), own, len(place))


def _join_topics(store: Store, settings: Settings, follow: Follow, marks: Sequence[int], version: str) -> None:
    """Give the statements of new posts a topic at once; nothing before the first fit."""
    from miner.topics.registry import Registry

    state = store.topics.state()
    if state is None or not marks:
        return
    registry = Registry.from_json({"registry": state.body})
    for begin in follow("topics", range(0, len(marks), BATCH), None):
        pairs = list(store.documents.marked(marks[begin : begin + BATCH], version))
        given = registry.assign(list(statements(pairs)), settings)
        sure = [a.probability for a in given if a.topic is not None]
        store.topics.join(
            {a.id: a.topic for a in given},
            sureness=sum(sure) / len(sure) if sure else 0.0,
            instead=[post.id for post, _ in pairs],
        )


def refit_reason(store: Store, settings: Settings) -> str | None:
    """Why topics should be found anew now; None when they fit, or were never found."""
    state = store.topics.state()
    if state is None or state.new_texts < TELLING:
        return None
    without = state.new_without / state.new_texts
    before = state.without / state.texts if state.texts else 0.0
    if without - before > settings.service.refit_without:
        return f"{without:.0%} of {state.new_texts} new statements fit no topic, {before:.0%} did not before"
    drift = 1 - state.new_sureness / state.sureness if state.sureness else 0.0
    if drift > settings.service.refit_drift:
        return f"new statements fit their topics {drift:.0%} less well than those of the last fit"
    return None


def refit(store: Store, settings: Settings, follow: Follow, *, version: str) -> dict[str, Any]:
    """Find topics anew over all statements, keep their identity and people's decisions, and mine every group."""
    from miner import pipeline
    from miner.store import Event, TopicState
    from miner.topics.registry import Registry

    said = store.documents.said
    placed = [mark for group in store.documents.fresh_groups() for mark in store.documents.fresh(group)]
    texts = list(follow("read", statements(store.documents.all(version)), None))
    if not texts:
        told = refresh(store, settings, follow, version=version, whole=True)
        return {"statements": 0, "topics": 0, "mined": told["mined"]}
    registry = registry_of(store) or Registry()
    result = registry.fit(texts, settings)
    # How well texts fit is measured as it will be for new ones, so that the two compare.
    some = texts[:: max(1, len(texts) // _PROBED)]
    probe = Registry.from_json({"registry": result.state}).assign(some, settings)
    sure = [a.probability for a in probe if a.topic is not None]
    state = TopicState(result.state, len(some), len(some) - len(sure), sum(sure) / len(sure) if sure else 0.0)
    kinds: list[Any] = [event.event for event in result.lineage]
    lineage = [Event(kind, e.before, e.after) for kind, e in zip(kinds, result.lineage, strict=True)]
    named = pipeline.name_topics(result, lambda text: "".join(s.text for _, s in said([text]).values()), settings)
    store.topics.save(named, lineage, state=state)
    draw(store, settings, texts, named)
    told = refresh(store, settings, follow, version=version, whole=True, placed=frozenset(placed))
    return {"statements": len(texts), "topics": len(result.topics), "mined": told["mined"]}
