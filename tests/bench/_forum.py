"""A phpBB forum of any size on loopback, in a process of its own: ``python -m tests.bench._forum BOARDS THREADS PAGES``.

It makes each page when it is asked for, so it needs no memory, and serves more than a thousand a second on one core.
The first line on standard output is its port. It listens on every address of 127.0.0.0/8.
"""

import asyncio
import functools
import random
import re
import sys

POSTS, ROWS = 10, 20
WORDS = (
    "надоело ждать ответа третий месяц без работы никто не звонит вакансий рядом нет автобус ходит два раза в день хочу "
    "курсы рядом с домом зарплата маленькая опыта требуют возраст не подходит пособие задерживают справки собирать долго"
).split()
HEAD = """<!DOCTYPE html><html dir="ltr" lang="ru"><head><meta charset="utf-8"><title>{title} - Форум</title>
<link href="./styles/prosilver/theme/stylesheet.css" rel="stylesheet"></head><body id="phpbb" class="nojs notouch section-{kind} ltr">
<div id="wrap" class="wrap"><div id="page-header"><div class="navbar"><ul id="nav-main" class="nav-main linklist">{menu}</ul></div></div>
<div id="page-body" class="page-body" role="main">"""
FOOT = '</div><div id="page-footer" class="page-footer"><div class="copyright"><p class="footer-row">Создано на основе <a href="https://www.phpbb.com/">phpBB</a>&reg; Forum Software &copy; phpBB Limited</p></div></div></div></body></html>'
MENU = "".join(
    f'<li><a href="./app.php/page-{n}?sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9" title="Раздел {n}"><i class="icon fa-fw"></i><span>Раздел {n}</span></a></li>'
    for n in range(20)
)
POST = """<div id="p{n}" class="post has-profile bg2"><div class="inner"><dl class="postprofile" id="profile{n}"><dt class="has-profile-rank has-avatar">
<div class="avatar-container"><a href="./memberlist.php?mode=viewprofile&amp;u={u}" class="avatar"><img class="avatar" src="./download/file.php?avatar={u}.jpg" width="90" height="90" alt="Аватара" /></a></div>
<a href="./memberlist.php?mode=viewprofile&amp;u={u}" class="username">Житель {u}</a></dt><dd class="profile-rank">Участник</dd><dd class="profile-posts"><strong>Сообщения:</strong> <a href="./search.php?author_id={u}">{u}</a></dd>
<dd class="profile-joined"><strong>Зарегистрирован:</strong> 03 мар 2015, 12:00</dd></dl><div class="postbody"><div id="post_content{n}"><h3><a href="#p{n}">Re: Тема</a></h3>
<ul class="post-buttons"><li><a href="./posting.php?mode=quote&amp;p={n}" title="Ответить с цитатой" class="button button-icon-only"><i class="icon fa-quote-left fa-fw"></i><span class="sr-only">Цитата</span></a></li></ul>
<p class="author"><a class="unread" href="./viewtopic.php?p={n}&amp;sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9#p{n}" title="Сообщение"><i class="icon fa-file fa-fw"></i></a><span class="responsive-hide"> <strong><a href="./memberlist.php?mode=viewprofile&amp;u={u}" class="username">Житель {u}</a></strong> » </span><time datetime="{date}">{date}</time></p>
<div class="content">{quote}{text}</div><div id="sig{n}" class="signature">Моя подпись</div></div></div><div class="back2top"><a href="#top" class="top" title="Вернуться к началу"><i class="icon fa-chevron-circle-up fa-fw"></i></a></div></div></div><hr class="divider" />"""
ROW = """<li class="row bg1"><dl class="row-item topic_read"><dt title="Нет непрочитанных сообщений"><div class="list-inner"><a href="./viewtopic.php?f=2&amp;t={t}&amp;sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9" class="topictitle">Тема {t}</a><br />
<div class="topic-poster responsive-hide left-box">Житель {u} » 12 янв 2024, 15:40</div></div></dt><dd class="posts">{posts} <dfn>Ответы</dfn></dd><dd class="views">5000 <dfn>Просмотры</dfn></dd>
<dd class="lastpost"><span><dfn>Последнее сообщение </dfn>Житель {u} <a href="./viewtopic.php?f=2&amp;t={t}&amp;p={last}&amp;sid=0a1b#p{last}" title="Перейти"><i class="icon fa-external-link-square"></i></a><br />12 янв 2024, 15:40</span></dd></dl></li>"""
NEXT = '<div class="action-bar bar-bottom"><div class="pagination">Страница {p} <ul><li class="active"><span>{p}</span></li><li class="arrow next"><a class="button button-icon-only" href="./{href}" rel="next" role="button"><span class="sr-only">След.</span></a></li></ul></div></div>'


