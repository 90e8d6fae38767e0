"""Forums that nobody has described, forums behind an API, and everything that goes wrong on a crawl."""

from __future__ import annotations

import json

import pytest
from serving import Site

from miner.errors import BadConfig, BadInput
from miner.fetch import Gone, LoginNeeded, Unreadable

from .forums import page, phpbb3
from .test_forum import Crawl

TALK = [
    ("Света", "2024-01-12T15:40:00", "Надоело ждать ответа от центра занятости, третий месяц без работы."),
    ("Олег", "2024-01-13T09:05:00", "У меня то же самое, никто не звонит и ничего не предлагает."),
    ("Ира", "2024-01-14T10:00:00", "А мне помогли, хочу ещё курсы рядом с домом и график посвободнее."),
    ("Света", "2024-01-15T11:00:00", "Курсы были, но далеко, автобус ходит два раза в день."),
]
TEXTS = [text for _, _, text in TALK]


@pytest.fixture
def site():
    with Site() as made:
        yield made


def unknown(posts, more=""):
    """A thread in the markup of no engine."""
    blocks = "".join(
        f"""<div class="entry-item {"odd" if n % 2 else ""}" id="m-{n}"><div class="entry-side"><a href="/users/{n}">{who}</a><div class="entry-stats">Сообщений: 5</div></div>
        <div class="entry-main"><span class="entry-date">{when}</span><div class="entry-content"><p>{what}</p></div><div class="entry-actions"><a href="/user/login/">Войти</a> <a href="/report/{n}">Пожаловаться</a> <a href="/share/{n}">Поделиться во всех соцсетях сразу</a></div></div></div>"""
        for n, (who, when, what) in enumerate(posts)
    )
    return page(
        f'<nav><ul><li><a href="/">Главная</a></li><li><a href="/about">О нас</a></li></ul></nav><h1>Ждём</h1><div class="feed">{blocks}</div>{more}'
    )


def test_an_unknown_forum_is_found_by_what_repeats(site):
    site.pages["/thread/7"] = unknown(TALK[:2], '<div class="pager"><b>1</b> <a href="/thread/7?page=2">2</a></div>')
    site.pages["/thread/7?page=2"] = unknown(TALK[2:])
    crawl = Crawl(site)
    posts = crawl.run("/thread/7")
    assert [(p.author, p.date, p.text) for p in posts] == TALK
    assert "repeated blocks" in crawl.heard[0]
    assert len({p.id for p in posts}) == 4


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("вчера, 15:40", True),
        ("3 часа назад", True),
        ("12 янв 2024", True),
        ("через 2 часа", False),
        ("31 декабря 2099", False),
    ],
)
def test_dates_in_words(site, date, expected):
    """What lies in the future is refused, not believed."""
    site.pages["/t/1"] = phpbb3().pages["/forum/viewtopic.php?t=7&start=2"].replace("вчера, 15:40", date)
    (post,) = Crawl(site).run("/t/1")
    assert (post.date is not None) is expected


def test_an_unknown_forum_by_selectors(site, tmp_path):
    site.pages["/x"] = page(
        "<main>"
        + "".join(f"<p class=q><i>{who}</i><u>{when}</u><s>{what}</s></p>" for who, when, what in TALK)
        + "</main>"
    )
    given = tmp_path / "forum.toml"
    given.write_text('post = "p.q"\nbody = "s"\nauthor = "i"\ndate = "u"\n')
    posts = Crawl(site, selectors=str(given)).run("/x")
    assert [(p.author, p.date, p.text) for p in posts] == TALK


def test_selectors_with_mistakes(site, tmp_path):
    given = tmp_path / "forum.toml"
    given.write_text('post = "p..q"\nauthor = 3\nnick = "i"\n')
    with pytest.raises(BadConfig) as raised:
        Crawl(site, selectors=str(given)).run("/x")
    assert len(raised.value.mistakes) == 4
    with pytest.raises(BadInput, match="Draft it with --suggest"):
        Crawl(site, selectors=str(tmp_path / "no.toml")).run("/x")


