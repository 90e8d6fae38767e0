"""`miner crawl` beside an equivalent Scrapy spider on a forum of 20,000 pages, and 500 hosts asked once a second each.

Both crawl the same boards of the same loopback server in turns, politeness off, once with a memory that survives a
crash (miner's store, Scrapy's JOBDIR) and once into lines of JSON. Seconds count from the first request.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

BOARDS, THREADS, PAGES = 10, 199, 10  # 199 threads of 10 pages and 10 pages of the board: 2,000 pages
PLAIN = 3  # boards crawled without a memory, too
HOSTS, SECONDS = 500, 20
GOALS = {"times_scrapy": 1.0, "hosts": 500, "requests_per_host_and_second": 1.0, "memory_growth": 1.1}


class Process:
    """A Python module that answers lines: one JSON answer for each line it is told."""

    def __init__(self, module, *arguments):
        command = [sys.executable, "-m", module, *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def read(self):
        return self.process.stdout.readline().strip()

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        return json.loads(self.read())


def scrapy(url, folder, *, durable):
    jobs = [tempfile.mkdtemp(dir=folder)] if durable else []
    command = [sys.executable, "-m", "tests.bench._spider", url, f"{folder}/scrapy.jsonl", *jobs]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def rate(results):
    return sum(r["pages"] for r in results) / sum(r["seconds"] for r in results)


def side_by_side():
    """Pages per second of both, board by board in turns; the first of a pair alternates."""
    found = {name: [] for name in ("miner", "scrapy", "miner_lines", "scrapy_lines")}
    with (
        tempfile.TemporaryDirectory() as folder,
        Process("tests.bench._forum", BOARDS, THREADS, PAGES) as forum,
        Process("tests.bench.collect", folder) as miner,
    ):
        home = f"http://127.0.0.1:{forum.read()}/viewforum.php?f="
        for board in range(1, BOARDS + 1):
            url = f"{home}{board}"
            turns = [
                ("miner", lambda url=url: miner.ask("store", url)),
                ("scrapy", lambda url=url: scrapy(url, folder, durable=True)),
            ]
            if board <= PLAIN:
                turns += [
                    ("miner_lines", lambda url=url: miner.ask("lines", url)),
                    ("scrapy_lines", lambda url=url: scrapy(url, folder, durable=False)),
                ]
            for name, crawl in turns if board % 2 else reversed(turns):
                found[name].append(crawl())
                print(f"  board {board}: {name} {rate(found[name][-1:]):.0f} pages/s", flush=True)
    posts = {name: sum(r["posts"] for r in results) for name, results in found.items()}
    assert posts["miner"] == posts["scrapy"] == BOARDS * THREADS * PAGES * 10, posts
    assert posts["miner_lines"] == posts["scrapy_lines"], posts
    memory = [r["mb"] for r in found["miner"]]
    return {
        "pages": sum(r["pages"] for r in found["miner"]),
        "posts": posts["miner"],
        "pages_per_second": {name: round(rate(results), 1) for name, results in found.items()},
        "times_scrapy": round(rate(found["miner"]) / rate(found["scrapy"]), 2),
        "times_scrapy_lines": round(rate(found["miner_lines"]) / rate(found["scrapy_lines"]), 2),
        "memory_mb": memory,
        # From the second board on, when everything that is loaded once is there.
        "memory_growth": round(memory[-1] / memory[1], 3),
    }


def hosts():
    """Every host is asked once a second by one fetcher in one process; how often each of them was, at the least."""
    from miner.fetch import Fetcher, Policy

    names = [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(HOSTS)]
    asked = [[] for _ in names]
    with Process("tests.bench._forum", 1, HOSTS, 1) as forum:
        port = forum.read()
        begin = time.monotonic() + 2
        with Fetcher(Policy(allow_hosts=tuple(names), delay=1.0, robots=False)) as fetcher:

            def crawl(number):
                time.sleep(max(0.0, begin + number / HOSTS - time.monotonic()))
                while time.monotonic() < begin + number / HOSTS + SECONDS:
                    fetcher.get(f"http://{names[number]}:{port}/viewtopic.php?t={number + 1}")
                    asked[number].append(time.monotonic())

            threads = [threading.Thread(target=crawl, args=(number,)) for number in range(HOSTS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    rates = [(len(times) - 1) / (times[-1] - times[0]) for times in asked]
    return {
        "hosts": HOSTS,
        "requests_per_host_and_second": {"least": round(min(rates), 3), "mean": round(sum(rates) / HOSTS, 3)},
        "requests_per_second": round(sum(map(len, asked)) / SECONDS),
    }


def measure():
    return side_by_side() | hosts() | {"goals": GOALS}


# The process that crawls -----------------------------------------------------------------------------------------------


def to_store(store, settings, url):
    from miner import pipeline
    from miner.store import Source

    name = url.rpartition("=")[2]
    store.sources.add(Source(name, "forum", (url,), {"delay": 0, "ignore_robots": True}))
    outcome = pipeline.crawl(store, name, settings)
    return outcome.pages, outcome.new


def to_lines(settings, url, path):
    from miner.collectors import Context
    from miner.collectors.forum import Forum, ForumOptions
    from miner.jsonl import write_lines

    options = ForumOptions(delay=0, ignore_robots=True)
    fetcher = Forum.asking(options, settings.fetch)
    posts = write_lines(
        str(path), (post.to_json() for post in Forum([url], options, Context(fetcher=fetcher)).collect())
    )
    return fetcher.requests, posts


def main():
    """Each line is ``store URL`` or ``lines URL``; the answer is pages, posts, seconds, memory in MB."""
    from miner.settings import load_settings
    from miner.store import open_store

    os.environ["MINER_FETCH__ALLOW_HOSTS"] = "127.0.0.1"
    folder, settings = Path(sys.argv[1]), load_settings()
    with open_store(folder) as store:
        for line in sys.stdin:
            kind, url = line.split()
            begin = time.perf_counter()
            pages, posts = (
                to_store(store, settings, url) if kind == "store" else to_lines(settings, url, folder / "miner.jsonl")
            )
            seconds = round(time.perf_counter() - begin, 2)
            status = Path("/proc/self/status").read_text(encoding="ascii")
            mb = round(int(status.partition("VmRSS:")[2].split()[0]) / 1024)
            print(json.dumps({"pages": pages, "posts": posts, "seconds": seconds, "mb": mb}), flush=True)


if __name__ == "__main__":
    main()
