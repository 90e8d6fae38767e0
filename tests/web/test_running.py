"""The service seen from outside: figures for Prometheus, runs as they go."""

import json

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from miner.settings import Settings
from miner.store import open_store
from miner.web.app import create_app


def test_figures_for_prometheus(tmp_path):
    """Without an account, since Prometheus has none; in its own format."""
    with open_store(tmp_path) as store:
        store.runs.request("crawl", "forum")
        store.tallies.add({("stage_seconds", "annotate"): 2.5})
    with TestClient(create_app(tmp_path, Settings())) as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"miner_posts", "miner_queue_age_seconds", "miner_stage_seconds", "miner_crawl_errors"} <= names


def test_runs_are_for_those_who_are_in(tmp_path):
    """A stranger is sent to the door, not told what is crawled."""
    with TestClient(create_app(tmp_path, Settings()), follow_redirects=False) as client:
        answer = client.get("/events/runs")
    assert answer.status_code in {303, 401}
    assert "event:" not in answer.text


def test_runs_come_as_events(tmp_path, monkeypatch):
    """As a browser's EventSource reads them."""
    from miner.web.access import reader

    async def left(_request):
        left.asked += 1
        return left.asked > 2

    left.asked = 0
    monkeypatch.setattr("starlette.requests.Request.is_disconnected", left)
    with open_store(tmp_path) as store:
        store.runs.request("crawl", "forum")
    app = create_app(tmp_path, Settings())
    app.dependency_overrides[reader] = lambda: None
    with TestClient(app) as client:
        answer = client.get("/events/runs")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = json.loads(answer.text.split("data: ")[1].split("\n")[0])
    assert (told["kind"], told["subject"], told["status"]) == ("crawl", "forum", "due")
