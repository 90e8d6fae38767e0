"""Тексты: the search over the API and on its page, what is highlighted, and what stays hidden."""

from __future__ import annotations

import re
import time

import pytest

from miner.records import Document, Entity, Mask, Post, Sentiment, Statement, Topic
from miner.store import terms
from miner.web.highlights import BEFORE, SHOWN, excerpt, hits, pieces

SAID = "Звоните Маше 89001234567. Обещали переобучение на сварщика <b>даром</b>, а курсов нет"


def annotated(name, said, *, group="laid_off", date="2025-03-01", kind="pain", tone="negative"):
    start = said.index("переобучение")
    statement = Statement(name, start, len(said), said[start:], kind, 0.91, "negative", ("нет того, что обещали",))
    at = said.index("сварщика")
    worker = Entity(at, at + 8, "PROFESSION", "сварщика", "сварщик")
    masks = (Mask(8, 12, "name"), Mask(13, 24, "phone"))
    document = Document(name, 0.9, True, Sentiment(tone, 0.8), "ru", (worker,), (statement,), (), masks)
    return Post(name, said, "Маша", "vk", "https://vk.example.ru/1", date=date, group=group), document


@pytest.fixture
def told(store):
    """Two posts about training, one of them by somebody who gave a name and a phone number away."""
    pairs = [
        annotated("t/1?", SAID),
        annotated("t2", SAID.replace("Обещали", "Предложили"), group="rural", tone="mixed"),
    ]
    store.posts.add([post for post, _ in pairs])
    list(store.documents.pending("v1"))
    store.documents.save([document for _, document in pairs], "v1")
    start = SAID.index("переобучение")
    store.topics.save([Topic("t7", "обещания", (), (f"t/1?:{start}-{len(SAID)}",), ())])
    return store


def test_words_are_found_in_every_form(anyone, told):
    """With spans for what was found, said, named and hidden; personal data are covered."""
    answer = anyone("analyst").get("/api/v1/texts", params={"q": "обещать переобучению"}).json()
    [one] = answer["items"]
    assert (one["id"], answer["next"]) == ("t/1?", None)
    assert not re.search("Маш|89001234567", str(answer))

    def read(span):
        return one["text"][span["start"] : span["end"]]

    assert [read(span) for span in one["found"]] == ["Обещали", "переобучение"]
    assert [(read(e), e["norm"]) for e in one["entities"]] == [("сварщика", "сварщик")]
    assert [h["label"] for h in one["hidden"]] == ["name", "phone"]
    [said] = one["statements"]
    assert (said["kind"], said["why"], said["topic_label"]) == ("pain", ["нет того, что обещали"], "обещания")


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"group": "rural"}, ["t2"]),
        ({"source": "vk"}, ["t2", "t/1?"]),
        ({"sentiment": "mixed"}, ["t2"]),
        ({"topic": "t7"}, ["t/1?"]),
        ({"kind": "value"}, []),
        ({"since": "2025-03-02"}, []),
        ({"until": "2025-03-01", "since": "2025-03-01"}, ["t2", "t/1?"]),
    ],
)
def test_filters_of_the_api(anyone, told, asked, ids):
    answer = anyone("author").get("/api/v1/texts", params={"q": "переобучение", **asked}).json()
    assert [one["id"] for one in answer["items"]] == ids


def test_the_api_answers_by_pages(anyone, told):
    """Without a post twice, until nothing follows."""
    client, seen, after = anyone("author"), [], None
    while True:
        page = client.get("/api/v1/texts", params={"limit": 7} | ({"after": after} if after else {})).json()
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 20
    assert seen[:2] == ["t2", "t/1?"]
    assert client.get("/api/v1/texts", params={"after": "abc"}).status_code == 422


