from __future__ import annotations

import dataclasses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miner.records import KINDS, TONES, Disclosure, Document, Entity, Mask, Post, Sentiment, Statement
from miner.store import Saved, open_store
from tests.store.conftest import document, post
from tests.store.test_posts import ids, texts


def test_a_post_waits_until_its_document_is_saved(store):
    store.posts.add([post(n) for n in range(3)])
    assert ids(store.documents.pending("v1")) == ["p0", "p1", "p2"]
    assert store.documents.save([document(post(1), "надоело ждать")], "v1") == Saved(kept=1)
    assert ids(store.documents.pending("v1")) == ["p0", "p2"]
    assert store.documents.count_pending("v1") == 2


def test_what_waits_is_known_by_group(store):
    store.posts.add([post(1), post(2, group="disabled"), post(3, group=None)])
    assert ids(store.documents.pending("v1", "disabled")) == ["p2"]
    assert store.documents.count_pending("v1", "rural") == 1
    assert store.documents.count_pending("v1") == 3


def test_each_version_of_the_pipeline_reads_every_post(store):
    """A new version begins anew and the former one keeps its answers."""
    store.posts.add([post(1), post(2)])
    store.documents.save([document(post(n), "надоело") for n in (1, 2)], "v1")
    assert ids(store.documents.pending("v2")) == ["p1", "p2"]
    store.documents.save([document(post(1), "ждать")], "v2")
    assert [d.statements[0].text for _, d in store.documents.of_group("rural", "v1")] == ["надоело", "надоело"]
    assert [d.statements[0].text for _, d in store.documents.of_group("rural", "v2")] == ["ждать"]
    assert list(store.documents.of_group("rural", "v3")) == []
    assert store.documents.versions()[:2] == ["v2", "v1"]


def test_an_edited_post_waits_again(store):
    """What was found in its former words is gone at once, since it points into a text that isn't there."""
    store.posts.add([post(1)])
    store.documents.save([document(post(1), "надоело")], "v1")
    store.posts.add([post(1, "всё хорошо")])
    assert list(store.documents.of_group("rural", "v1")) == []
    assert [p.text for p in store.documents.pending("v1")] == ["всё хорошо"]


def test_a_document_of_former_words_is_not_taken_for_one_of_now(store):
    """Somebody edits a post while it is being annotated."""
    store.posts.add([post(1), post(2)])
    read = list(store.documents.pending("v1"))
    store.posts.add([post(1, "всё хорошо, спасибо")])
    # No statement gives the difference away: what was read is remembered.
    assert store.documents.save([document(p) for p in read], "v1") == Saved(kept=1, stale=1)
    assert ids(store.documents.pending("v1")) == ["p1"]


def test_a_document_from_a_file_must_quote_the_post(store):
    """Its spans have to stand in what the post says now."""
    store.posts.add([post(1)])
    other = document(post(1, "ждать надоело"), "ждать")
    unknown = document(post(7), "надоело")
    assert store.documents.save([other, unknown], "v1") == Saved(stale=2)
    assert store.documents.save([document(post(1), "ждать")], "v1") == Saved(kept=1)


def test_a_document_saved_again_replaces_the_former_one(store):
    store.posts.add([post(1)])
    for words in (["надоело", "ждать"], ["ждать"]):
        store.documents.save([document(post(1), *words, facts={"age": 54})], "v1")
    [(_, found)] = store.documents.of_group("rural", "v1")
    assert [s.text for s in found.statements] == ["ждать"]
    assert found.facts == (Disclosure("age", 54, 0, 1),)


def test_personal_data_leave_the_store_masked(store, workspace, url):
    """Post, statement and entity are covered at equal length; raw words stay where they can be annotated anew."""
    said = post(1, "надоело звонить Марии Петровне, +7 900 000-12-34")
    named = Entity(16, 30, "PER", "Марии Петровне", "Мария Петровна")
    raw = document(said, "надоело звонить Марии Петровне", pii={"Марии Петровне": "name", "+7 900 000-12-34": "phone"})
    store.posts.add([said])
    store.documents.save([dataclasses.replace(raw, entities=(named,))], "v1")
    [(shown, found)] = store.documents.of_group("rural", "v1")
    assert shown.text == "надоело звонить [имя*********], [телефон*******]"
    assert found.statements[0].text == "надоело звонить [имя*********]"
    assert found.statements[0].text == shown.text[found.statements[0].start : found.statements[0].end]
    assert (found.entities[0].text, found.entities[0].norm) == ("[имя*********]", "[имя]")
    assert [p.text for p in store.documents.pending("v2")] == [said.text]
    [quote] = store.documents.quotes("rural", "v1")
    assert quote.quote == "надоело звонить [имя*********]"


def test_the_words_of_sentences_are_not_kept(store):
    """They would be the raw text once more."""
    store.posts.add([post(1)])
    tokens = (({"text": "надоело", "start": 0, "end": 7},),)
    store.documents.save([dataclasses.replace(document(post(1)), sentences=tokens)], "v1")
    [(_, found)] = store.documents.of_group("rural", "v1")
    assert found.sentences is None