def test_a_preview_says_how_sure_it_is(site):
    from miner.collectors import Context
    from miner.collectors.forum import Forum, ForumOptions

    site.pages["/thread/7"] = unknown(TALK)
    drafted = Forum([site.url + "/thread/7"], ForumOptions(allow_host=("127.0.0.1",), delay=0), Context()).suggest()
    assert "% sure; 4 posts" in drafted
    assert "Света, 2024-01-12T15:40:00: Надоело ждать" in drafted
    assert 'post = "div.entry-item"' in drafted


def test_schema_org_json(site):
    data = {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "headline": "Ждём",
        "url": "/d/7",
        "identifier": "1",
        "author": {"@type": "Person", "name": "Света"},
        "datePublished": "2024-01-12T15:40:00",
        "text": TEXTS[0],
        "comment": [
            {"@type": "Comment", "identifier": str(n), "author": {"name": who}, "datePublished": when, "text": what}
            for n, (who, when, what) in enumerate(TALK[1:], 2)
        ],
    }
    site.pages["/d/7"] = page(
        "<div id=app></div>", head=f'<script type="application/ld+json">{json.dumps(data)}</script>'
    )
    posts = Crawl(site).run("/d/7")
    assert [(p.author, p.date, p.text) for p in posts] == TALK
    assert {p.title for p in posts} == {"Ждём"}


def test_schema_org_microdata(site):
    site.pages["/q/7"] = page(
        "".join(
            f'<section itemscope itemtype="https://schema.org/Comment" id="c{n}"><span itemprop="author"><b itemprop="name">{who}</b></span><time itemprop="datePublished" datetime="{when}"></time><div itemprop="text">{what}</div></section>'
            for n, (who, when, what) in enumerate(TALK)
        )
    )
    assert [(p.author, p.date, p.text) for p in Crawl(site).run("/q/7")] == TALK


def test_flarum(site):
    """The page is a shell; its JSON:API is read."""
    shell = page('<div id="flarum-content"></div><script id="flarum-json-payload" type="application/json">{}</script>')
    as_json = {"Content-Type": "application/vnd.api+json"}

    def post(n, who, when, what, kind="comment", hidden=False):
        return {"type": "posts", "id": str(n), "attributes": {"number": n, "createdAt": when, "contentType": kind, "contentHtml": what, "isHidden": hidden}, "relationships": {"user": {"data": {"type": "users", "id": who}}}}  # fmt: skip

    people = [{"type": "users", "id": who, "attributes": {"displayName": who}} for who in ("Света", "Олег", "Ира")]
    title = [{"type": "discussions", "id": "7", "attributes": {"title": "Ждём"}}]
    first = [post(n, who, when, f"<p>{what}</p>") for n, (who, when, what) in enumerate(TALK[:2], 1)]
    first[1]["attributes"]["contentHtml"] = (
        f'<p><a href="/d/7/1" class="PostMention" data-id="1">Света</a> {TEXTS[1]}</p>'
    )
    last = [
        post(n, who, when, f"<blockquote><p>чужое</p></blockquote><p>{what}</p>")
        for n, (who, when, what) in enumerate(TALK[2:], 3)
    ]
    last.append(post(9, "Ира", "2024-01-16", "renamed", kind="discussionRenamed"))
    discussions = {
        "data": [
            {
                "type": "discussions",
                "id": "7",
                "attributes": {"title": "Ждём", "lastPostNumber": 4, "lastPostedAt": "2024-01-15"},
            }
        ],
        "links": {"first": "x"},
    }

    def posts(request):
        shown = first if "offset%5D=0" in request.path or "offset]=0" in request.path else last
        after = {"next": f"{site.url}/api/posts?filter[discussion]=7&page[offset]=50"} if shown is first else {}
        return (200, as_json, json.dumps({"links": after, "data": shown, "included": [*people, *title]}))

    site.pages |= {
        "/": shell,
        "/d/7": shell,
        "/api/posts": posts,
        "/api/discussions": (200, as_json, json.dumps(discussions)),
    }
    crawl = Crawl(site)
    read = crawl.run("/")
    assert [(p.author, p.date[:10], p.text) for p in read] == [(who, when[:10], what) for who, when, what in TALK]
    assert read[1].parent == read[0].id
    assert read[1].extra["answers"] == "Света"
    assert read[0].title == "Ждём"
    del site.asked[:]
    assert crawl.run("/") == []
    assert not [path for path in site.asked if path.startswith("/api/posts")]
    assert len(Crawl(site).run("/d/7")) == 4


