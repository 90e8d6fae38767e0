"""What is new reaches topics and candidates at the cost of what is new."""

from __future__ import annotations

import dataclasses
import shutil

import pytest

from miner import pipeline, refreshing
from miner.demo import bundled
from miner.settings import Settings
from miner.store import open_store

VERSION = pipeline.version(Settings())


def follow(_stage, things, _total=None):
    yield from things


@pytest.fixture(scope="module")
def annotated():
    """The posts of one demo group and their documents."""
    posts = [post for post in bundled() if post.group == "rural" and post.role == "client"]
    return list(zip(posts, pipeline.annotate(posts, Settings()), strict=True))


@pytest.fixture(scope="module")
def mined(annotated, tmp_path_factory):
    """A workspace in which all but the last ten posts were mined, with topics."""
    home = tmp_path_factory.mktemp("mined")
    with open_store(home) as store:
        bring(store, annotated[:-10])
        refreshing.refit(store, Settings(), follow, version=VERSION)
    return home


@pytest.fixture
def large(mined, tmp_path, monkeypatch):
    """A copy of it, whose group counts as large."""
    monkeypatch.setattr(refreshing, "SMALL", 0)
    for name in ("miner.db", "author.key"):
        shutil.copy(mined / name, tmp_path / name)
    with open_store(tmp_path) as store:
        yield store


@pytest.fixture
def whole(large, monkeypatch):
    """The groups that were mined as a whole; how that is done has tests of its own."""
    seen = []

    def mine(store, settings, name, background):
        seen.append(name)
        return store.candidates.of(name)

    monkeypatch.setattr(pipeline, "mine_group", mine)
    return seen


def bring(store, pairs):
    store.posts.add(post for post, _ in pairs)
    waiting = [post.id for post in store.documents.pending(VERSION)]
    store.documents.save((document for _, document in pairs if document.id in waiting), VERSION)


def again(store, pair, number, **changes):
    """Somebody else says the same in other words around it."""
    post, document = pair
    name = f"{post.id}-again-{number}"
    said = dataclasses.replace(post, id=name, author=f"сосед {number}", **changes)
    return said, dataclasses.replace(
        document, id=name, statements=tuple(dataclasses.replace(s, document=name) for s in document.statements)
    )


def telling(store, annotated):
    """A post behind the line of most people, with the line."""
    line = store.candidates.heads("rural")[0]
    [(_, quote)] = store.candidates.quotes(line.id, limit=1)
    return line, next(pair for pair in annotated if pair[0].id == quote.doc_id), quote


def test_a_new_statement_joins_the_line_that_says_so(large, annotated):
    """The line keeps its id and its wording; it has one more person, and the quote that says so."""
    line, pair, quote = telling(large, annotated)
    people = large.candidates.of("rural").authors
    bring(large, [again(large, pair, 1)])
    told = refreshing.refresh(large, Settings(), follow, version=VERSION)
    assert (told["posts"], told["mined"], told["grown"]) == (1, [], ["rural"])
    grown = large.candidates.get(line.id)
    assert (grown.text, grown.support.authors) == (line.text, line.support.authors + 1)
    assert f"{quote.doc_id}-again-1" in [q.doc_id for q in grown.evidence]
    assert large.candidates.of("rural").authors == people + 1
    assert grown.support.share == pytest.approx(grown.support.authors / (people + 1))
    assert large.documents.fresh_groups() == []


def test_the_same_refresh_again_changes_nothing(large, annotated):
    """It was killed after the quotes were written and before their marks were gone: nobody counts twice."""
    _, pair, _ = telling(large, annotated)
    bring(large, [again(large, pair, 1)])
    marks = large.documents.fresh("rural")
    pairs = list(large.documents.marked(marks, VERSION))
    refreshing._grow(large, Settings(), "rural", ["rural"], pairs, VERSION)
    before = large.candidates.of("rural")
    refreshing._grow(large, Settings(), "rural", ["rural"], pairs, VERSION)
    after = large.candidates.of("rural")
    assert after.candidates == before.candidates
    assert after.authors == before.authors


