"""The review room under load, in PostgreSQL: ``python -m tests.bench.web [POSTS] [PEOPLE] [SECONDS]``.

Run by hand. Lays out POSTS posts (a million unless told), a tenth as many statements, a topic for each hundred of those
and 5,000 candidates; then PEOPLE people (20) walk through the rooms for SECONDS (60), each clicking every second or so,
and one Chromium opens the map. Words are drawn from the corpora: they are for load only. Figures go to bench/web.json.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import requests
from sqlalchemy import insert

from miner.records import KINDS, Candidate, Mined, Quote, Support, Topic
from miner.shares import wilson
from miner.store import Event, TopicState, open_store
from miner.store.columns import digest
from miner.store.findable import renew
from miner.store.tables import DocumentRow, PipelineRow, PostRow, StatementRow
from miner.topics.registry import Entry, Registry
from tests.bench.annotate import ROOT
from tests.bench.scale import sentences
from tests.store.conftest import schema_of_its_own

RESULTS = ROOT / "bench" / "web.json"
GOALS = {"p95_ms": 300, "map_seconds": 3.0}
PASSWORD = "три слова подряд"
CANDIDATES = 5_000
SERVE = "from miner.cli import main; main()"


def lay_out(store, posts):
    """A workspace as years of work leave it."""
    from miner.profiles import load_groups

    draw, said, groups = random.Random(1), sentences(), list(load_groups())[:15]
    now, days = (
        dt.datetime.now(tz=dt.UTC),
        [f"{y}-{m:02}-{d:02}" for y in (2024, 2025) for m in range(1, 13) for d in (3, 17)],
    )
    texts = []
    with store.database.writing() as connection:
        version = insert(PipelineRow).values(version="bench", seen=posts, added_at=now).returning(PipelineRow.id)
        pipeline = connection.execute(version).scalar_one()
    for begin in range(1, posts + 1, 5_000):
        rows, documents, statements = [], [], []
        for seq in range(begin, min(begin + 5_000, posts + 1)):
            name, day, group = f"forum:{seq}", draw.choice(days), draw.choice(groups)
            words = " ".join(draw.choices(said, k=2))
            rows.append(_post(seq, name, words, day, group))
            tone = draw.choice(["negative", "neutral", "positive"])
            documents.append(
                {
                    "post": seq,
                    "pipeline": pipeline,
                    "relevance": 0.9,
                    "relevant": True,
                    "tone": tone,
                    "tone_score": 0.7,
                    "language": "ru",
                    "pii": None,
                }
            )
            if seq % 10 == 0:
                stop = min(len(words), 60)
                part = {"post": seq, "pipeline": pipeline, "number": 0, "start": 0, "stop": stop, "text": words[:stop]}
                statements.append(
                    part | {"kind": draw.choice(KINDS), "score": 0.9, "sentiment": tone, "why": ["bench"]}
                )
                texts.append((f"{name}:0-{stop}", name, words[:stop], day, group))
        with store.database.writing(hasty=True) as connection:
            connection.execute(insert(PostRow), rows)
            connection.execute(insert(DocumentRow), documents)
            if statements:
                connection.execute(insert(StatementRow), statements)
            renew(connection, [row["seq"] for row in rows])
    store.search.fill()
    _topics(store, texts)
    for group in groups:
        store.candidates.replace(_mined(group, [t for t in texts if t[4] == group], CANDIDATES // len(groups)))
    for role in ("analyst", "researcher", "author", "admin"):
        store.accounts.add(role, role, PASSWORD)
    # As its workers would have done long ago.
    store.tend()


def _post(seq, name, words, day, group):
    author = f"a:{digest(str(seq % 50_000)).hex()}{'0' * 16}"
    row = {
        "seq": seq,
        "stamp": seq,
        "key": digest(name),
        "id": name,
        "text": words,
        "author": author,
        "source": "forum",
    }
    row |= {
        "url": f"https://forum.example.ru/{seq}",
        "thread": str(seq // 20),
        "parent": None,
        "date": day,
        "title": None,
    }
    row |= {"group": group, "role": "client", "extra": None, "content": digest(words), "record": digest(name, words)}
    row |= {"copy": digest(words), "place": digest("forum", str(seq // 20)), "day": day, "version": 1}
    seen = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    return row | {"first_seen": seen, "changed_at": seen, "gone_at": None, "dropped_at": None}


def _topics(store, texts):
    draw, registry, count = np.random.default_rng(1), Registry(), max(2, len(texts) // 100)
    own = draw.zipf(1.3, len(texts)) % count
    members = {n: [] for n in range(count)}
    for (text, *_), n in zip(texts, own.tolist(), strict=True):
        members[n].append(text)
        registry.base[text] = f"t{n + 1}"
    topics = []
    for n, inside in members.items():
        name = f"t{n + 1}"
        registry.entries[name] = Entry(name, tuple(draw.normal(size=64).round(4).tolist()), f"тема {n + 1}", ("слово",))
        topics.append(Topic(name, f"тема {n + 1}", ("слово",), tuple(inside), ()))
    registry.next = count + 1
    state = TopicState(registry.to_json(dict(registry.base)), len(texts), 0, 0.9)
    store.topics.save(topics, [Event("born", (), (t.id,)) for t in topics], state=state)
    centre = draw.normal(0, 30, (count, 2))
    points = np.column_stack([centre[own] + draw.normal(0, 1, (len(texts), 2)), draw.uniform(0.3, 1, len(texts))])
    store.topics.redraw([text for text, *_ in texts], points.astype("<f4").tobytes())


def _mined(group, texts, count):
    draw, made = random.Random(group), []
    for n in range(count):
        some = draw.sample(texts, min(len(texts), 20))
        quotes = tuple(
            Quote(doc, 0, len(said), said, f"u{i}@forum", day, f"https://forum.example.ru/{doc}", "t", "forum")
            for i, (_, doc, said, day, _) in enumerate(some)
        )
        support = Support(len(some), len(some), 3, 1, 5, 0.1, wilson(10, 100))
        made.append(Candidate(f"{group}-{n}", group, KINDS[n % 3], f"Строка {n}", support, 0.5, 0.01, quotes))
    return Mined(group, len(texts), 1_000, tuple(sorted(made, key=lambda c: KINDS.index(c.kind))), ())


def rooms(draw, groups, topics):
    """What a person may click next, and how it is called in the figures."""
    group = draw.choice(groups)
    return draw.choice(
        [
            ("Сегодня", "/"),
            ("Предложения", f"/proposals?group={group}"),
            ("Предложения, дальше", f"/proposals/cards?group={group}&kind=pain&state=new&after=40"),
            ("цитаты", f"/api/v1/candidates/{group}-{draw.randrange(100)}/quotes"),
            ("Темы", "/topics"),
            ("тема", f"/topics/t{draw.randrange(1, topics)}"),
            (
                "Тексты",
                f"/texts?q={draw.choice(['работа', 'зарплата', 'центр занятости', 'ждать ответа'])}&group={group}",
            ),
            ("Профиль", f"/profiles/{group}"),
            ("Источники", "/sources"),
            ("Люди", "/people"),
        ]
    )


def walk(url, together, seconds, seed, groups, topics, found):
    """Log in, wait for the others, and click until the time is over."""
    draw, person = random.Random(seed), requests.Session()
    person.post(f"{url}/login", data={"name": "admin", "password": PASSWORD})
    together.wait()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        name, path = rooms(draw, groups, topics)
        found.append((name, *_clicked(person, url + path)))
        time.sleep(draw.uniform(0.5, 1.5))


def _clicked(person, address):
    """Status and seconds to the first byte; 599 when the line broke."""
    begin = time.perf_counter()
    try:
        with person.get(address, stream=True) as answer:
            status, seconds = answer.status_code, answer.elapsed.total_seconds()
            answer.content  # noqa: B018  # read to the end
    except requests.RequestException:
        return 599, time.perf_counter() - begin
    return status, seconds


def map_seconds(url):
    """From the click to the drawn map in Chromium; None without one."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{url}/login?next=/me")
        page.get_by_label("Имя").fill("admin")
        page.get_by_label("Пароль").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/me")
        begin = time.perf_counter()
        page.goto(f"{url}/topics")
        page.wait_for_selector("[data-map][data-ready] canvas[data-drawn]", timeout=120_000)
        seconds = time.perf_counter() - begin
        browser.close()
        return round(seconds, 2)