def test_nodebb(site):
    as_json = {"Content-Type": "application/json"}
    shell = page('<script src="/assets/nodebb.min.js"></script>')

    def post(n, who, when, what, to=None):
        return {
            "pid": n,
            "timestampISO": when,
            "content": f"<p>{what}</p>",
            "user": {"username": who},
            "toPid": to,
            "deleted": False,
        }

    def topic(request):
        second = "page=2" in request.path
        shown = [post(n, *said, to=1 if n == 2 else None) for n, said in enumerate(TALK, 1)][
            2 if second else 0 : 4 if second else 2
        ]
        after = {"next": {"page": 2, "active": not second}}
        return (200, as_json, json.dumps({"tid": 7, "title": "Ждём", "posts": shown, "pagination": after}))

    category = {
        "cid": 2,
        "topics": [{"tid": 7, "slug": "7/ждём", "postcount": 4, "lastposttime": 1}],
        "children": [],
        "pagination": {},
    }
    site.pages |= {
        "/": shell,
        "/api/categories": (200, as_json, json.dumps({"categories": [{"cid": 2, "slug": "2/board"}]})),
        "/api/category/2/board": (200, as_json, json.dumps(category)),
        "/api/topic/7/%D0%B6%D0%B4%D1%91%D0%BC": topic,
    }
    posts = Crawl(site).run("/")
    assert [(p.author, p.date[:19], p.text) for p in posts] == TALK
    assert posts[1].parent == posts[0].id


# What goes wrong -----------------------------------------------------------------------------------------------------


def outcomes(crawl):
    return [entry.outcome for entry in crawl.ledger]


def test_a_login_wall(site):
    """A form instead of the thread is reported, not stored as a post."""
    site.pages["/viewtopic.php?t=7"] = page(
        '<form action="ucp.php?mode=login"><input name=username><input type="password" name=password></form>',
        attributes='id="phpbb"',
    )
    crawl = Crawl(site)
    with pytest.raises(LoginNeeded, match=r"a login form instead of the page\. Ask the owner"):
        crawl.run("/viewtopic.php?t=7")
    assert outcomes(crawl)[-1] == "login"


def test_a_captcha(site):
    site.pages["/t"] = page("<h1>Just a moment...</h1><div class='g-recaptcha'></div>")
    with pytest.raises(LoginNeeded, match="a captcha instead of the page"):
        Crawl(site).run("/t")


def test_a_page_that_is_no_forum(site):
    site.pages["/t"] = page("<h1>О нас</h1><p>Мы пекём хлеб.</p>")
    with pytest.raises(Unreadable, match="no posts and no threads found"):
        Crawl(site).run("/t")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<<<>>>",
        "<div" * 5000,
        "<table><tr><td>" * 3000,
        "\x00\x01\x02",
        "{",
        '{"posts": 3, "tid": 1}',
        "<html><body>" + "<b>" * 20000,
    ],
)
def test_broken_pages(site, body):
    with pytest.raises(Unreadable, match="no posts"):
        Crawl(site).run("/t") if site.pages.update({"/t": body}) is None else None


def test_a_thread_that_is_gone_does_not_stop_the_others(site):
    made = phpbb3()
    site.pages |= made.pages
    row = made.pages[made.start]
    site.pages[made.start] = row.replace(
        "</ul>", '<li class="row"><a class="topictitle" href="./viewtopic.php?t=8">Нет</a></li></ul>'
    )
    crawl = Crawl(site)
    assert len(crawl.run(made.start)) == 3
    assert "status 404" in outcomes(crawl)
    assert any("there is no such page any more" in said for said in crawl.heard)


