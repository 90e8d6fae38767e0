"""Topics: what people decide takes effect at once, holds after a refit, and can be taken back."""

from __future__ import annotations

import numpy as np
import pytest

from miner import refreshing
from miner.records import Document, Post, Sentiment, Statement, Topic
from miner.settings import Settings
from miner.store import Event, TopicState
from miner.topics.layout import lay_out
from miner.topics.registry import Entry, Registry
from tests.web.conftest import enter

SAID = {
    "t1": ["автобус ходит раз в день", "автобус отменили", "автобуса нет", "на автобусе два часа", "ждать автобус"],
    "t2": ["зарплата маленькая", "платят копейки", "зарплату задерживают"],
    "t3": ["хочу учиться", "нужны курсы"],
}


def lay(store):
    """Three topics over ten posts of one statement each, as a first fit leaves them."""
    texts, topics, registry = [], [], Registry()
    for name, sayings in SAID.items():
        members = []
        for n, said in enumerate(sayings):
            post = Post(f"{name}-{n}", said, f"u{n}", "forum", date=f"2025-0{n + 1}-10", group="rural")
            texts.append(post)
            members.append(f"{post.id}:0-{len(said)}")
            registry.base[members[-1]] = name
        registry.entries[name] = Entry(name, (), sayings[0].split()[0], (sayings[0].split()[0],))
        topics.append(Topic(name, sayings[0].split()[0], (sayings[0].split()[0],), tuple(members), ()))
    registry.next = 4
    store.posts.add(texts)
    list(store.documents.pending("v1"))
    store.documents.save(
        [
            Document(
                p.id,
                0.9,
                True,
                Sentiment("negative", 0.8),
                statements=(Statement(p.id, 0, len(p.text), p.text, "pain", 0.9, "negative"),),
            )
            for p in texts
        ],
        "v1",
    )
    shown = {member: topic.id for topic in topics for member in topic.members}
    born = [Event("born", (), (topic.id,)) for topic in topics]
    store.topics.save(topics, born, state=TopicState(registry.to_json(shown), 10, 0, 0.9))


@pytest.fixture
def researcher(anyone, store):
    lay(store)
    return anyone("researcher")


def decide(client, topic, action, **body):
    tag = client.get(f"/api/v1/topics/{topic}").headers["etag"]
    return client.post(f"/api/v1/topics/{topic}/decisions", json={"action": action, **body}, headers={"If-Match": tag})


def sizes(client):
    return {topic["id"]: topic["size"] for topic in client.get("/api/v1/topics").json()}


def text(topic, n):
    return f"{topic}-{n}:0-{len(SAID[topic][n])}"


def refitted(store):
    """The registry as the next refit finds it."""
    return refreshing.registry_of(store)


def test_the_list(researcher):
    """The largest first, with figures."""
    first, *_ = found = researcher.get("/api/v1/topics").json()
    assert [topic["id"] for topic in found] == ["t1", "t2", "t3"]
    assert (first["label"], first["size"], first["people"], first["kinds"]) == ("автобус", 5, 5, {"pain": 5})
    assert first["groups"] == {"rural": 5}


def test_before_the_first_fit(anyone):
    """The room says so, the API too."""
    client = anyone("researcher")
    assert "Тем пока нет" in client.get("/topics").text
    assert client.get("/api/v1/topics").json() == []
    assert client.get("/api/v1/topics/map").status_code == 404


@pytest.mark.parametrize(
    ("action", "body", "shown"),
    [
        ("rename", {"label": "Плохо с автобусами"}, {"label": "Плохо с автобусами"}),
        ("describe", {"description": "Ходит редко"}, {"description": "Ходит редко"}),
        ("merge", {"topics": ["t2"]}, {"size": 8, "merged": ["t2"]}),
        ("pin", {}, {"pinned": True}),
        ("reject", {}, {"rejected": True, "size": 0}),
        ("split", {"texts": [f"t1-{n}:0-{len(SAID['t1'][n])}" for n in (0, 1)], "label": "Редко"}, {"size": 3}),
    ],
)
def test_a_decision_takes_effect_holds_and_is_taken_back(researcher, store, anyone, action, body, shown):
    """At once for everybody, in the store, in the log of deeds, for the next refit; undo leaves no trace of it."""
    before = {topic["id"]: topic for topic in researcher.get("/api/v1/topics").json()}
    after = decide(researcher, "t1", action, **body)
    assert after.status_code == 200, after.text
    assert after.json() | shown == after.json()
    assert anyone("admin").get("/api/v1/topics/t1").json() | shown == anyone("analyst").get("/api/v1/topics/t1").json()
    members = store.topics.members()
    registry = refitted(store)
    assert {t: name for t, name in registry.view().items() if name} == members
    assert registry.log[-1].action == action
    (deed,) = store.audit.page(subject="topic:t1")
    assert (deed.who, deed.action, deed.before["label"]) == ("researcher", f"topic.{action}", "автобус")
    (made,) = researcher.get("/api/v1/topics/decisions").json()["items"]
    assert (made["action"], made["in_force"]) == (action, True)
    researcher.post(f"/api/v1/topics/undo/{made['id']}")
    back = {topic["id"]: topic for topic in researcher.get("/api/v1/topics").json()}
    assert back == before
    assert {t: name for t, name in refitted(store).view().items() if name} == store.topics.members()
    assert [d["in_force"] for d in researcher.get("/api/v1/topics/decisions").json()["items"]] == [True, False]


