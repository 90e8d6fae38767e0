"""The author's desk: drafts over the decisions log, own words, orders, versions, comparisons, files."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from miner import pipeline
from miner.settings import Settings
from miner.store import open_store

DRAFT = "/api/v1/profiles/rural"


def lines(client, kind="pain"):
    found = client.get(f"{DRAFT}/draft").json()
    return next(column for column in found["columns"] if column["kind"] == kind)


def decide(client, line, action, match=None, **body):
    path = f"{DRAFT}/lines/{line}"
    tag = match or client.get(path).headers["etag"]
    return client.post(f"{path}/decisions", json={"action": action, **body}, headers={"If-Match": tag})


def own(client, text, kind="pain", **more):
    return client.post(f"{DRAFT}/lines", json={"kind": kind, "text": text, **more})


def build(client):
    answer = client.post(f"{DRAFT}/versions", json={})
    assert answer.status_code == 201, answer.text
    return answer.json()["version"]


def texts(column):
    return [line["text"] for line in column["lines"]]


def test_a_draft_is_what_a_version_will_say(anyone):
    """Accepted, edited, own and proposed lines stand in the draft as they do in the version built from it."""
    author = anyone("author")
    decide(author, "rural-pain-1", "accept")
    decide(author, "rural-pain-0", "edit", text="Рядом нет работы")
    decide(author, "rural-pain-2", "remove", reason="слишком общо")
    own(author, "Автобус ходит два раза в день")
    assert texts(lines(author)) == [
        "Рядом нет работы",
        "Нет вакансий рядом с домом, 1",
        "Автобус ходит два раза в день",
    ]
    assert [line["state"] for line in lines(author)["lines"]] == ["accepted"] * 3
    number = build(author)
    made = author.get(f"{DRAFT}/versions/{number}").json()
    assert [line["text"] for line in made["lines"] if line["kind"] == "pain"] == texts(lines(author))
    assert (
        author.get(f"{DRAFT}/draft").json() | {"version": number, "changed": False}
        == author.get(f"{DRAFT}/draft").json()
    )


def test_removed_lines_come_back(anyone, store):
    """Undo brings back what was removed, mined or own; each deed says who, and from what to what."""
    author = anyone("author")
    line = own(author, "Автобус ходит редко").json()["id"]
    for name in (line, "rural-pain-0"):
        before = texts(lines(author))
        assert decide(author, name, "remove").json()["state"] == "removed"
        assert texts(lines(author)) != before
        decide(author, name, "undo")
        assert texts(lines(author)) == before
    deeds = store.audit.page(subject=f"line:{line}")
    assert [(deed.action, deed.who) for deed in deeds] == [
        ("undo", "author"),
        ("remove", "author"),
        ("manual", "author"),
    ]
    assert deeds[1].before["state"], deeds[1].after["state"] == ("accepted", "removed")
    assert decide(author, "rural-value-0", "undo").status_code == 422


def test_own_lines_are_edited_where_they_stand(anyone):
    author = anyone("author")
    line = own(author, "Автобус ходит редко").json()["id"]
    assert decide(author, line, "edit", text="Автобус  ходит раз в день").json()["text"] == "Автобус ходит раз в день"
    assert texts(lines(author))[0] == "Автобус ходит раз в день"
    assert decide(author, line, "accept").status_code == 422


@pytest.mark.parametrize("where", ["lines", "remarks", "decisions"])
def test_personal_data_is_warned_of(anyone, where):
    """Words that look like somebody's data are refused with their kinds, and kept when the author insists."""
    author, text = anyone("author"), "Звоните Марии Петровне Ивановой: +7 900 000-12-34"
    send = {
        "lines": lambda **more: own(author, text, **more),
        "remarks": lambda **more: author.post(f"{DRAFT}/remarks", json={"field": "age", "text": text, **more}),
        "decisions": lambda **more: decide(author, "rural-pain-0", "edit", text=text, **more),
    }[where]
    refused = send()
    assert refused.status_code == 422
    assert "телефон" in refused.json()["personal"]
    assert text not in json.dumps(author.get(f"{DRAFT}/draft").json(), ensure_ascii=False)
    assert send(anyway=True).status_code in {200, 201}
    assert text in json.dumps(author.get(f"{DRAFT}/draft").json(), ensure_ascii=False)


