"""No page and no call walks a large table: both databases are asked how they mean to answer."""

from __future__ import annotations

import contextlib

import pytest
from fastapi.testclient import TestClient

from miner.settings import Settings
from miner.store import open_store
from miner.web.desk import Desk
from miner.web.pages import rooms
from tests.store.conftest import schema_of_its_own, server
from tests.store.plans import walks, watched
from tests.web.conftest import PASSWORD, enter, fill
from tests.web.test_topics import lay

PAGES = [
    *(room.path for room in rooms()),
    "/proposals?group=rural&state=accepted",
    "/proposals/cards/rural-pain-0",
    "/topics/t1",
    "/topics/refit",
    "/topics/decisions",
    "/topics/agreement",
]
CALLS = [
    "groups",
    "groups/rural/candidates",
    "candidates/rural-pain-0",
    "candidates/rural-pain-0/quotes",
    "candidates/rural-pain-0/context?doc_id=pain-0-0&start=0",
    "topics",
    "topics/map",
    "topics/map/statements?row=0&row=1",
    "topics/t1/statements",
    "topics/agreement",
    "topics/sample",
    "users",
    "users/admin/tokens",
    "audit",
    "audit?by=admin",
    "webhooks",
    "profiles/rural/versions",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'miner.db'}"
        return
    if server() is None:
        pytest.skip("no PostgreSQL answers")
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(schema_of_its_own())


def test_no_query_walks_a_large_table(house, url, tmp_path):
    with open_store(tmp_path, url) as store:
        store.accounts.add("admin", "admin", PASSWORD)
        fill(store)
        lay(store)
    house.state.desk = desk = Desk(tmp_path, Settings(), url)
    try:
        client = enter(TestClient(house), "admin")
        tag = client.get("/api/v1/candidates/rural-pain-0").headers["etag"]
        with watched(desk.store.database) as seen:
            decided = {"action": "accept"}
            client.post("/api/v1/candidates/rural-pain-0/decisions", json=decided, headers={"If-Match": tag})
            client.post(
                "/api/v1/topics/t1/decisions", json={"action": "rename", "label": "А"}, headers={"If-Match": "*"}
            )
            client.post("/api/v1/topics/moves", json={"texts": ["t1-0:0-24"], "topic": "t2"})
            for path in PAGES + [f"/api/v1/{call}" for call in CALLS]:
                assert client.get(path).status_code == 200, path
            assert walks(desk.store.database, seen) == []
    finally:
        desk.close()