def test_statements_are_moved_and_called_noise(researcher, store):
    """One by one or many at a time; no refit brings them back."""
    moved = researcher.post("/api/v1/topics/moves", json={"texts": [text("t1", 0), text("t1", 1)], "topic": "t2"})
    assert moved.status_code == 201
    assert sizes(researcher) == {"t1": 3, "t2": 5, "t3": 2}
    researcher.post("/api/v1/topics/moves", json={"texts": [text("t3", 0)], "topic": None})
    assert sizes(researcher) == {"t1": 3, "t2": 5, "t3": 1}
    view = refitted(store).view()
    assert (view[text("t1", 0)], view[text("t3", 0)]) == ("t2", None)
    researcher.post(f"/api/v1/topics/undo/{moved.json()['decisions'][0]}")
    assert sizes(researcher) == {"t1": 4, "t2": 4, "t3": 1}


def test_two_reviewers_of_one_topic(researcher, anyone):
    """The second is told what the first made of it."""
    other = anyone("admin")
    tag = other.get("/api/v1/topics/t1").headers["etag"]
    decide(researcher, "t1", "rename", label="Автобусы")
    late = other.post(
        "/api/v1/topics/t1/decisions", json={"action": "rename", "label": "Дорога"}, headers={"If-Match": tag}
    )
    assert late.status_code == 409
    assert late.json()["current"]["label"] == "Автобусы"
    assert late.json()["yours"] == {"action": "rename", "label": "Дорога"}
    again = {"If-Match": late.headers["etag"]}
    assert (
        other.post("/api/v1/topics/t1/decisions", json={"action": "rename", "label": "Дорога"}, headers=again).json()[
            "label"
        ]
        == "Дорога"
    )
    assert researcher.get("/api/v1/topics/t1").json()["label"] == "Дорога"


def test_another_process_hears_of_decisions(researcher, workspace):
    """Two services over one store show the same."""
    from fastapi.testclient import TestClient

    from miner.web.app import create_app

    with TestClient(create_app(workspace, Settings())) as elsewhere:
        enter(elsewhere, "admin")
        assert sizes(elsewhere)["t1"] == 5
        decide(researcher, "t1", "merge", topics=["t3"])
        assert sizes(elsewhere) == sizes(researcher) == {"t1": 7, "t2": 3}
        decide(elsewhere, "t2", "rename", label="Мало платят")
        assert researcher.get("/api/v1/topics/t2").json()["label"] == "Мало платят"


