"""Candidates over the API: paging, versions, repeats, and decisions that hold."""

from __future__ import annotations

import dataclasses
import json

import pytest

from miner.records import Mined
from miner.store import open_store
from tests.web.conftest import fill, lines

FIRST = "/api/v1/candidates/rural-pain-0"


def decide(client, action, path=FIRST, **body):
    tag = client.get(path).headers["etag"]
    return client.post(f"{path}/decisions", json={"action": action, **body}, headers={"If-Match": tag})


def test_groups_tell_what_waits(anyone):
    (group,) = anyone("analyst").get("/api/v1/groups").json()
    assert (group["name"], group["title"], group["counts"]) == ("rural", "Жители сёл и малых городов", {"new": 9})


def test_pages_follow_one_another(anyone):
    """By cursor, in the order of the answer; a cursor from elsewhere is refused."""
    client, found, after = anyone("author"), [], ""
    while True:
        page = client.get(f"/api/v1/groups/rural/candidates?limit=4{after}").json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == [candidate.id for candidate in lines()]
    pains = client.get("/api/v1/groups/rural/candidates?kind=pain").json()["items"]
    assert {item["kind"] for item in pains} == {"pain"}
    assert client.get("/api/v1/groups/rural/candidates?after=zzz").status_code == 422


def test_quotes_and_their_context(anyone):
    """Quotes come by pages, each with the post around it."""
    client = anyone("author")
    page = client.get(f"{FIRST}/quotes?limit=2").json()
    assert [quote["quote"] for quote in page["items"]] == ["работы рядом нет"] * 2
    rest = client.get(f"{FIRST}/quotes?after={page['next']}").json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    quote = page["items"][0]
    around = client.get(f"{FIRST}/context", params={"doc_id": quote["doc_id"], "start": quote["start"]}).json()
    assert around["text"][around["start"] : around["end"]] == "работы рядом нет"
    assert "и так давно" in around["text"]
    assert client.get(f"{FIRST}/context", params={"doc_id": "nobody", "start": 0}).status_code == 404


@pytest.mark.parametrize(
    ("action", "body", "state", "text"),
    [
        ("accept", {}, "accepted", "Нет вакансий рядом с домом"),
        ("edit", {"text": "Рядом нет работы"}, "accepted", "Рядом нет работы"),
        ("reject", {"reason": "слишком общо"}, "rejected", "Нет вакансий рядом с домом"),
        ("later", {}, "later", "Нет вакансий рядом с домом"),
        ("merge", {"into": "rural-pain-1"}, "merged", "Нет вакансий рядом с домом"),
    ],
)
def test_decisions(anyone, store, action, body, state, text):
    """Each says who and why, moves the line, is written down with from and to, and is undone by undo."""
    author = anyone("author")
    now = decide(author, action, **body).json()
    assert (now["state"], now["text"], now["said"]) == (state, text, "Нет вакансий рядом с домом")
    assert (now["verdict"]["who"], now["verdict"]["reason"]) == ("author", body.get("reason"))
    assert now["verdict"]["into"] == body.get("into")
    (deed,) = store.audit.page(subject="candidate:rural-pain-0")
    assert (deed.who, deed.action, deed.before) == (
        "author",
        action,
        {"state": "new", "text": "Нет вакансий рядом с домом"},
    )
    assert deed.after["state"] == state
    back = decide(author, "undo").json()
    assert (back["state"], back["verdict"]) == ("new", None)


def test_two_reviewers_never_overwrite_each_other_unseen(anyone):
    """The second is told what the first made of it, and both versions; with the new tag the last word counts."""
    anna, boris = anyone("author"), anyone("admin")
    tag = anna.get(FIRST).headers["etag"]
    first = anna.post(
        f"{FIRST}/decisions", json={"action": "edit", "text": "Рядом нет работы"}, headers={"If-Match": tag}
    )
    second = boris.post(f"{FIRST}/decisions", json={"action": "reject", "reason": "общо"}, headers={"If-Match": tag})
    assert second.status_code == 409
    assert second.json()["current"]["text"] == "Рядом нет работы"
    assert second.json()["yours"] == {"action": "reject", "reason": "общо"}
    assert second.headers["etag"] == first.headers["etag"] == boris.get(FIRST).headers["etag"]
    again = boris.post(f"{FIRST}/decisions", json={"action": "reject"}, headers={"If-Match": second.headers["etag"]})
    assert again.json()["state"] == "rejected"