def main(posts=1_000_000, people=20, seconds=60):
    with schema_of_its_own() as url, tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        with open_store(Path(folder), url) as store:
            lay_out(store, posts)
            with store.database.maintaining() as connection:
                connection.exec_driver_sql("ANALYZE")
            groups, topics = sorted(store.candidates.groups()), len(store.topics.load())
        print(f"laid out in {time.perf_counter() - begin:.0f} s", flush=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-c", SERVE, "serve", "--no-worker", "--port", str(port), "--workspace", folder]
        environment = os.environ | {"MINER_DATABASE_URL": url}
        served = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            home = f"http://127.0.0.1:{port}"
            _wait(home)
            first = requests.Session()
            first.post(f"{home}/login", data={"name": "admin", "password": PASSWORD})
            begin = time.perf_counter()
            for _, path in {rooms(random.Random(n), groups, topics) for n in range(60)}:
                _clicked(first, home + path)
            print(f"warm in {time.perf_counter() - begin:.0f} s", flush=True)
            found = []
            together = threading.Barrier(people)
            walkers = [
                threading.Thread(target=walk, args=(home, together, seconds, n, groups, topics, found))
                for n in range(people)
            ]
            for walker in walkers:
                walker.start()
            for walker in walkers:
                walker.join()
            drawn = map_seconds(home)
        finally:
            served.terminate()
            served.wait()
    figures = {
        "posts": posts,
        "people": people,
        "seconds": seconds,
        "load": os.getloadavg()[0],
        "map_seconds": drawn,
        **_told(found),
    }
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else []
    kept.append({"when": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"), **figures, "goals": GOALS})
    RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, ensure_ascii=False, indent=1))


def _wait(url):
    for _ in range(600):
        try:
            requests.get(f"{url}/readyz", timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("miner serve does not answer")


def _told(found):
    def p95(times):
        return round(1_000 * statistics.quantiles(times, n=20)[-1]) if len(times) > 1 else None

    by_room = {}
    for name, _, seconds in found:
        by_room.setdefault(name, []).append(seconds)
    return {
        "clicks": len(found),
        "errors": sum(status >= 500 for _, status, _ in found),
        "p50_ms": round(1_000 * statistics.median(seconds for *_, seconds in found)),
        "p95_ms": p95([seconds for *_, seconds in found]),
        "p95_ms_by_room": {name: p95(times) for name, times in sorted(by_room.items())},
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