def test_quotes_are_statements_of_relevant_clients(store):
    """Staff and small talk are no evidence."""
    client, staff, chat = post(1, thread="t"), post(2, role="staff"), post(3)
    store.posts.add([client, staff, chat])
    found = [document(p, "надоело ждать", "ответа") for p in (client, staff, chat)]
    found[2] = dataclasses.replace(found[2], relevant=False)
    store.documents.save(found, "v1")
    quotes = list(store.documents.quotes("rural", "v1"))
    assert [(q.doc_id, q.quote, q.start, q.thread) for q in quotes] == [
        ("p1", "надоело ждать", 0, "t"),
        ("p1", "ответа", 14, "t"),
    ]
    assert quotes[0].speaker == next(store.posts.all()).speaker
    assert list(store.documents.quotes("rural", "v1", "desire")) == []


def test_workers_share_what_waits(store, clock):
    """Each post is one worker's; a worker that died loses its posts after a while."""
    store.posts.add([post(n) for n in range(5)])
    first, second = (store.documents.lease("v1", name, limit=3, seconds=60) for name in ("one", "two"))
    assert (ids(first), ids(second)) == (["p0", "p1", "p2"], ["p3", "p4"])
    assert store.documents.lease("v1", "three") == []
    store.documents.save([document(p) for p in second], "v1")
    clock.move(seconds=61)
    assert ids(store.documents.lease("v1", "three")) == ["p0", "p1", "p2"]


def test_a_post_that_breaks_the_annotation_is_left_alone_after_three_tries(store):
    """One bad post doesn't hold up the others."""
    store.posts.add([post(1), post(2)])
    for _ in range(3):
        assert ids(store.documents.pending("v1")) == ["p1", "p2"]
        store.documents.fail(["p1"], "v1", "too deep")
    assert ids(store.documents.pending("v1")) == ["p2"]
    assert store.documents.failed("v1") == [("p1", "too deep")]
    assert ids(store.documents.pending("v2")) == ["p1", "p2"]


def test_a_version_can_be_retired(store):
    """Its documents go, those of other versions stay, and coming back to it begins anew."""
    store.posts.add([post(1)])
    for version in ("v1", "v2"):
        store.documents.save([document(post(1), "надоело")], version)
    assert store.documents.retire("v1") == 1
    assert list(store.documents.of_group("rural", "v1")) == []
    assert len(list(store.documents.of_group("rural", "v2"))) == 1
    assert ids(store.documents.pending("v1")) == ["p1"]


def test_posts_added_by_another_process_are_met(store, workspace, url):
    """A reader that was there first asks again and finds them."""
    assert store.documents.count_pending("v1") == 0
    with open_store(workspace, url) as other:
        other.posts.add([post(1)])
    assert ids(store.documents.pending("v1")) == ["p1"]


def test_more_than_a_page_comes_back_whole(store):
    """Pages of posts and their statements join without a seam."""
    given_ = [post(n, f"надоело {n}") for n in range(1_234)]
    store.posts.add(given_)
    store.documents.save([document(p, f"{n}") for n, p in enumerate(given_)], "v1")
    found = list(store.documents.of_group("rural", "v1"))
    assert [(p.id, d.statements[0].text) for p, d in found] == [(f"p{n}", str(n)) for n in range(1_234)]
    assert len(list(store.documents.all("v1"))) == 1_234


scores = st.floats(0, 1)


@st.composite
def annotated(draw):
    said = draw(st.text(st.characters(exclude_categories=()), min_size=1, max_size=30))
    name = draw(texts)

    def spans(most):
        ends = st.lists(st.integers(0, len(said)), min_size=2, max_size=2).map(sorted)
        return draw(st.lists(ends, max_size=most))

    return Post(name, said, group="rural"), Document(
        id=name,
        relevance=draw(scores),
        relevant=draw(st.booleans()),
        sentiment=Sentiment(draw(st.sampled_from(TONES)), draw(scores)),
        language=draw(texts),
        entities=tuple(Entity(a, b, draw(texts), said[a:b], draw(texts)) for a, b in spans(2)),
        statements=tuple(
            Statement(
                name,
                a,
                b,
                said[a:b],
                draw(st.sampled_from(KINDS)),
                draw(scores),
                draw(st.sampled_from(TONES)),
                tuple(draw(st.lists(texts, max_size=2))),
            )
            for a, b in spans(3)
        ),
        facts=tuple(Disclosure(draw(texts), draw(st.integers() | texts), a, b) for a, b in spans(2)),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(annotated(), max_size=3, unique_by=lambda pair: pair[0].id))
def test_what_is_stored_comes_back_equal(store, pairs):
    """Any document without personal data; those with some come back masked."""
    store.posts.add([p for p, _ in pairs])
    assert store.documents.save([d for _, d in pairs], "v1").kept == len(pairs)
    found = {p.id: (p, d) for p, d in store.documents.of_group("rural", "v1")}
    assert [found[p.id] for p, _ in pairs] == pairs


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=annotated(), start=st.integers(0, 5), size=st.integers(1, 9))
def test_masked_text_keeps_its_length(store, pair, start, size):
    """Offsets hold for the masked text as for the raw one, and masking twice changes nothing."""
    said, raw = pair
    masked = dataclasses.replace(raw, pii=(Mask(start, start + size, "name"),))
    store.posts.add([said])
    store.documents.save([masked], "v1")
    [(shown, found)] = [(p, d) for p, d in store.documents.of_group("rural", "v1") if p.id == said.id]
    assert len(shown.text) == len(said.text)
    assert [s.text for s in found.statements] == [shown.text[s.start : s.end] for s in found.statements]
    store.documents.save([found], "v1")
    assert (shown, found) in list(store.documents.of_group("rural", "v1"))