def test_what_was_done_is_not_done_again(anyone, store):
    """A server that died before it answered had written the decision down: the same one of the same person is that."""
    anna, boris = anyone("author"), anyone("admin")
    tag = {"If-Match": anna.get(FIRST).headers["etag"]}
    edit = {"action": "edit", "text": "Рядом нет работы"}
    first, again = (anna.post(f"{FIRST}/decisions", json=edit, headers=tag) for _ in range(2))
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    assert boris.post(f"{FIRST}/decisions", json=edit, headers=tag).status_code == 409
    assert anna.post(f"{FIRST}/decisions", json=edit | {"text": "Нет работы"}, headers=tag).status_code == 409
    assert anna.post(f"{FIRST}/decisions", json=edit).status_code == 428
    assert len(list(store.decisions.all())) == 1


def test_a_decision_says_which_version_it_is_about(anyone):
    answer = anyone("author").post(f"{FIRST}/decisions", json={"action": "accept"})
    assert answer.status_code == 428
    assert answer.headers["etag"]


def test_of_two_at_the_same_moment_one_wins(anyone, app, monkeypatch):
    """Both have seen the same version, and the store itself lets only one of them write."""
    from miner import pipeline

    anna, boris = anyone("author"), anyone("admin")
    tag, original = anna.get(FIRST).headers["etag"], pipeline.decide
    raced = []

    def slow(*given, **more):
        if not raced:
            raced.append(None)
            raced[0] = boris_decides()
        return original(*given, **more)

    def boris_decides():
        monkeypatch.setattr(pipeline, "decide", original)
        with open_store(app.state.desk.workspace) as other:
            return original(other, "reject", "rural-pain-0", who="admin", at="2026-01-01T00:00:00+00:00")

    monkeypatch.setattr(pipeline, "decide", slow)
    late = anna.post(f"{FIRST}/decisions", json={"action": "accept"}, headers={"If-Match": tag})
    assert late.status_code == 409
    assert late.json()["current"]["state"] == "rejected"
    assert boris.get(FIRST).json()["verdict"]["who"] == "admin"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "edit"},
        {"action": "merge"},
        {"action": "merge", "into": "rural-pain-0"},
        {"action": "merge", "into": "nobody"},
        {"action": "undo"},
        {"action": "burn"},
        {"action": "edit", "text": "  "},
        {"action": "edit", "text": "Звонить по +7 900 000-12-34"},
        {"action": "accept", "more": 1},
    ],
)
def test_what_makes_no_sense_is_refused(anyone, body):
    author = anyone("author")
    answer = author.post(f"{FIRST}/decisions", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert author.get(FIRST).json()["state"] == "new"


@pytest.mark.parametrize("role", ["analyst", "researcher"])
def test_only_authors_decide(anyone, role):
    assert decide(anyone(role), "accept").status_code == 403


def test_a_rejected_line_stays_rejected_after_a_refit(anyone, store):
    """Its new name and wording don't bring it back, and undo finds it all the same."""
    author = anyone("author")
    decide(author, "reject", reason="слишком общо")

    renamed = [dataclasses.replace(c, id=f"new-{c.id}", text=f"{c.text}!") for c in lines()]
    store.candidates.replace(Mined("rural", 9, 10, tuple(renamed), ()))
    there = author.get("/api/v1/candidates/new-rural-pain-0").json()
    assert (there["state"], there["verdict"]["reason"]) == ("rejected", "слишком общо")
    assert author.get(FIRST).status_code == 404
    back = decide(author, "undo", "/api/v1/candidates/new-rural-pain-0").json()
    assert back["state"] == "new"
    assert author.get("/api/v1/candidates/new-rural-pain-0").json()["state"] == "new"


def test_the_same_request_twice_counts_once(anyone, store):
    """With one Idempotency-Key the second gets the first one's answer; another request under it is refused."""
    author = anyone("author")
    headers = {"Idempotency-Key": "k1"}
    body = {"kind": "pain", "text": "Нет автобуса"}
    first = author.post("/api/v1/groups/rural/lines", json=body, headers=headers)
    second = author.post("/api/v1/groups/rural/lines", json=body, headers=headers)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.headers["idempotency-replayed"] == "true"
    assert len([d for d in store.decisions.all() if d.action == "manual"]) == 1
    other = author.post("/api/v1/groups/rural/lines", json={"kind": "pain", "text": "Нет света"}, headers=headers)
    assert other.status_code == 422


def test_what_was_refused_can_be_asked_again_under_its_key(anyone):
    author = anyone("author")
    headers = {"Idempotency-Key": "k2"}
    assert (
        author.post("/api/v1/groups/rural/lines", json={"kind": "x", "text": "нет"}, headers=headers).status_code == 422
    )
    good = author.post("/api/v1/groups/rural/lines", json={"kind": "pain", "text": "Нет автобуса"}, headers=headers)
    assert good.status_code == 201


def test_accepted_lines_go_into_the_portrait(anyone, store):
    """In bulk: the accepted ones in the words that people gave them, the staff's own, and nothing that was rejected."""
    author = anyone("author")
    decide(author, "edit", text="Рядом нет работы")
    decide(author, "reject", "/api/v1/candidates/rural-pain-1")
    author.post("/api/v1/groups/rural/lines", json={"kind": "pain", "text": "Автобус ходит раз в день"})
    made = author.post("/api/v1/profiles/rural/versions", json={}).json()
    assert (made["version"], made["status"]) == (1, "draft")
    pains = store.profiles.latest("rural").of("pain")
    assert [(line.text, line.accepted, line.who) for line in pains][:2] == [
        ("Рядом нет работы", True, "author"),
        ("Автобус ходит раз в день", True, "author"),
    ]
    assert "Нет вакансий рядом с домом, 1" not in [line.text for line in pains]


def test_a_merged_line_brings_its_people(anyone, store):
    """The line that stays has both lines' people and quotes in the portrait, also after a refit gave new names."""
    author = anyone("author")
    decide(author, "merge", "/api/v1/candidates/rural-pain-1", into="rural-pain-0")
    decide(author, "accept")

    def accepted():
        author.post("/api/v1/profiles/rural/versions", json={})
        return next(line for line in store.profiles.latest("rural").of("pain") if line.accepted)

    line = accepted()
    assert (line.text, len(line.quotes), line.support.statements) == ("Нет вакансий рядом с домом", 5, 5)
    assert line.support.authors == len({quote.speaker for quote in line.quotes})
    renamed = [dataclasses.replace(c, id=f"new-{c.id}") for c in lines()]
    store.candidates.replace(Mined("rural", 9, 10, tuple(renamed), ()))
    assert len(accepted().quotes) == 5


def test_the_page_escapes_what_people_wrote(anyone, store):
    """Text of the internet is text on the page, never markup."""

    hostile = '<script>alert(1)</script>" onload="x'
    made = [dataclasses.replace(c, text=hostile, warnings=(hostile,), why=(hostile,)) for c in lines()]
    store.candidates.replace(Mined("rural", 9, 10, tuple(made), ()))
    page = anyone("author").get("/proposals").text
    assert "<script>alert" not in page
    assert '" onload="' not in page
    assert "&lt;script&gt;alert(1)" in page


def test_cards_come_by_pages(anyone, store):
    """The page shows the first twenty of a column, further cards are fetched, and the last page says so."""
    fill(store, "laid_off", 45)
    author = anyone("author")
    assert author.get("/proposals?group=laid_off").text.count('class="card ') == 60
    query = "/proposals/cards?group=laid_off&kind=pain&state=new"
    cards = author.get(f"{query}&after=19")
    assert (cards.text.count('class="card '), cards.headers["x-more"]) == (20, "1")
    assert author.get(f"{query}&after=39").headers["x-more"] == "0"
    assert json.loads(author.get("/api/v1/groups").text)[0]["name"] == "rural"
