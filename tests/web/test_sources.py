"""Sources: an address is looked at before it is added; schedules, pauses, runs, the ledger, and what went wrong."""

from __future__ import annotations

import http.server
import threading
from datetime import UTC, datetime

import pytest

from miner.settings import Fetch, Settings
from miner.store import Source
from miner.store.ledger import Entry
from miner.web import preview
from miner.web.desk import Desk

API = "/api/v1/sources"
TOPIC = """<html><head><title>Работа в селе</title><link>
<meta name="generator" content="phpBB"></head><body id="phpbb" class="nojs notouch section-viewtopic ltr">
<h2 class="topic-title"><a href="./viewtopic.php?t=7">Работа в селе</a></h2>{posts}</body></html>"""
POST = """<div id="p{n}" class="post has-profile bg2"><div class="inner"><dl class="postprofile" id="profile{n}">
<dt><a href="./memberlist.php?u={n}" class="username">masha{n}</a></dt></dl>
<div class="postbody"><div id="post_content{n}"><p class="author"><a href="./viewtopic.php?p={n}#p{n}">Сообщение</a>
<span class="responsive-hide">masha{n} » </span>14 мар 2025, 10:0{n}</p>
<div class="content">Надоело ждать ответа, звоните +7 900 000-12-34 &lt;b&gt;{n}&lt;/b&gt;</div></div></div></div></div>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Лента</title><item><title>Село</title>
<link>https://example.ru/1</link><description>Работы рядом нет</description></item></channel></rss>"""


class Site(http.server.BaseHTTPRequestHandler):
    """A forum with seven posts, a feed, a forbidden folder, a page that never ends, and a way to our own machine."""

    def do_GET(self):
        if self.path == "/robots.txt":
            self.give("User-agent: *\nDisallow: /private\nCrawl-delay: 0.1", "text/plain")
        elif self.path.startswith("/viewtopic.php"):
            self.give(TOPIC.replace("{posts}", "".join(POST.replace("{n}", str(n)) for n in range(1, 8))))
        elif self.path == "/rss":
            self.give(FEED, "application/rss+xml")
        elif self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.2:1/secret")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            while not self.server.over.wait(0.05):
                self.wfile.write(b"<p>x</p>")
        elif self.path == "/large":
            self.give("x" * (preview.BYTES + 1))
        else:
            self.send_error(404)

    def give(self, body, kind="text/html; charset=utf-8"):
        data = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.over = threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def analyst(anyone, app, workspace, site):
    """An analyst whose administrator allows the site under test, and nothing else of this machine."""
    app.state.desk.close()
    app.state.desk = Desk(workspace, Settings(fetch=Fetch(allow_hosts=[site.removeprefix("http://")], delay=0)))
    return anyone("analyst")


def look(client, address):
    return client.post(f"{API}/preview", json={"address": address})


def add(client, address, name="selo", **more):
    return client.post(API, json={"name": name, "collector": "forum", "address": address, **more})


# -- looking --


def test_a_look_shows_who_reads_it_and_five_posts(analyst, site, store):
    """Engine, posts as parsed with authors and phones hidden, robots.txt; nothing is kept."""
    seen = look(analyst, f"{site}/viewtopic.php?t=7").json()
    assert (seen["collector"], seen["trouble"]) == ("forum", None), seen
    assert "phpBB" in seen["engine"]
    assert len(seen["posts"]) == 5
    assert seen["posts"][0]["text"] == "Надоело ждать ответа, звоните [скрыто] <b>1</b>"
    assert all("masha" not in str(post) and post["author"].startswith("автор ") for post in seen["posts"])
    assert seen["robots"] == {
        "allowed": True, "delay": 0.1, "said": "robots.txt разрешает этот адрес. Просит паузу 0.1 с между запросами."
    }  # fmt: skip
    assert store.sources.list() == []
    assert look(analyst, f"{site}/rss").json()["collector"] == "feed"


def test_robots_are_told(analyst, site):
    seen = look(analyst, f"{site}/private/7").json()
    assert (seen["robots"]["allowed"], seen["posts"]) == (False, [])
    assert "запрещает" in seen["trouble"]["what"]
    assert "владельца" in seen["trouble"]["todo"]


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "file:///etc/passwd", "/etc/passwd", "http://[::1]/", "ftp://a.ru"],
)  # fmt: skip
def test_what_is_not_public_is_not_asked(analyst, address):
    """Neither looked at nor added: private machines, files of this machine, other schemes."""
    for answer in (look(analyst, address), add(analyst, address)):
        assert answer.status_code == 422
        assert "нельзя" in answer.json()["detail"]


def test_a_redirect_inside_is_refused(analyst, site):
    assert "нельзя" in look(analyst, f"{site}/inside").json()["trouble"]["what"]


def test_a_look_ends(analyst, site, monkeypatch):
    """A page without an end, and one that is too large, cost little time and memory."""
    assert "велика" in look(analyst, f"{site}/large").json()["trouble"]["what"]
    monkeypatch.setitem(preview.look.__kwdefaults__, "limit", 2.0)
    assert look(analyst, f"{site}/endless").json()["trouble"]["what"] == "Сайт не отвечает."


