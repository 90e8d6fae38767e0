"""A real forum: Spirit, started for the test, filled through its own models, crawled, added to, crawled again."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from miner.store import open_store

pytestmark = pytest.mark.skipif(
    find_spec("spirit") is None, reason="pip install django-spirit: a real forum is needed to crawl one"
)
SAID = [
    ("Света", "Надоело ждать ответа, третий месяц без работы."),
    ("Олег", "У меня то же самое, **никто** не звонит."),
    ("Ира", "> Надоело ждать ответа\n\nА мне помогли, хочу ещё курсы рядом с домом."),
    ("Света", "Курсы были, но далеко, автобус ходит два раза в день."),
    ("Олег", "Запишитесь ещё раз, @Ира, список меняют."),
    ("Ира", "Записалась.\n\n- зал\n- часы"),
]
READ = [
    "Надоело ждать ответа, третий месяц без работы.",
    "У меня то же самое, никто не звонит.",
    "А мне помогли, хочу ещё курсы рядом с домом.",
    "Курсы были, но далеко, автобус ходит два раза в день.",
    "Запишитесь ещё раз, @Ира, список меняют.",
    "Записалась.\nзал\nчасы",
]


class Spirit:
    """The forum's process: ``forum.comment(topic, name, words)`` calls the function of that name there."""

    def __init__(self, folder, log):
        command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("spirit_site.py")), str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1
        )
        self.url = self.process.stdout.readline().strip()

    def __getattr__(self, name):
        def call(*given):
            self.process.stdin.write(json.dumps([name, *given]) + "\n")
            return json.loads(self.process.stdout.readline())

        return call

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture
def forum(tmp_path):
    with open(tmp_path / "spirit.log", "w", encoding="utf-8") as log:
        made = Spirit(tmp_path, log)
        try:
            assert made.url, (tmp_path / "spirit.log").read_text(encoding="utf-8")
            yield made
        finally:
            made.close()


@pytest.fixture
def miner(tmp_path, monkeypatch):
    for name, value in (("ALLOW_HOSTS", "127.0.0.1"), ("DELAY", "0")):
        monkeypatch.setenv(f"MINER_FETCH__{name}", value)
    monkeypatch.setenv("MINER_WORKSPACE", str(tmp_path / "var"))

    def run(*arguments):
        done = subprocess.run(
            [Path(sys.executable).with_name("miner"), *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_spirit(forum, miner, tmp_path):
    """All that was written is read, in order and with its author; later only threads that moved are asked for."""
    boards = [forum.category(title) for title in ("Поиск работы", "Переезд")]
    talk, first = forum.topic(boards[0], *SAID[0][:1], "Ждём", SAID[0][1])
    posts = [first, *(forum.comment(talk, *said) for said in SAID[1:])]
    topics = [forum.topic(boards[n % 2], "Пётр", f"Тема {n}", f"Вопрос {n}: куда обращаться?")[0] for n in range(12)]
    miner("sources", "add", "spirit", "forum", forum.url + "/", "--group", "rural")
    assert miner("crawl").startswith("spirit: 18 new, 0 changed, 0 vanished posts")
    place = forum.url.removeprefix("http://")
    with open_store(tmp_path / "var") as store:
        read = {post.id: post for post in store.posts.all()}
        assert [read[f"{place}:{number}"].text for number in posts] == READ
        key = {name: store.keys.key(place, name) for name, _ in SAID}
        assert [read[f"{place}:{number}"].author for number in posts] == [key[name] for name, _ in SAID]
        assert {post.date is not None for post in read.values()} == {True}
        assert {read[f"{place}:{number}"].title for number in posts} == {"Ждём"}
        assert len({read[f"{place}:{number}"].thread for number in posts}) == 1
    forum.asked()

    assert miner("crawl").startswith("spirit: 0 new, 0 changed, 0 vanished")
    assert not [path for path in forum.asked() if path.startswith("/topic/")]

    forum.comment(talk, "Света", "Спасибо, еду.")
    forum.edit(posts[4], "Исправил: запишитесь в понедельник.")
    forum.remove(posts[5])
    fresh, _ = forum.topic(boards[1], "Ира", "Новое", "Кто переехал, как нашли жильё?")
    forum.move(topics[3], boards[0])
    assert miner("crawl").startswith("spirit: 2 new, 1 changed, 1 vanished")
    threads = {path.partition("?")[0].split("/")[2] for path in forum.asked() if path.startswith("/topic/")}
    assert {str(talk), str(fresh)} <= threads
    assert not threads & {str(n) for n in topics if n != topics[3]}
    with open_store(tmp_path / "var") as store:
        assert len(store.posts.versions(f"{place}:{posts[4]}")) == 2
        assert store.posts.vanished(read) == [f"{place}:{posts[5]}"]
        assert store.posts.count() == 20