def test_an_edited_post_takes_its_former_words_out(large, annotated):
    """What its author no longer says stands behind no line."""
    line, pair, quote = telling(large, annotated)
    post, document = pair
    bring(
        large, [(dataclasses.replace(post, text="всё хорошо, спасибо"), dataclasses.replace(document, statements=()))]
    )
    refreshing.refresh(large, Settings(), follow, version=VERSION)
    assert quote.doc_id not in [q.doc_id for q in large.candidates.get(line.id).evidence]
    members = {member for topic in large.topics.load() for member in topic.members}
    assert not [member for member in members if member.startswith(f"{quote.doc_id}:")]


def test_lines_are_ranked_by_people_when_they_grow(large, annotated):
    """The second line overtakes the first."""
    first, second = [line for line in large.candidates.heads("rural") if line.kind == "pain"][:2]
    behind = {quote.doc_id for _, quote in large.candidates.quotes(second.id, limit=50)}
    said = [pair for pair in annotated if pair[0].id in behind]
    assert second.support.authors + len(said) > first.support.authors
    # Everybody in words of their own: one text under many names would count once.
    bring(large, [again(large, pair, n) for n, pair in enumerate(said)])
    refreshing.refresh(large, Settings(), follow, version=VERSION)
    shown = [line.id for line in large.candidates.heads("rural") if line.kind == "pain"]
    assert shown.index(second.id) < shown.index(first.id)
    assert [line.id for line in large.candidates.of("rural").candidates if line.kind == "pain"] == shown


def test_a_group_that_grew_by_a_quarter_is_mined_as_a_whole(large, annotated, whole):
    _, pair, _ = telling(large, annotated)
    bring(large, [again(large, pair, n) for n in range(len(annotated) // 3)])
    told = refreshing.refresh(large, Settings(), follow, version=VERSION)
    assert (told["mined"], told["grown"], whole) == (["rural"], [], ["rural"])


def test_what_fits_no_line_makes_the_group_be_mined(large, annotated, whole, monkeypatch):
    """People begin to speak of something else."""
    monkeypatch.setattr(refreshing, "TELLING", 1)
    monkeypatch.setattr("miner.topics.joining.NEAR", 10.0)
    _, pair, _ = telling(large, annotated)
    bring(large, [again(large, pair, 1)])
    assert refreshing.refresh(large, Settings(), follow, version=VERSION)["mined"] == ["rural"]
    assert whole == ["rural"]


def test_new_statements_join_topics_and_a_refit_keeps_their_names(large, annotated, whole):
    """The lineage says what went on; nothing is assigned twice."""
    before = {topic.id: len(topic.members) for topic in large.topics.load()}
    assert before
    bring(large, annotated[-10:])
    refreshing.refresh(large, Settings(), follow, version=VERSION)
    state = large.topics.state()
    new = sum(len(document.statements) for _, document in annotated[-10:])
    assert state.new_texts == new
    after = {topic.id: len(topic.members) for topic in large.topics.load()}
    assert after.keys() == before.keys()
    assert sum(after.values()) == sum(before.values()) + new - state.new_without
    refreshing.refit(large, Settings(), follow, version=VERSION)
    kept = {topic.id for topic in large.topics.load(dormant=True)}
    assert before.keys() <= kept
    assert {event.event for event in large.topics.lineage()} >= {"born", "continued"}
    assert large.topics.state().new_texts == 0


def test_topics_are_found_anew_when_they_fit_no_more(large):
    """By the share of new statements without a topic, and by how well the others fit."""
    settings = Settings()
    assert refreshing.refit_reason(large, settings) is None
    large.topics.join({f"x{n}:0-1": None for n in range(refreshing.TELLING)})
    assert "new statements fit no topic" in refreshing.refit_reason(large, settings)
    state = dataclasses.replace(large.topics.state(), new_without=0, new_sureness=0.0)
    large.topics.save(large.topics.load(), state=state)
    assert "100% less well" in refreshing.refit_reason(large, settings)


def test_a_forgotten_author_is_in_no_state_of_the_topics(large, annotated):
    """Nor in its members, nor behind a line."""
    _, _, quote = telling(large, annotated)
    [post] = large.posts.get([quote.doc_id])
    large.forget(post.author)
    body = str(large.topics.state().body)
    assert f"{quote.doc_id}:" not in body
    assert quote.doc_id not in str([topic.members for topic in large.topics.load()])
    assert quote.doc_id not in str(large.candidates.of("rural"))