def test_one_post(anyone, told):
    """By its id, whatever is in it."""
    client = anyone("researcher")
    assert client.get("/api/v1/texts/one", params={"id": "t/1?"}).json()["id"] == "t/1?"
    assert client.get("/api/v1/texts/one", params={"id": "nobody"}).status_code == 404
    page = client.get("/texts/one", params={"id": "t/1?"})
    assert "нет того, что обещали" in page.text
    assert client.get("/texts/one", params={"id": "nobody"}).status_code == 404


def test_the_page_highlights_and_hides(anyone, told):
    """Posts are hostile input: nothing of theirs becomes markup."""
    page = anyone("author").get("/texts", params={"q": "переобучению", "group": "laid_off"}).text
    assert re.search(r'<span class="voiced kind-pain hit">переобучение</span>', page)
    assert 'title="профессия">сварщика</span>' in page
    assert '<span class="veiled" title="Личные данные скрыты">имя</span>' in page
    assert "&lt;b&gt;даром&lt;/b&gt;" in page
    assert "Почему: нет того, что обещали. Уверенность 91" in page
    assert 'href="/topics/t7"' in page
    assert not re.search("Маш|89001234567", page)
    assert "Предложили" not in page


def test_the_page_goes_on(anyone, store):
    """Further posts have an address of their own, which the script asks for as a piece."""
    posts = [Post(f"n{n}", f"надоело ждать, {n}", "Оля", "vk", date="2025-04-01", group="rural") for n in range(25)]
    store.posts.add(posts)
    list(store.documents.pending("v1"))
    store.documents.save([Document(p.id, 0.9, True, Sentiment("neutral", 0.5)) for p in posts], "v1")
    client = anyone("author")
    page = client.get("/texts?q=ждать&since=&until=завтра&kind=").text
    assert page.count('class="post"') == 20
    following = re.search(r'href="(/texts\?[^"]+after[^"]+)"', page)[1].replace("&amp;", "&")
    piece = client.get(f"{following}&piece=1").text
    assert (piece.count('class="post"'), "<html" in piece, "after=" in piece) == (5, False, False)
    assert client.get(following).text.count('class="post"') == 5


def test_an_empty_answer_says_what_to_do(anyone):
    assert "Ничего не нашлось" in anyone("author").get("/texts?q=абракадабра").text


def test_what_is_not_findable_yet_becomes_so(anyone, store):
    """The page says so, and somebody sees to it."""
    from sqlalchemy import update

    from miner.store.tables import FindableRow

    with store.database.writing() as connection:
        connection.execute(update(FindableRow).values(words=None))
    client = anyone("author")
    assert "Поиск ещё узнаёт 18" in client.get("/texts").text
    for _ in range(600):
        if not store.search.waiting():
            break
        time.sleep(0.1)
    assert "хочу учиться на повара" in client.get("/texts?q=повар").text


def test_pieces_make_up_the_text():
    """Whatever overlaps: each character once, in order."""
    post, document = annotated("1", SAID)
    found = hits(SAID, terms("переобучение сварщик"))
    made = list(pieces(post.text, document, found, 0, len(SAID)))
    assert "".join(p.text for p in made) == SAID
    assert [p.text for p in made if p.hidden] == ["Маше", "89001234567"]
    assert [p.text for p in made if p.hit] == ["переобучение", "сварщика"]
    assert [p.text for p in made if p.first] == ["переобучение"]
    assert [(p.text, p.statement) for p in made if p.entity] == [("сварщика", 0)]


def test_an_excerpt_shows_what_was_found():
    """Of a long post the part around it, beginning with a sentence."""
    text = "Было так. " * 100 + "Потом переобучение. " + "И ещё вот что. " * 100
    document = Document("1", 0.9, True, Sentiment("neutral", 0.5))
    shown = excerpt(text, document, hits(text, terms("переобучения")))
    said = "".join(p.text for p in shown.pieces)
    assert "переобучение" in said
    assert said.startswith("Было так.")
    assert len(said) <= SHOWN + BEFORE
    assert shown.before
    assert shown.after
    assert "".join(p.text for p in excerpt(text, document, [], whole=True).pieces) == text