def test_a_forum_that_is_gone(site):
    with pytest.raises(Gone, match="404"):
        Crawl(site).run("/no")


def test_the_last_page_again_and_again(site):
    """A forum that answers any page number with its last page is read once, not for ever."""
    made = phpbb3()
    last = made.pages["/forum/viewtopic.php?t=7&start=2"]

    def any_page(request):
        start = int(request.path.rpartition("start=")[2]) if "start=" in request.path else 0
        return last.replace(
            "</body>",
            f'<div class="pagination"><li class="arrow next"><a rel="next" href="./viewtopic.php?t=7&amp;start={start + 2}">След.</a></li></div></body>',
        )

    site.pages["/forum/viewtopic.php"] = any_page
    crawl = Crawl(site)
    assert len(crawl.run("/forum/viewtopic.php?t=7")) == 1
    assert outcomes(crawl)[-1] == "repeated"
    assert len(site.asked) == 2


def test_an_endless_calendar(site):
    """Links that are neither boards nor threads are left alone."""
    made = phpbb3()
    site.pages |= made.pages
    site.pages[made.start] += (
        '<a href="/calendar.php?month=1">Календарь</a><a href="/memberlist.php?u=3">Олег</a><a href="./posting.php?mode=reply">Ответить</a>'
    )
    Crawl(site).run(made.start)
    assert not [path for path in site.asked if "calendar" in path or "member" in path or "posting" in path]


def test_a_wrong_charset(site):
    """cp1251 that calls itself UTF-8 is read as what it is."""
    made = phpbb3().pages["/forum/viewtopic.php?t=7"]
    site.pages["/t"] = (
        200,
        {"Content-Type": "text/html; charset=utf-8"},
        made.replace("</head>", '<meta charset="utf-8"></head>').encode("cp1251"),
    )
    assert Crawl(site).run("/t")[0].author == "Света"


def test_a_user_named_like_html(site):
    site.pages["/t"] = (
        phpbb3().pages["/forum/viewtopic.php?t=7"].replace("Света", "&lt;script&gt;alert(1)&lt;/script&gt;")
    )
    assert Crawl(site).run("/t")[0].author == "<script>alert(1)</script>"


def test_sessions_and_orders_are_one_page(site):
    made = phpbb3()
    site.pages |= made.pages
    again = '<li class="row"><a class="topictitle" href="./viewtopic.php?f=2&amp;t=7&amp;sid=ffff&amp;sk=t&amp;sd=a">Ждём</a></li></ul>'
    site.pages[made.start] = made.pages[made.start].replace("</ul>", again)
    Crawl(site).run(made.start)
    assert max(site.counts().values()) == 1


def test_a_moderator_is_no_client(site):
    made = phpbb3()
    site.pages |= made.pages
    assert [p.role for p in Crawl(site).run(made.start)] == ["client", "client", "moderator"]


def test_a_private_address_without_leave():
    from miner.collectors.forum import Forum

    with pytest.raises(BadInput, match="a loopback address isn't asked"):
        list(Forum(["http://127.0.0.1/forum"]).collect())
    with pytest.raises(BadInput, match="only http and https"):
        list(Forum(["forum.example.ru"]).collect())


def test_a_spent_budget_is_said_and_nothing_is_lost(site):
    made = phpbb3()
    site.pages |= made.pages
    from miner.collectors import Context
    from miner.collectors.forum import Forum
    from miner.fetch import Fetcher, MemoryFrontier, Policy

    frontier, heard, posts = MemoryFrontier(), [], []
    for _ in range(4):
        fetcher = Fetcher(Policy(allow_hosts=("127.0.0.1",), delay=0, pages=2, robots=False))
        crawl = Forum([site.url + made.start], None, Context(fetcher=fetcher, frontier=frontier, say=heard.append))
        posts += crawl.collect()
    assert [p.id.rpartition(":")[2] for p in posts] == ["101", "102", "103"]
    assert any("budget of 2 requests is spent" in said for said in heard)
