"""The service's pages over a workspace."""

import pytest
from fastapi.testclient import TestClient

from miner.records import Candidate, Mined, Post, Quote
from miner.settings import Settings
from miner.shares import wilson
from miner.store import open_store
from miner.web.app import create_app


@pytest.fixture
def client(tmp_path):
    with TestClient(create_app(tmp_path, Settings())) as opened:
        yield opened


@pytest.fixture
def mined(tmp_path):
    from miner.records import Support

    quote = Quote("1", 0, 13, "<b>надоело</b> ждать", "u1")
    support = Support(1, 1, 1, 1, 1, 1.0, wilson(1, 1))
    line = Candidate("c1", "rural", "pain", "Долго ждёт <script>", support, 0.0, None, (quote,))
    with open_store(tmp_path) as store:
        store.posts.add([Post("1", "надоело ждать", group="rural", author="u1", source="forum")])
        store.candidates.replace(Mined("rural", 1, 1, (line,), ()))


def test_health(client):
    """The process and its store answer."""
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {"status": "ready", "posts": 0}


def test_nothing_yet(client):
    """An empty workspace says what to do."""
    assert "miner import" in client.get("/").text


def test_groups_and_portrait(client, mined):
    """The list leads to the portrait, and what people wrote is text there, never markup."""
    assert '<a href="http://testserver/profiles/rural">Жители сёл и малых городов</a>' in client.get("/").text
    page = client.get("/profiles/rural")
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "<b>надоело" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_unknown_group(client):
    """A group that is not there is a 404 that names it."""
    answer = client.get("/profiles/nobody")
    assert answer.status_code == 404
    assert "nobody" in answer.text


def test_a_broken_store_is_not_ready(tmp_path):
    """When the store can't be opened, the service lives but is not ready, and says why."""
    (tmp_path / "miner.db").write_text("this is no database")
    with TestClient(create_app(tmp_path, Settings())) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["why"]
