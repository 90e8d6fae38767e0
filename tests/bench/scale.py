"""From posts.jsonl to candidates in PostgreSQL, at any size: ``python -m tests.bench.scale POSTS [WORKERS] [DAY]``.

Run by hand. The posts recombine sentences of the corpora: they are for load only. Workers are processes, as in service;
the first half of the posts is annotated by one of them, the second by all. Then DAY more posts (10,000 unless told) come
in on top. Figures go to bench/scale.json, a line a run, to be compared over sizes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from miner.jsonl import read_posts, write_lines
from miner.nlp.annotator import Annotator
from miner.records import Post
from miner.settings import Nlp
from miner.store import open_store
from tests.bench.annotate import ROOT, natasha_loop, timed
from tests.store.conftest import schema_of_its_own

RESULTS = ROOT / "bench" / "scale.json"
GOALS = {"times_natasha_two_workers": 6.0, "memory_gb": 6.0, "day_minutes": 3.0, "second_worker": 1.8}
WORKER = """
import sys, threading
from pathlib import Path
from miner.settings import load_settings
from miner.worker import main
main(Path(sys.argv[1]), load_settings(Path(sys.argv[1]) / "miner.toml"))
"""
SETTINGS = '[service]\nrefit = ""\n'
SPOKEN = re.compile(r"[^.!?…\n]+[.!?…]*")


def sentences():
    """Sentences of the corpora by the group of their posts."""
    found = {}
    for file in sorted((ROOT / "corpora").rglob("*.jsonl")):
        for line in file.read_text("utf-8").split("\n"):
            if line:
                post = json.loads(line)
                said = [s.strip() for s in SPOKEN.findall(post["text"]) if 3 <= len(s.split()) <= 40]
                found.setdefault(post.get("group"), []).extend(said)
    return sorted({s for own in found.values() for s in own})


def posts(count, first=0, groups=15):
    """Posts of two or three sentences drawn anew, of invented people, in fifteen groups and three years."""
    from miner.profiles import load_groups

    every, draw = sentences(), random.Random(first)
    names = sorted(load_groups())[:groups]
    for number in range(first, first + count):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=draw.randrange(1_000))
        yield Post(
            id=f"load:{number}",
            text=" ".join(draw.choice(every) for _ in range(draw.choice((1, 2, 2, 3)))),
            author=f"person {draw.randrange(max(50, (first + count) // 4))}",
            source=f"forum-{draw.randrange(8)}",
            thread=f"t{draw.randrange(max(10, (first + count) // 12))}",
            date=day.isoformat(),
            group=names[int(len(names) * draw.random() ** 2)],
        )


class Machine:
    """Worker processes on one database, and how much memory they took at most."""

    def __init__(self, home, url):
        self.home, self.url = home, url
        self.processes, self.peaks = [], {}

    def hire(self):
        environment = os.environ | {"MINER_DATABASE_URL": self.url, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        log = open(self.home / f"worker-{len(self.processes)}.log", "w", encoding="utf-8")  # noqa: SIM115
        command = [sys.executable, "-c", WORKER, str(self.home)]
        self.processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

    def watch(self):
        for process in self.processes:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
            except OSError as error:
                raise SystemExit(f"a worker died, see {self.home}: {error}") from error
            peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1])
            self.peaks[process.pid] = max(peak, self.peaks.get(process.pid, 0))

    def until(self, over):
        begun = time.perf_counter()
        while not over():
            self.watch()
            time.sleep(0.5)
        return time.perf_counter() - begun

    def cpu(self):
        """Processor seconds of all workers so far: on a machine with other work, seconds of the clock say little."""
        ticks = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def dismiss(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(60)


def spent(store, kind, since):
    """Seconds of the longest run of a kind that ended well since then, and what it counted."""
    runs = [run for run in store.runs.recent(kind, "") if run.status == "done" and run.started_at >= since]
    took = {run.id: (run.finished_at - run.started_at).total_seconds() for run in runs}
    longest = max(runs, key=lambda run: took[run.id])
    return round(took[longest.id], 1), dict(longest.counts)


def sizes(store):
    """Bytes of the database by table, the largest first."""
    query = text(
        "SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY 2 DESC"
    )
    with store.database.reading() as connection:
        return {row.relname: row.size for row in connection.execute(query) if row.size > 100_000}


def bring(store, file):
    """Import posts; what waits is known at once, before a worker looks."""
    seconds = round(timed(lambda: store.posts.add(read_posts(str(file))))[0], 1)
    for version in store.documents.versions()[:1]:
        store.documents.waits(version)
    return seconds


def busy(store):
    return bool(
        store.documents.waiting()
        or store.documents.fresh_groups()
        or any(run.kind in {"annotate", "refresh", "refit"} for run in store.runs.open())
    )


def run(count, workers, day):
    sample = list(posts(200, first=10**9))
    from miner.nlp import load

    plain, annotator = natasha_loop(), Annotator(load(), Nlp())
    plain(sample[:50]), list(annotator.annotate(sample[:50]))
    figures = {"posts": count, "workers": workers}
    for name, work in (("natasha", lambda: plain(sample)), ("one_process", lambda: list(annotator.annotate(sample)))):
        before = time.process_time()
        seconds = timed(work)[0]
        figures[name] = round(len(sample) / seconds, 1)
        figures.setdefault("cpu_ms_per_post", {})[name] = round(1e3 * (time.process_time() - before) / len(sample), 2)
    with tempfile.TemporaryDirectory() as folder, schema_of_its_own() as url:
        home = Path(folder)
        (home / "miner.toml").write_text(SETTINGS, encoding="utf-8")
        halves = [home / "first.jsonl", home / "second.jsonl", home / "day.jsonl"]
        for file, many, first in zip(
            halves, (count // 2, count - count // 2, day), (0, count // 2, count), strict=True
        ):
            write_lines(str(file), (post.to_json() for post in posts(many, first)))
        machine = Machine(home, url)
        with open_store(home, url) as store:
            try:
                measure(store, machine, halves, figures, workers)
            finally:
                machine.dismiss()
            figures["bytes"] = sizes(store)
    figures["memory_gb"] = round(max(machine.peaks.values()) / 2**20, 2)
    figures["goals"] = GOALS
    return figures


def measure(store, machine, files, figures, workers):
    first, second, day = files
    figures["import_seconds"] = bring(store, first)
    half = store.posts.count()
    machine.hire()
    machine.until(
        lambda: store.runs.recent("annotate", "", 1) and store.documents.waiting() < half
    )  # models are loaded
    waiting = max(1, store.documents.waiting())
    before = machine.cpu()
    one = waiting / machine.until(lambda: not store.documents.waiting())
    cost = figures["cpu_ms_per_post"]
    cost["annotate"] = round(1e3 * (machine.cpu() - before) / waiting, 2)
    machine.until(lambda: not busy(store))
    for _ in range(workers - 1):
        machine.hire()
    time.sleep(20)  # they load their models
    figures["import_seconds"] += bring(store, second)
    waiting = store.documents.waiting()
    many = waiting / machine.until(lambda: not store.documents.waiting())
    figures["posts_per_second"] = {"one": round(one, 1), "all": round(many, 1)}
    figures["second_worker"] = round(many / one, 2)
    figures["times_natasha"] = round(many / figures["natasha"], 2)
    machine.until(lambda: not busy(store))
    since = dt.datetime.now(tz=dt.UTC)
    before = machine.cpu()
    store.runs.request("refit", "", sooner=True)
    machine.until(lambda: not busy(store))
    cost["topics_and_candidates"] = round(1e3 * (machine.cpu() - before) / store.posts.count(), 2)
    figures["refit_seconds"], figures["found"] = spent(store, "refit", since)
    begun, since = time.perf_counter(), dt.datetime.now(tz=dt.UTC)
    before = machine.cpu()
    figures["day"] = {"import_seconds": bring(store, day)}
    machine.until(lambda: not busy(store))
    figures["day"]["cpu_seconds"] = round(machine.cpu() - before, 1)
    seconds, told = spent(store, "refresh", since)
    figures["day"] |= {"minutes": round((time.perf_counter() - begun) / 60, 2), "refresh_seconds": seconds} | told
    figures["statements"] = sum(1 for topic in store.topics.load() for _ in topic.members)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    found = run(given[0], *(given[1:2] or [2]), *(given[2:3] or [10_000]))
    found["when"] = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    with open(RESULTS, "a", encoding="utf-8") as kept:
        kept.write(json.dumps(found, ensure_ascii=False) + "\n")
    print(json.dumps(found, indent=1, ensure_ascii=False))