def test_remarks_complete_characteristics(anyone):
    """What the staff know of a characteristic is in the portrait at once and in the next version."""
    author = anyone("author")
    answer = author.post(f"{DRAFT}/remarks", json={"field": "age", "text": "Молодые уезжают после школы"})
    remark = answer.json()
    assert (answer.status_code, remark["field"]) == (201, "age")
    assert "Молодые уезжают после школы" in author.get("/profiles/rural/portrait").text
    assert "Молодые уезжают после школы" in author.get("/profiles/rural/facts").text
    build(author)
    decide(author, remark["id"], "edit", text="Молодых мало")
    assert "Молодых мало" in author.get("/profiles/rural/portrait").text
    decide(author, remark["id"], "remove")
    assert "Молодых мало" not in author.get("/profiles/rural/portrait").text
    assert author.post(f"{DRAFT}/remarks", json={"field": "shoe_size", "text": "42"}).status_code == 422


def test_an_order_holds_for_versions_and_commands(anyone, store):
    """A column stands as its author put it, in the draft, in versions and for `miner profile build`."""
    author = anyone("author")
    line = own(author, "Автобус ходит редко").json()["id"]
    column = lines(author)
    usual = [line, "rural-pain-0", "rural-pain-1", "rural-pain-2"]
    assert [one["id"] for one in column["lines"]] == usual
    body = {"lines": ["rural-pain-1", line]}
    answer = author.put(f"{DRAFT}/order/pain", json=body, headers={"If-Match": column["etag"]})
    assert [one["id"] for one in answer.json()["lines"]] == ["rural-pain-1", line, "rural-pain-0", "rural-pain-2"]
    made = pipeline.profile(store, "rural", Settings(), made="2025-03-14")
    assert [one.id for one in made.of("pain")] == ["rural-pain-1", line, "rural-pain-0", "rural-pain-2"]
    back = author.put(f"{DRAFT}/order/pain", json={"lines": []}, headers={"If-Match": answer.headers["etag"]})
    assert [one["id"] for one in back.json()["lines"]] == usual


def test_nobody_overwrites_unseen(anyone):
    """The second of two authors gets both versions, for lines, orders and endorsements; without If-Match, 428."""
    first, second = anyone("author"), anyone("admin")
    seen = second.get(f"{DRAFT}/lines/rural-pain-0").headers["etag"]
    decide(first, "rural-pain-0", "edit", text="Работы рядом нет")
    late = decide(second, "rural-pain-0", "remove", match=seen)
    assert late.status_code == 409
    assert (late.json()["current"]["text"], late.json()["yours"]) == ("Работы рядом нет", {"action": "remove"})
    assert decide(second, "rural-pain-0", "remove", match=late.headers["etag"]).json()["state"] == "removed"

    order = lines(first)["etag"]
    body = {"lines": ["rural-pain-1"]}
    assert first.put(f"{DRAFT}/order/pain", json=body).status_code == 428
    assert first.put(f"{DRAFT}/order/pain", json=body, headers={"If-Match": order}).status_code == 200
    late = second.put(f"{DRAFT}/order/pain", json={"lines": []}, headers={"If-Match": order})
    assert (late.status_code, late.json()["current"]["lines"][0]["id"]) == (409, "rural-pain-1")

    number = build(first)
    tag = first.get(f"{DRAFT}/versions/{number}").headers["etag"]
    path = f"{DRAFT}/versions/{number}/endorsement"
    assert first.post(path).status_code == 428
    assert first.post(path, headers={"If-Match": tag}).json()["status"] == "current"
    late = second.post(path, headers={"If-Match": tag})
    assert (late.status_code, late.json()["current"]["endorsed_by"]) == (409, "author")
    again = second.post(path, headers={"If-Match": late.headers["etag"]})
    assert again.status_code == 422


@pytest.mark.parametrize(
    "body", [{"action": "accept"}, {"action": "edit", "text": "Нет  работы"}, {"action": "remove"}]
)
def test_what_was_done_is_not_done_again(anyone, store, body):
    """The same decision of the same person about a version that it has changed itself; nobody else's, and no other."""
    tag = {"If-Match": anyone("author").get(f"{DRAFT}/lines/rural-pain-0").headers["etag"]}
    path = f"{DRAFT}/lines/rural-pain-0/decisions"
    first, again = (anyone("author").post(path, json=body, headers=tag) for _ in range(2))
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    assert anyone("admin").post(path, json=body, headers=tag).status_code == 409
    assert anyone("author").post(path, json={"action": "edit", "text": "Мало работы"}, headers=tag).status_code == 409
    assert len(list(store.decisions.all())) == 1


def test_two_decide_at_once(anyone, app, workspace):
    """Whoever is overtaken between looking and writing is told so too."""
    author = anyone("author")
    tag = author.get(f"{DRAFT}/lines/rural-pain-0").headers["etag"]
    decided = pipeline.decide

    def meanwhile(*args, **more):
        with open_store(workspace) as elsewhere:
            decided(elsewhere, "accept", "rural-pain-0", who="другой", at="2025-03-14T10:00:00")
        return decided(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "decide", meanwhile)
        late = decide(author, "rural-pain-0", "remove", match=tag)
    assert (late.status_code, late.json()["current"]["who"]) == (409, "другой")


