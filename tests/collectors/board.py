"""A phpBB board of any size that grows while it is crawled: what it shows is made when it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PER_PAGE = 3
ROWS = 20


@dataclass
class Thread:
    number: int
    posts: dict = field(default_factory=dict)


class Board:
    """``threads`` by number; each has ``posts``: number → words. Give ``page`` to a Site as its pages."""

    def __init__(self, threads=0, posts=0):
        self.threads = {}
        self.last = 0
        for number in range(1, threads + 1):
            self.threads[number] = Thread(number)
            for _ in range(posts):
                self.write(number)

    def write(self, thread, words=None):
        """A new post; its number."""
        self.last += 1
        made = self.threads.setdefault(thread, Thread(thread))
        made.posts[self.last] = words or f"Надоело ждать ответа, обращение {self.last}."
        return self.last

    def pages(self):
        return {"/viewforum.php": self.listing, "/viewtopic.php": self.thread}

    def listing(self, request):
        start = _number(request.path, "start")
        newest = sorted(self.threads.values(), key=lambda t: -max(t.posts, default=0))
        rows = "".join(
            f"""<li class="row"><dl><dt><a href="./viewtopic.php?f=2&amp;t={t.number}" class="topictitle">Тема {t.number}</a></dt>
            <dd class="posts">{len(t.posts) - 1}</dd><dd class="lastpost"><a href="./viewtopic.php?f=2&amp;t={t.number}&amp;p={max(t.posts)}#p{max(t.posts)}">последнее</a></dd></dl></li>"""
            for t in newest[start : start + ROWS]
            if t.posts
        )
        more = start + ROWS < len(newest)
        return _page(
            f'<ul class="topiclist topics">{rows}</ul>' + (_next(f"viewforum.php?f=2&amp;start={start + ROWS}") * more)
        )

    def thread(self, request):
        thread = self.threads.get(_number(request.path, "t"))
        if thread is None or not thread.posts:
            return 404, {}, "no such topic"
        start = _number(request.path, "start")
        shown = sorted(thread.posts)[start : start + PER_PAGE]
        if not shown:
            return 404, {}, "no such page"
        more = start + PER_PAGE < len(thread.posts)
        posts = "".join(_post(n, thread.posts[n]) for n in shown)
        head = f'<h2 class="topic-title"><a href="./viewtopic.php?t={thread.number}">Тема {thread.number}</a></h2>'
        return _page(head + posts + _next(f"viewtopic.php?t={thread.number}&amp;start={start + PER_PAGE}") * more)


def _number(path, name):
    found = re.search(rf"[?&]{name}=(\d+)", path)
    return int(found[1]) if found else 0


def _page(body):
    return f'<!DOCTYPE html><html><head><title>Форум</title></head><body id="phpbb" class="nojs">{body}<div class="copyright">Powered by <a href="https://www.phpbb.com/">phpBB</a></div></body></html>'


def _next(href):
    return f'<div class="pagination"><ul><li class="arrow next"><a rel="next" href="./{href}">След.</a></li></ul></div>'


def _post(number, words):
    day = number % 28 + 1
    return f"""<div id="p{number}" class="post bg2"><div class="inner"><dl class="postprofile"><dt><a class="username" href="./memberlist.php?u={number % 17}">Житель {number % 17}</a></dt></dl>
    <div class="postbody"><h3><a href="#p{number}">Re</a></h3><p class="author"><a href="./viewtopic.php?p={number}#p{number}">Сообщение</a> » {day:02} янв 2024, 15:40</p>
    <div class="content">{words}</div><div class="signature">Моя подпись</div></div></div></div>"""
