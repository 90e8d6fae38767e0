"""A review room over a workspace with invented people, and somebody of each role."""

from __future__ import annotations

import shutil

import pytest
from fastapi.testclient import TestClient

from miner.records import (
    Candidate,
    Disclosure,
    Document,
    Fact,
    FactValue,
    Mined,
    Post,
    Quote,
    Sentiment,
    Statement,
    Support,
)
from miner.settings import Settings
from miner.shares import wilson
from miner.store import open_store
from miner.web.app import create_app
from miner.web.desk import Desk

PASSWORD = "долгий пароль"
ROLES = ("analyst", "researcher", "author", "admin")
SAID = {
    "pain": ("Нет вакансий рядом с домом", "работы рядом нет"),
    "desire": ("Хочет учиться", "хочу учиться на повара"),
    "value": ("Ценит стабильность", "главное стабильность"),
}


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes():
    """A password is hashed with less patience here than where it has to be safe."""
    from argon2 import PasswordHasher

    from miner.store import accounts

    accounts._hasher.cache_clear()
    original = accounts._hasher
    accounts._hasher = lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts._nobodys.cache_clear()
    yield
    accounts._hasher = original
    accounts._nobodys.cache_clear()


def lines(group="rural", count=3):
    """``count`` candidates of each kind, the first supported by the most people."""
    for kind, (wording, said) in SAID.items():
        for n in range(count):
            people = min(count - n, 10)
            quotes = tuple(
                Quote(
                    f"{kind}-{n}-{p}",
                    0,
                    len(said),
                    said,
                    f"u{p}",
                    "2025-02-01",
                    "https://forum.example.ru/1",
                    "t1",
                    "forum",
                )
                for p in range(people)
            )
            support = Support(people, people, 1, 1, 1, people / 10, wilson(people, 10))
            text = wording if n == 0 else f"{wording}, {n}"
            yield Candidate(
                f"{group}-{kind}-{n}", group, kind, text, support, 0.5, 0.01, quotes, warnings=("один источник",)
            )


def fill(store, group="rural", count=3):
    posts, documents = [], []
    mined = tuple(lines(group, count))
    for candidate in mined:
        for quote in candidate.evidence:
            text = f"{quote.quote}, и так давно 😀 <b>это</b> всё"
            posts.append(
                Post(quote.doc_id, text, quote.speaker, "forum", quote.url, "t1", date=quote.date, group=group)
            )
            statement = Statement(
                quote.doc_id, quote.start, quote.end, quote.quote, candidate.kind, 0.9, "negative", ("нет",)
            )
            fact = Disclosure("age", 51, 0, 3)
            documents.append(
                Document(quote.doc_id, 0.9, True, Sentiment("negative", 0.8), statements=(statement,), facts=(fact,))
            )
    store.posts.add(posts)
    list(store.documents.pending("v1"))
    store.documents.save(documents, "v1")
    facts = (Fact("age", 10, (FactValue(51, 10, 1.0, wilson(10, 10)),)),)
    store.candidates.replace(Mined(group, len(posts), 10, mined, facts))


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A workspace to be copied: laying one out takes longer than a test."""
    folder = tmp_path_factory.mktemp("furnished")
    with open_store(folder) as store:
        for role in ROLES:
            store.accounts.add(role, role, PASSWORD)
        fill(store)
    return folder


@pytest.fixture
def workspace(furnished, tmp_path):
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """The app without a workspace: building its routes takes longer than a test."""
    return create_app(tmp_path_factory.mktemp("nothing"), Settings())


@pytest.fixture
def app(house, workspace):
    house.state.desk = Desk(workspace, Settings())
    yield house
    house.state.desk.close()


@pytest.fixture
def store(workspace):
    with open_store(workspace) as opened:
        yield opened


@pytest.fixture
def client(app):
    """Somebody at the door."""
    return TestClient(app)


def enter(client, name):
    """Log in; the client carries cookie and CSRF token from now on."""
    answer = client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


@pytest.fixture
def anyone(app):
    """A client of one's own for everybody who comes: ``anyone("author")``."""
    return lambda name: enter(TestClient(app), name)
