"""What the doctor finds, and what it says to do."""

import pytest

from miner import doctor
from miner.settings import Fetch
from miner.store import Source, open_store
from tests.serving import Site

FETCH = Fetch(delay=0, allow_hosts=["127.0.0.1"])


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Without the models, which have tests of their own, and without what the machine's environment says."""
    monkeypatch.setattr(doctor, "_models", lambda home: "read")
    for name in ("MINER_DATABASE_URL", "MINER_QUEUE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINER_FETCH__ALLOW_HOSTS", "127.0.0.1")
    monkeypatch.setenv("MINER_FETCH__DELAY", "0")


def findings(home, **more):
    return {finding.what: finding for finding in doctor.examine(home, **more)}


def test_a_workspace_that_isnt_there_yet_is_well(tmp_path):
    """Nothing is made by looking."""
    found = findings(tmp_path / "new")
    assert all(finding.good for finding in found.values())
    assert not (tmp_path / "new").exists()


def test_a_healthy_workspace(tmp_path):
    open_store(tmp_path).close()
    found = findings(tmp_path)
    assert [finding for finding in found.values() if not finding.good] == []
    assert found["queue"].said.endswith("queue.db answers, 0 messages")
    assert found["work"].said == "0 runs under way, 0 due, 0 posts wait"


def test_work_that_nobody_does(tmp_path):
    """It says whom to start."""
    from datetime import UTC, datetime, timedelta

    with open_store(tmp_path) as store:
        store.runs.request("crawl", "forum", datetime.now(UTC) - timedelta(hours=2))
    said = findings(tmp_path)["work"]
    assert not said.good
    assert "1 runs and 0 posts wait since" in said.said
    assert "Start one: miner worker" in said.said


def test_files_that_others_may_read(tmp_path):
    with open_store(tmp_path) as store:
        assert store.keys
    (tmp_path / "miner.db").chmod(0o644)
    said = findings(tmp_path)["permissions"]
    assert (said.good, said.said) == (False, "miner.db: others may read it. Run: chmod 600 miner.db.")


def test_a_disk_without_room(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "ENOUGH_DISK", 1 << 60)
    assert "Free at least" in findings(tmp_path)["disk"].said


def test_a_queue_that_is_down_or_none(tmp_path, monkeypatch):
    monkeypatch.setenv("MINER_QUEUE_URL", "redis://user:secret@127.0.0.1:9/0")
    said = findings(tmp_path)["queue"].said
    assert "redis://127.0.0.1:9/0 doesn't answer" in said
    assert "workers look for work by themselves" in said
    monkeypatch.setenv("MINER_QUEUE_URL", "amqp://localhost")
    assert "no queue of kind 'amqp'" in findings(tmp_path)["queue"].said


def test_a_database_of_a_newer_version(tmp_path):
    import sqlite3

    open_store(tmp_path).close()
    with sqlite3.connect(tmp_path / "miner.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = 'v9999'")
    raw.close()
    found = findings(tmp_path)
    assert "newer than this miner" in found["database"].said
    assert not found["work"].good


def test_each_source_is_reached_or_said_what_to_do(tmp_path):
    """Asked once each; a paused one is not asked at all, nor is anything with ``--no-ask``."""
    pages = {"/": "<html><body>да</body></html>", "/gone": (410, {}, "")}
    with Site(pages, robots="User-agent: *\nDisallow: /private\n") as site, open_store(tmp_path) as store:
        for name, place in {"well": "/", "gone": "/gone", "private": "/private", "paused": "/"}.items():
            store.sources.add(Source(name, "page", (site.url + place,), schedule="каждый день в 03:00"))
        store.sources.add(Source("files", "survey", (str(tmp_path / "answers.xlsx"),)))
        store.sources.add(Source("strange", "page", (site.url,), {"colour": "red"}))
        store.sources.add(Source("down", "page", ("http://127.0.0.1:9/",)))
        store.sources.pause("paused", "просили не читать")
        found = findings(tmp_path)
        asked = list(site.asked)
        assert findings(tmp_path, ask=False)["source well"].said == "may be asked; каждый день в 03:00"
        assert site.asked == asked
    said = {name.removeprefix("source "): f for name, f in found.items() if name.startswith("source ")}
    assert (said["well"].good, said["well"].said) == (True, "answers; каждый день в 03:00")
    assert sorted(asked) == ["/", "/gone"]
    bad = {name: finding.said for name, finding in said.items() if not finding.good}
    assert set(bad) == {"gone", "private", "paused", "files", "strange", "down"}
    assert "robots.txt forbids it" in bad["private"]
    assert "miner sources resume paused" in bad["paused"]
    assert "no such file" in bad["files"]
    assert "no option --colour" in bad["strange"]