def test_few_look_at_once(analyst, site, monkeypatch):
    """Whoever comes while others look is asked to wait."""
    monkeypatch.setattr(preview, "_room", threading.BoundedSemaphore(0))
    answer = look(analyst, f"{site}/rss")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")


# -- setting up --


def test_a_source_is_added(analyst, site, store):
    """With its schedule in words, its next time, and a deed in the audit."""
    answer = add(analyst, f"{site}/viewtopic.php?t=7", schedule="по будням каждые 4 часа", group="rural", delay=2)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["words"], made["state"], made["days"]) == ("по будням каждые 4 часа", "active", [0] * 30)
    assert datetime.fromisoformat(made["next_at"]) > datetime.now(UTC)
    assert (store.sources.get("selo").group, dict(store.sources.get("selo").options)) == ("rural", {"delay": 2})
    assert store.audit.page(subject="source:selo")[0].who == "analyst"
    assert add(analyst, f"{site}/viewtopic.php?t=7").status_code == 409
    assert "по будням каждые 4 часа" in analyst.get("/sources").text
    store.sources.plan("selo", datetime(2030, 1, 9, 21, 30, tzinfo=UTC))
    assert "10 января 2030, 00:30" in analyst.get("/sources/of/selo").text.replace("\xa0", " ")
    assert "Надоело" not in analyst.get("/sources/new").text


@pytest.mark.parametrize(
    ("text", "said"),
    [("когда-нибудь", "непонятно"), ("30 февраля", "не бывает"), ("каждые 7 часов", "не делятся")],
)
def test_a_schedule_is_explained(analyst, site, text, said):
    """What can't be read is told with a way out, when asked and when added."""
    assert said in analyst.get("/api/v1/schedule", params={"text": text}).json()["detail"]
    assert said in add(analyst, f"{site}/rss", schedule=text).json()["detail"]
    good = analyst.get("/api/v1/schedule", params={"text": "0 3 * * *"}).json()
    assert (good["words"], good["timezone"]) == ("каждый день в 03:00", "Europe/Moscow")
    assert len(good["next"]) == 3


def test_options_that_open_doors_are_not_taken(analyst, site):
    """From a page nobody may skip robots.txt, allow hosts or name files."""
    for option in ("ignore_robots", "allow_host", "selectors", "api"):
        assert add(analyst, f"{site}/rss", **{option: True}).status_code == 422
    answer = analyst.post(API, json={"name": "a", "collector": "interview", "address": f"{site}/rss"})
    assert answer.status_code == 422


def test_nobody_sets_up_unseen(analyst, anyone, site, store):
    """The second of two analysts gets both versions; hidden options stay as they were."""
    store.sources.add(Source("old", "forum", (f"{site}/viewtopic.php?t=7",), {"depth": 3, "delay": 5.0}))
    other, tag = anyone("admin"), analyst.get(f"{API}/old").headers["etag"]
    assert analyst.put(f"{API}/old", json={"schedule": "каждый час"}).status_code == 428
    changed = analyst.put(f"{API}/old", json={"schedule": "каждый час"}, headers={"If-Match": tag})
    assert changed.json()["options"] == {"depth": 3}
    late = other.put(f"{API}/old", json={"schedule": "раз в месяц"}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["current"]["words"]) == (409, "каждый час")
    assert late.json()["yours"] == {"schedule": "раз в месяц"}
    assert other.delete(f"{API}/old", headers={"If-Match": tag}).status_code == 409
    assert other.delete(f"{API}/old", headers={"If-Match": late.headers["etag"]}).status_code == 204
    assert other.get(f"{API}/old").status_code == 404


def test_a_change_in_between_is_noticed(analyst, site, store, monkeypatch):
    """Also when it comes after the tags were compared."""
    store.sources.add(Source("old", "forum", (f"{site}/rss",)))
    tag = analyst.get(f"{API}/old").headers["etag"]
    from miner.web.api import sources as api

    usable = api._usable

    def slow(source):
        store.sources.change(Source("old", "forum", (f"{site}/rss",), schedule="каждый час"))
        return usable(source)

    monkeypatch.setattr(api, "_usable", slow)
    late = analyst.put(f"{API}/old", json={"basis": "согласие"}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["current"]["schedule"]) == (409, "каждый час")


def test_run_pause_resume(analyst, site, store):
    """Now, not now, again; a paused source isn't run."""
    add(analyst, f"{site}/viewtopic.php?t=7")
    asked = analyst.post(f"{API}/selo/runs")
    assert (asked.status_code, asked.json()["status"]) == (202, "due")
    assert [run.subject for run in store.runs.open()] == ["selo"]
    assert analyst.get(f"{API}/selo").json()["state"] == "waiting"
    store.runs.cancel("crawl", "selo")
    paused = analyst.post(f"{API}/selo/pause", json={"reason": "сайт переезжает"}).json()
    assert (paused["state"], paused["trouble"]["what"]) == ("paused", "Приостановлен вручную.")
    assert "сайт переезжает" in paused["trouble"]["said"]
    assert analyst.post(f"{API}/selo/runs").status_code == 422
    assert analyst.post(f"{API}/selo/resume").json()["state"] == "active"
    deeds = [deed.action for deed in store.audit.page(subject="source:selo")]
    assert deeds == ["resume", "pause", "run", "add"]