def test_only_authors_write(anyone):
    """Everybody reads; analysts and researchers change nothing."""
    for role in ("analyst", "researcher"):
        client = anyone(role)
        assert client.get("/profiles/rural").status_code == 200
        assert "data-act" not in client.get("/profiles/rural").text
        assert own(client, "Слово").status_code == 403
        assert decide(client, "rural-pain-0", "accept").status_code == 403
        assert client.post(f"{DRAFT}/versions", json={}).status_code == 403


def test_versions_are_compared(anyone):
    """What changed is told line by line, with the version of a year ago unless another is asked for."""
    author = anyone("author")
    first = build(author)
    decide(author, "rural-pain-0", "edit", text="Рядом с домом нет вакансий")
    own(author, "Автобус ходит редко")
    second = build(author)
    told = author.get(f"{DRAFT}/comparison", params={"before": first, "after": second}).json()
    assert {change["what"] for change in told} == {"same", "reworded", "new"}
    decide(author, "rural-value-0", "remove")
    now = author.get(f"{DRAFT}/comparison", params={"before": second}).json()
    assert [change["text"] for change in now if change["what"] == "gone"] == ["Ценит стабильность"]
    page = author.get("/profiles/rural/compare", params={"before": first, "after": second}).text
    assert "сказана иначе" in page
    assert "Автобус ходит редко" in page
    assert "Ценит стабильность" in author.get("/profiles/rural/compare").text
    assert author.get(f"{DRAFT}/comparison", params={"before": 99}).status_code == 404


def test_a_year_is_looked_back(anyone, store):
    """The version that stood a year before is what a comparison begins with."""
    from miner.web.routes.profiles import a_year_before

    for made in ("2023-05-01", "2024-02-01", "2024-12-01", "2025-03-01"):
        profile = pipeline.profile(store, "rural", Settings(), made=made)
        store.profiles.save(profile)
    versions = store.profiles.list("rural")
    assert [a_year_before(versions, v.version) for v in versions] == [None, 1, 1, 2]
    assert a_year_before(versions, None) == 4
    assert "версия 4" in anyone("author").get("/profiles/rural/compare").text


@pytest.mark.parametrize(
    ("form", "begins"), [("word", b"PK"), ("excel", b"PK"), ("html", b"<!"), ("json", b"{"), ("markdown", b"#")]
)
def test_files(anyone, form, begins):
    """A version comes as a file with a name of its own; whoever opens a page of it here is not on our page."""
    author = anyone("author")
    number = build(author)
    answer = author.get("/profiles/rural/file", params={"version": number, "format": form})
    assert answer.status_code == 200, answer.text
    assert answer.content.lstrip().startswith(begins)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    if form == "word":
        assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert author.get(f"{DRAFT}/versions/{number}/file", params={"format": form}).status_code == 200
    assert author.get("/profiles/rural/file", params={"version": 77}).status_code == 404


def test_own_words_are_text(anyone):
    """What somebody typed is shown as typed, never run."""
    author = anyone("author")
    own(author, "<script>alert(1)</script>", anyway=True)
    for path in ("/profiles/rural", "/profiles/rural/lines", "/profiles/rural/portrait"):
        page = author.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_a_portrait_runs_its_own_button_only(anyone):
    """The policy of the frame knows the handler of the template by its hash."""
    import base64
    import hashlib
    import re

    answer = anyone("author").get("/profiles/rural/portrait")
    handlers = set(re.findall(r'onclick="([^"]*)"', answer.text))
    policy = answer.headers["content-security-policy"]
    assert handlers
    assert all(base64.b64encode(hashlib.sha256(h.encode()).digest()).decode() in policy for h in handlers)
    assert "script-src 'unsafe-hashes' 'sha256-" in policy
    assert "allow-same-origin" not in policy


def test_unknown_names(anyone):
    author = anyone("author")
    for path in ("/profiles/nobody", "/profiles/nobody/facts", "/profiles/rural/portrait?version=9"):
        assert author.get(path).status_code == 404
    for path in ("nobody/draft", "rural/lines/nothing", "rural/versions/5"):
        assert author.get(f"/api/v1/profiles/{path}").status_code == 404


def test_lost_answers_are_repeated(anyone):
    """The same line sent again under one key is written once."""
    author = anyone("author")
    body = {"kind": "desire", "text": "Хотят своё дело"}
    sent = [author.post(f"{DRAFT}/lines", json=body, headers={"Idempotency-Key": "k1"}).json()["id"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert texts(lines(author, "desire")).count("Хотят своё дело") == 1