def test_a_refit_between_reading_and_writing_loses_nothing(researcher, store, app):
    """A decision made while topics were being found anew holds on what was found."""
    assert sizes(researcher)["t1"] == 5
    while_fitting = refitted(store)
    decide(researcher, "t1", "merge", topics=["t3"])
    shown = {t: name for t, name in while_fitting.view().items() if name}
    by_topic = {name: tuple(t for t, own in shown.items() if own == name) for name in SAID}
    topics = [Topic(name, name, (), members, ()) for name, members in by_topic.items()]
    lineage = [Event("continued", (name,), (name,)) for name in SAID]
    store.topics.save(topics, lineage, state=TopicState(while_fitting.to_json(shown), 10, 0, 0.9))
    assert sizes(researcher) == {"t1": 7, "t2": 3}
    decide(researcher, "t2", "rename", label="Мало платят")
    assert set(store.topics.members().values()) == {"t1", "t2"}


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("t1", {"action": "rename"}),
        ("t1", {"action": "rename", "label": " "}),
        ("t1", {"action": "merge", "topics": ["t99"]}),
        ("t1", {"action": "split", "texts": ["nobody:0-1"]}),
        ("t1", {"action": "burn"}),
    ],
)
def test_what_makes_no_sense_is_refused(researcher, topic, body):
    before = researcher.get("/api/v1/topics").json()
    answer = researcher.post(f"/api/v1/topics/{topic}/decisions", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert researcher.get("/api/v1/topics").json() == before


@pytest.mark.parametrize("role", ["analyst", "author"])
def test_only_researchers_decide(anyone, store, role):
    lay(store)
    client = anyone(role)
    assert decide(client, "t1", "pin").status_code == 403
    assert client.post("/api/v1/topics/moves", json={"texts": [text("t1", 0)], "topic": None}).status_code == 403
    assert "data-do=" not in client.get("/topics/t1").text


def test_the_map_holds_every_statement(researcher):
    """In columns of one length, each point with its topic; a point tells its words, masked."""
    drawn = researcher.get("/api/v1/topics/map").json()
    columns = [drawn[name] for name in ("x", "y", "topic", "group", "kind", "month")]
    assert {len(column) for column in columns} == {28}
    assert [drawn["topic"].count(n) for n in (-1, 0, 1, 2)] == [18, 5, 3, 2]
    row = drawn["topic"].index(2)
    (said,) = researcher.get(f"/api/v1/topics/map/statements?row={row}").json()
    assert said["text"] in SAID["t3"]
    assert all(0 <= value <= 65_535 for value in drawn["x"] + drawn["y"])


def test_statements_of_a_topic_come_by_pages(researcher):
    first = researcher.get("/api/v1/topics/t1/statements?limit=3").json()
    second = researcher.get(f"/api/v1/topics/t1/statements?limit=3&after={first['next']}").json()
    assert sorted(said["text"] for said in first["items"] + second["items"]) == sorted(SAID["t1"])
    assert second["next"] is None


def test_a_split_is_proposed_and_taken(researcher):
    """Two halves that cover the topic; one of them becomes a topic of its own."""
    decide(researcher, "t1", "merge", topics=["t2"])
    parts = researcher.get("/api/v1/topics/t1/split").json()["parts"]
    assert sorted(part for half in parts for part in half["texts"]) == sorted(
        text(t, n) for t in ("t1", "t2") for n in range(len(SAID[t]))
    )
    assert decide(researcher, "t1", "split", texts=parts[1]["texts"], label="Другое").status_code == 200
    found = sizes(researcher)
    assert sum(found.values()) == 10
    assert len(found) == 3


def test_two_reviewers_agreement(researcher, anyone):
    """Both are asked about the same statements; kappa is theirs alone."""
    other = anyone("admin")
    mine, theirs = (client.get("/api/v1/topics/sample").json() for client in (researcher, other))
    assert mine == theirs
    assert len(mine) == 10
    for n, item in enumerate(mine):
        asked = {"text": item["text"], "topic": item["topic"]}
        researcher.post("/api/v1/topics/ratings", json=asked | {"fits": n % 2 == 0})
        other.post("/api/v1/topics/ratings", json=asked | {"fits": n % 2 == 0 or n == 1})
    (pair,) = other.get("/api/v1/topics/agreement").json()
    assert (pair["one"], pair["other"], pair["both"], pair["agreed"]) == ("admin", "researcher", 10, 0.9)
    assert pair["kappa"] == pytest.approx(0.8)
    researcher.post("/api/v1/topics/ratings", json={"text": mine[1]["text"], "topic": mine[1]["topic"], "fits": True})
    assert other.get("/api/v1/topics/agreement").json()[0]["kappa"] == 1
    assert researcher.get("/api/v1/topics/sample").json()[1]["yours"] is True


def test_what_a_refit_changed(researcher, store):
    told = researcher.get("/api/v1/topics/refit").json()
    assert [event["event"] for event in told["events"]] == ["born"] * 3
    assert "Новая тема" in researcher.get("/topics/refit").text


@pytest.mark.parametrize("path", ["/topics", "/topics/t1", "/topics/refit", "/topics/decisions", "/topics/agreement"])
def test_pages(researcher, path):
    decide(researcher, "t1", "rename", label="<b>Автобусы</b>")
    page = researcher.get(path)
    assert page.status_code == 200
    assert "<b>Автобусы" not in page.text


def test_a_merged_topic_leads_to_its_host(researcher):
    decide(researcher, "t1", "merge", topics=["t3"])
    assert researcher.get("/topics/t3", follow_redirects=False).headers["location"] == "/topics/t1"
    assert researcher.get("/api/v1/topics/t3").json()["into"] == "t1"


def test_the_layout_keeps_topics_together_and_stays():
    """Texts of a topic lie within its disc, apart from others; the same texts laid out again stay where they were."""
    random = np.random.default_rng(0)
    own = np.repeat(np.arange(6), 40)
    vectors = np.eye(6, 32, dtype=np.float32)[own] + random.normal(0, 0.1, (240, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    placed = lay_out(vectors, own, 6)
    middles = np.array([placed[own == n, :2].mean(0) for n in range(6)])
    nearest = np.linalg.norm(placed[:, None, :2] - middles[None], axis=2).argmin(1)
    assert (nearest == own).mean() > 0.97
    assert np.array_equal(placed, lay_out(vectors, own, 6))
    assert lay_out(np.zeros((0, 32), np.float32), np.zeros(0, int), 0).shape == (0, 3)
    strays = np.where(np.arange(240) % 10 == 0, -1, own)
    assert np.isfinite(lay_out(vectors, strays, 6)).all()


def test_branches_of_topics_that_belong_together(researcher):
    """Every topic has a place in one branch; its page and the list name those that stand with it."""
    tree = researcher.get("/api/v1/topics/tree").json()
    assert sorted(name for branch in tree for name in branch) == ["t1", "t2", "t3"]
    assert 1 < len(tree) <= 3
    for branch in tree:
        for name in branch:
            assert researcher.get(f"/api/v1/topics/{name}").json()["branch"] == [
                other for other in branch if other != name
            ]
    assert 'value="tree"' in researcher.get("/topics").text
    assert decide(researcher, tree[0][0], "reject").status_code == 200
    assert all(tree[0][0] not in branch for branch in researcher.get("/api/v1/topics/tree").json())