def test_only_analysts_write(anyone, site):
    for role in ("researcher", "author"):
        client = anyone(role)
        assert client.get("/sources").status_code == 200
        assert look(client, f"{site}/rss").status_code == 403
        assert add(client, f"{site}/rss").status_code == 403
        assert client.post(f"{API}/selo/runs").status_code == 403


# -- what came of it --


def crawled(store, name, *, counts=None, error=None):
    run = store.runs.start("crawl", name, "elsewhere:1", seconds=60)
    if error:
        store.runs.fail(run, error)
        store.sources.failed(name, error, pause_after=5)
    else:
        store.runs.finish(run, counts or {})
        store.sources.succeeded(name)


def test_a_sparkline_and_the_last_result(analyst, site, store):
    """New posts by day, the last crawl in words, an error with what to do until the next success."""
    store.sources.add(Source("selo", "forum", (f"{site}/viewtopic.php?t=7",)))
    crawled(store, "selo", counts={"new": 4})
    assert analyst.get(f"{API}/selo").json()["days"][-1] == 4
    crawled(store, "selo", counts={"new": 3, "failed": 1})
    seen = analyst.get(f"{API}/selo").json()
    assert (seen["days"][-1], sum(seen["days"]), seen["last"]["counts"]["new"]) == (7, 7, 3)
    crawled(store, "selo", error="https://a.ru/: 429, too many requests. Raise the delay, or try again later.")
    seen = analyst.get(f"{API}/selo").json()
    assert (seen["state"], seen["trouble"]["what"]) == ("failing", "Сайт просит спрашивать реже.")
    page = analyst.get("/sources").text
    assert "Увеличьте паузу" in page
    assert "за 30 дней 7" in page.replace("\xa0", " ")
    assert "Сайт просит спрашивать реже." in analyst.get("/sources/of/selo").text
    crawled(store, "selo", counts={"new": 0})
    assert analyst.get(f"{API}/selo").json()["state"] == "active"
    assert len(analyst.get(f"{API}/selo/runs").json()) == 4


def test_the_ledger_has_filters_and_pages(analyst, site, store):
    """The latest first, by outcome and by a part of the address; hostile notes are text."""
    store.sources.add(Source("selo", "forum", (f"{site}/rss",)))
    store.ledger.write(
        Entry("selo", f"https://a.ru/{n}%_", "fetched" if n % 2 else "gone", note="<script>x</script>")
        for n in range(7)
    )
    store.ledger.write([Entry("other", "https://b.ru/", "fetched")])
    first = analyst.get(f"{API}/selo/ledger", params={"limit": 4}).json()
    assert [line["url"][13:14] for line in first["items"]] == ["6", "5", "4", "3"]
    rest = analyst.get(f"{API}/selo/ledger", params={"limit": 4, "after": first["next"]}).json()
    assert (len(rest["items"]), rest["next"]) == (3, None)
    gone = analyst.get(f"{API}/selo/ledger", params={"outcome": "gone", "address": "/4%"}).json()["items"]
    assert [line["url"] for line in gone] == ["https://a.ru/4%_"]
    page = analyst.get("/sources/of/selo/ledger", params={"outcome": "gone"}).text
    assert "<script>x" not in page
    assert page.count("https://a.ru/") == 4


def test_runs_come_live(app, analyst, site, store):
    """The line says what is under way and how far, as it changes, and ends when it is to be opened anew."""
    from miner.web.api import sources as api

    store.sources.add(Source("selo", "forum", (f"{site}/rss",)))
    run = store.runs.start("crawl", "selo", "elsewhere:1", seconds=60)
    store.runs.heartbeat(run, seconds=60, counts={"stage": "crawl", "done": 12, "total": None})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "LINE", 0.5)
        answer = analyst.get("/api/v1/runs/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert '"done": 12' in answer.text
    (seen,) = [one for one in analyst.get("/api/v1/runs").json() if one["subject"] == "selo"]
    assert (seen["status"], seen["counts"]["done"]) == ("leased", 12)
    assert "прочитано 12" in analyst.get("/sources").text.replace("\xa0", " ")


def test_addresses_without_posts_are_told_by_their_reason(analyst, site, store):
    from miner.fetch import Task

    store.sources.add(Source("selo", "forum", (f"{site}/rss",)))
    with store.crawls.of("selo") as crawl:
        for n in range(5):
            crawl.add(Task(f"https://a.ru/{n}"))
            task = crawl.take()
            crawl.failed(task, f"{task.url}: 404, there is no such page any more.")
    page = analyst.get("/sources/of/selo").text.replace("\xa0", " ")
    assert "Страницы больше нет." in page
    assert "5 адресов" in page
    assert page.count("https://a.ru/") == 3