class Forum:
    """``boards`` of ``threads`` of ``pages`` each; a page has ten posts, a page of a board twenty threads."""

    def __init__(self, boards, threads, pages):
        self.boards, self.threads, self.pages = boards, threads, pages

    def page(self, path):
        """The markup of an address, None for one that isn't there."""
        if path.startswith("/viewforum.php") and 0 < number(path, "f") <= self.boards:
            return self.board(number(path, "f"), number(path, "start"))
        if path.startswith("/viewtopic.php") and 0 < number(path, "t") <= self.boards * self.threads:
            return self.thread(number(path, "t"), number(path, "start"))
        return None

    def board(self, f, start):
        first = (f - 1) * self.threads + 1
        shown = range(first + start, first + min(start + ROWS, self.threads))
        each = self.pages * POSTS
        rows = "".join(ROW.format(t=t, u=t % 97, posts=each - 1, last=t * each) for t in shown)
        more = start + ROWS < self.threads
        after = NEXT.format(p=start // ROWS + 1, href=f"viewforum.php?f={f}&amp;start={start + ROWS}") if more else ""
        head = HEAD.format(title="Работа", kind="viewforum", menu=MENU)
        return f'{head}<ul class="topiclist topics">{rows}</ul>{after}{FOOT}'

    def thread(self, t, start):
        first = (t - 1) * self.pages * POSTS + start + 1
        posts = "".join(post(n) for n in range(first, first + POSTS))
        more = start + POSTS < self.pages * POSTS
        after = NEXT.format(p=start // POSTS + 1, href=f"viewtopic.php?t={t}&amp;start={start + POSTS}")
        head = HEAD.format(title=f"Тема {t}", kind="viewtopic", menu=MENU)
        title = f'<h2 class="topic-title"><a href="./viewtopic.php?t={t}">Тема {t}</a></h2>'
        return f"{head}{title}{posts}{after if more else ''}{FOOT}"


def post(n):
    draw = random.Random(n)
    words = " ".join(draw.choices(WORDS, k=40))
    quote = "<blockquote><div><cite>Житель 7 писал(а):</cite>Надоело ждать</div></blockquote>" if n % 3 == 0 else ""
    date = f"2024-01-{n % 28 + 1:02}T15:40:00+00:00"
    return POST.format(n=n, u=n % 97, date=date, quote=quote, text=f"{words} {n}.")


def number(path, name):
    found = re.search(rf"[?&]{name}=(\d+)", path)
    return int(found[1]) if found else 0


class Connection(asyncio.Protocol):
    def __init__(self, forum):
        self.forum, self.rest = forum, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.rest += data
        while b"\r\n\r\n" in self.rest:
            request, _, self.rest = self.rest.partition(b"\r\n\r\n")
            page = self.forum.page(request.split(b" ", 2)[1].decode())
            body = (page or "no such page").encode()
            status = b"200 OK" if page else b"404 Not Found"
            self.transport.write(
                b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: %d\r\n\r\n%s"
                % (status, len(body), body)
            )


async def serve(forum):
    server = await asyncio.get_running_loop().create_server(
        functools.partial(Connection, forum), "0.0.0.0", 0, backlog=2048
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Forum(*map(int, sys.argv[1:4]))))
