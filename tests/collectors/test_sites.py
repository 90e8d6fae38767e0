"""Telegram, feeds, Discourse, WordPress and articles, on pages in their documented form."""

from __future__ import annotations

import gzip
import json

import pytest
from serving import Site

from miner.collectors import Context, configure
from miner.collectors.discourse import Discourse
from miner.collectors.feed import Feed
from miner.collectors.page import Page
from miner.collectors.telegram import Telegram
from miner.collectors.wordpress import Wordpress
from miner.errors import BadInput
from miner.fetch import Gone, Unreadable

from .forums import page
from .test_forum import Crawl

JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.fixture
def site():
    with Site() as made:
        yield made


# Telegram ------------------------------------------------------------------------------------------------------------


def bubble(number, text, reply=None, service=False):
    answered = (
        f'<a class="tgme_widget_message_reply" href="https://t.me/rabota/{reply}"><div class="tgme_widget_message_text js-message_reply_text">чужое</div></a>'
        if reply
        else ""
    )
    return f"""<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message {"service_message" if service else ""}" data-post="rabota/{number}">
    <div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name"><span>Работа рядом</span></a></div>{answered}
    <div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div><div class="tgme_widget_message_footer"><a class="tgme_widget_message_date"><time datetime="2025-02-0{number % 9 + 1}T10:00:00+00:00" class="time">10:00</time></a></div></div></div>"""


def test_a_channel_is_walked_back_by_its_preview(site):
    head = '<div class="tgme_channel_info_header_title"><span>Работа рядом</span></div>'
    site.pages["/s/rabota"] = page(
        head + bubble(5, "Ищем <b>сварщика</b><br/>в депо", reply=4) + bubble(6, "создан канал", service=True)
    )
    site.pages["/s/rabota?before=5"] = page(head + bubble(3, "Первое") + bubble(4, "Второе"))
    site.pages["/s/rabota?before=3"] = page(head)
    posts = Crawl(site, Telegram).run("/s/rabota")
    assert [(p.id, p.text) for p in posts] == [
        ("telegram:rabota:5", "Ищем сварщика\nв депо"),
        ("telegram:rabota:3", "Первое"),
        ("telegram:rabota:4", "Второе"),
    ]
    assert posts[0].parent == "telegram:rabota:4"
    assert posts[0].date == "2025-02-06T10:00:00+00:00"
    assert posts[0].url == "https://t.me/rabota/5"


def test_a_channel_is_not_read_past_what_is_known(site):
    site.pages["/s/rabota"] = page(bubble(5, "Пятое"))
    site.pages["/s/rabota?before=5"] = page(bubble(4, "Четвёртое"))
    crawl = Crawl(site, Telegram)
    from miner.fetch import Fetcher, Policy

    context = Context(known=lambda post: True, fetcher=Fetcher(Policy(allow_hosts=("127.0.0.1",), delay=0)))
    assert len(list(Telegram([site.url + "/s/rabota"], None, context).collect())) == 1
    del crawl


def test_a_channel_without_preview(site):
    site.pages["/s/rabota"] = page('<div class="tgme_page_title">Contact</div>')
    with pytest.raises(Gone, match=r"no public preview.*give result\.json"):
        Crawl(site, Telegram).run("/s/rabota")


EXPORT = {
    "name": "Чат соискателей",
    "type": "public_supergroup",
    "id": 77,
    "messages": [
        {"id": 1, "type": "service", "actor": "Ира", "action": "invite_members", "text": ""},
        {
            "id": 2,
            "type": "message",
            "date": "2025-02-01T10:00:00",
            "date_unixtime": "1738404000",
            "from": "Ира",
            "from_id": "user12",
            "text": "Всем привет, ищу работу",
        },
        {
            "id": 3,
            "type": "message",
            "date": "2025-02-01T10:01:00",
            "from": "Олег",
            "from_id": "user13",
            "reply_to_message_id": 2,
            "text": ["Смотри ", {"type": "link", "text": "example.ru"}, ", там есть"],
        },
        {
            "id": 4,
            "type": "message",
            "date": "2025-02-01T10:02:00",
            "from": "Олег",
            "from_id": "user13",
            "photo": "x.jpg",
            "text": "",
        },
    ],
}


def test_an_export_as_json(tmp_path):
    """Service messages and pictures without words are left out; a reply knows what it answers."""
    (tmp_path / "result.json").write_text(json.dumps(EXPORT, ensure_ascii=False), encoding="utf-8")
    posts = list(Telegram([str(tmp_path / "result.json")], None, Context(hide=lambda s, n: f"#{n[-1]}")).collect())
    assert [(p.id, p.text, p.author, p.parent) for p in posts] == [
        ("telegram:77:2", "Всем привет, ищу работу", "#2", None),
        ("telegram:77:3", "Смотри example.ru, там есть", "#3", "telegram:77:2"),
    ]
    assert [p.date for p in posts] == ["2025-02-01T10:00:00+00:00", "2025-02-01T10:01:00"]


def test_an_export_as_html(tmp_path):
    (tmp_path / "messages.html").write_text(
        page("""<div class="page_header"><div class="text bold">Чат соискателей</div></div><div class="history">
        <div class="message service" id="message1"><div class="body details">1 February 2025</div></div>
        <div class="message default clearfix" id="message2"><div class="body"><div class="pull_right date details" title="01.02.2025 10:00:00 UTC+03:00">10:00</div><div class="from_name">Ира</div><div class="text">Ищу работу<br>рядом</div></div></div>
        <div class="message default clearfix joined" id="message3"><div class="body"><div class="pull_right date details" title="01.02.2025 10:01:00 UTC+03:00">10:01</div><div class="reply_to details">In reply to <a href="#go_to_message2">this message</a></div><div class="text">Никто не звонит</div></div></div></div>"""),
        encoding="utf-8",
    )
    posts = list(Telegram([str(tmp_path / "messages.html")]).collect())
    assert [(p.text, p.author, p.date) for p in posts] == [
        ("Ищу работу\nрядом", "Ира", "2025-02-01T10:00:00"),
        ("Никто не звонит", "Ира", "2025-02-01T10:01:00"),
    ]
    assert posts[1].parent == posts[0].id


def test_what_is_no_export_and_no_channel(tmp_path):
    (tmp_path / "x.json").write_text('{"a": 1}')
    (tmp_path / "y.json").write_text('{"a": ')
    (tmp_path / "z.txt").write_text("привет")
    for name, said in (("x.json", "no messages in it"), ("y.json", "no JSON"), ("z.txt", "no Telegram export")):
        with pytest.raises(BadInput, match=said):
            list(Telegram([str(tmp_path / name)]).collect())
    with pytest.raises(BadInput, match=r"no channel. Give https://t\.me/NAME"):
        list(Telegram(["https://example.ru/rabota"]).collect())


# Feeds ---------------------------------------------------------------------------------------------------------------


RSS = """<?xml version="1.0" encoding="{encoding}"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Комментарии</title>
<item><title>от Олега</title><link>https://example.ru/a#comment-2</link><guid>c2</guid><dc:creator>Олег</dc:creator><pubDate>Sat, 01 Feb 2025 11:00:00 +0300</pubDate><description>кратко</description><content:encoded><![CDATA[<p>И мне <b>тоже</b> не звонят.</p><script>x</script>]]></content:encoded></item>
<item><title>от Светы</title><link>https://example.ru/a#comment-1</link><guid>c1</guid><dc:creator>Света</dc:creator><pubDate>Sat, 01 Feb 2025 10:00:00 +0300</pubDate><description>&lt;p&gt;Надоело ждать.&lt;/p&gt;</description></item></channel></rss>"""


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_rss(site, encoding):
    site.pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, RSS.format(encoding=encoding).encode(encoding))
    posts = Crawl(site, Feed).run("/feed")
    assert [(p.text, p.author, p.date) for p in posts] == [
        ("Надоело ждать.", "Света", "2025-02-01T07:00:00+00:00"),
        ("И мне тоже не звонят.", "Олег", "2025-02-01T08:00:00+00:00"),
    ]
    assert {p.thread for p in posts} == {"https://example.ru/a"}


def test_atom_with_replies(site):
    site.pages[
        "/feed"
    ] = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"><title>x</title>
    <entry><id>tag:example.ru,2025:2</id><title>re</title><author><name>Олег</name></author><updated>2025-02-01T11:00:00Z</updated><thr:in-reply-to ref="tag:example.ru,2025:1" href="https://example.ru/a"/><content type="html">&lt;p&gt;Согласен&lt;/p&gt;</content></entry>
    <entry><id>tag:example.ru,2025:1</id><title>x</title><author><name>Света</name></author><updated>2025-02-01T10:00:00Z</updated><content type="html">Надоело</content></entry></feed>"""
    first, second = Crawl(site, Feed).run("/feed")
    assert (first.text, second.text, second.parent) == ("Надоело", "Согласен", first.id)


def test_a_feed_that_has_not_changed_is_not_read_again(site):
    site.pages["/feed"] = lambda request: (
        (304, {"Content-Length": "0"}, "")
        if request.headers.get("If-None-Match")
        else (200, {"ETag": '"1"', "Content-Type": "application/rss+xml"}, RSS.format(encoding="utf-8"))
    )
    crawl = Crawl(site, Feed)
    assert [len(crawl.run("/feed")), len(crawl.run("/feed"))] == [2, 0]


def test_a_page_instead_of_a_feed_names_its_feed(site):
    site.pages["/"] = page("<p>да</p>", head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">')
    with pytest.raises(Unreadable, match=r"no feed. The page names one: http://127\.0\.0\.1:\d+/feed\.xml"):
        Crawl(site, Feed).run("/")


# Discourse -----------------------------------------------------------------------------------------------------------


def raw(number, cooked, **more):
    return {
        "id": 100 + number,
        "post_number": number,
        "username": f"u{number}",
        "created_at": "2025-02-01T10:00:00.000Z",
        "cooked": cooked,
        "post_type": 1,
    } | more


@pytest.fixture
def discourse(site):
    stream = [100 + n for n in range(1, 24)]
    topic = {
        "id": 7,
        "title": "Ждём",
        "post_stream": {
            "stream": stream,
            "posts": [
                raw(1, "<p>Надоело ждать</p>"),
                raw(
                    2,
                    '<aside class="quote">чужое</aside><p>И мне</p>',
                    reply_to_post_number=1,
                    reply_to_user={"username": "u1"},
                ),
            ],
        },
    }

    def rest(request):
        asked = [int(part.partition("=")[2]) for part in request.path.partition("?")[2].split("&")]
        return (
            200,
            JSON,
            json.dumps({"post_stream": {"posts": [raw(n - 100, f"<p>Ответ {n}</p>") for n in asked]}, "id": 7}),
        )

    listing = {
        "topic_list": {
            "more_topics_url": "/latest?page=1",
            "topics": [{"id": 7, "highest_post_number": 23, "last_posted_at": "x"}],
        }
    }
    site.pages |= {
        "/latest.json": (200, JSON, json.dumps(listing)),
        "/latest.json?page=1": (200, JSON, json.dumps({"topic_list": {"topics": []}})),
        "/t/7.json": (200, JSON, json.dumps(topic)),
        "/t/7/posts.json": rest,
    }
    return site


def test_discourse(discourse):
    """The posts that a topic only lists are asked for twenty at a time."""
    crawl = Crawl(discourse, Discourse)
    posts = crawl.run("/")
    assert len(posts) == 23
    assert [p.text for p in posts][:3] == ["Надоело ждать", "И мне", "Ответ 103"]
    assert posts[1].parent == posts[0].id
    assert posts[1].extra["answers"] == "u1"
    assert posts[0].title == posts[22].title == "Ждём"
    del discourse.asked[:]
    assert crawl.run("/latest") == []
    assert discourse.asked == ["/latest.json"]


def test_a_topic_alone_and_what_is_no_discourse(discourse):
    assert len(Crawl(discourse, Discourse).run("/t/zhdem/7/3")) == 23
    discourse.pages["/x/latest.json"] = page("да")
    with pytest.raises(Unreadable, match="Try `miner collect forum`"):
        Crawl(discourse, Discourse).run("/x")


# WordPress -----------------------------------------------------------------------------------------------------------


def test_wordpress_comments(site):
    def comment(n, text, parent=0):
        return {
            "id": n,
            "post": 3,
            "parent": parent,
            "author_name": f"u{n}",
            "date": "2025-02-01T13:00:00",
            "date_gmt": "2025-02-01T10:00:00",
            "content": {"rendered": text},
            "link": f"https://example.ru/a#comment-{n}",
            "type": "comment",
        }

    def comments(request):
        second = "&page=2" in request.path
        shown = (
            [comment(3, "<p>Третий</p>")]
            if second
            else [comment(1, "<p>Надоело</p>"), comment(2, "<blockquote>чужое</blockquote><p>И мне</p>", 1)]
        )
        return (200, JSON | {"X-WP-TotalPages": "2"}, json.dumps(shown))

    site.pages |= {
        "/wp-json/wp/v2/comments": comments,
        "/wp-json/wp/v2/posts": (200, JSON, json.dumps([{"id": 3, "title": {"rendered": "Выплаты &amp; сроки"}}])),
    }
    posts = Crawl(site, Wordpress).run("/")
    assert [p.text for p in posts] == ["Надоело", "И мне", "Третий"]
    assert posts[1].parent == posts[0].id
    assert posts[0].date == "2025-02-01T10:00:00+00:00"
    assert Crawl(site, Wordpress).run("/news/vyplaty/")[0].title == "Выплаты & сроки"
    site.pages["/wp-json/wp/v2/comments"] = (200, JSON, '{"code": "rest_disabled"}')
    with pytest.raises(Unreadable, match="WordPress doesn't answer here"):
        Crawl(site, Wordpress).run("/")


# Articles ------------------------------------------------------------------------------------------------------------


ARTICLE = (
    "<p>Служба занятости открыла новый зал для приёма граждан, и теперь очередь движется вдвое быстрее, чем год назад.</p>"
    * 3
)
COMMENTS = "".join(
    f'<li class="comment" id="comment-{n}"><div class="comment-author vcard"><cite class="fn">{who}</cite></div><div class="comment-metadata"><time datetime="2025-02-0{n}T10:00:00">x</time></div><div class="comment-content"><p>{what}</p></div></li>'
    for n, (who, what) in enumerate(
        [
            ("Света", "Надоело ждать, движется она, как же, третий час сижу."),
            ("Олег", "А у нас и правда стало лучше, всё успела за полчаса."),
            ("Ира", "Хочу запись через интернет, чтобы совсем без очереди."),
        ],
        1,
    )
)


def article(comments=COMMENTS):
    return page(
        f'<article><h1>Новый зал</h1>{ARTICLE}</article><section id="comments"><ol class="comment-list">{comments}</ol></section>',
        head='<meta property="article:published_time" content="2025-02-01T09:00:00">',
    )


def test_an_article_and_its_comments(site):
    """The article is the site's word, the comments are people's."""
    site.pages["/a"] = article()
    posts = Crawl(site, Page).run("/a")
    assert [p.role for p in posts] == ["staff", "client", "client", "client"]
    assert posts[0].text.startswith("Служба занятости открыла")
    assert "Надоело ждать" not in posts[0].text
    assert [p.author for p in posts[1:]] == ["Света", "Олег", "Ира"]
    assert posts[1].text == "Надоело ждать, движется она, как же, третий час сижу."
    assert [p.role for p in Crawl(site, Page, comments_only=True).run("/a")] == ["client"] * 3


@pytest.mark.parametrize("packed", [False, True])
def test_pages_by_sitemap(site, packed):
    site.pages |= {"/news/1": article(), "/news/2": article(""), "/about": article()}
    urls = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in ("/news/1", "/news/2", "/about"))
    inner = f"<urlset>{urls}<url><loc>https://elsewhere.example.ru/news/3</loc></url></urlset>"
    name = "/inner.xml.gz" if packed else "/inner.xml"
    site.pages[name] = (
        200,
        {"Content-Type": "application/x-gzip" if packed else "text/xml"},
        gzip.compress(inner.encode()) if packed else inner,
    )
    site.pages["/sitemap.xml"] = f"<sitemapindex><sitemap><loc>{site.url}{name}</loc></sitemap></sitemapindex>"
    posts = Crawl(site, Page, match="/news/").run("/sitemap.xml")
    assert len(posts) == 5
    assert "/about" not in site.asked


def test_pages_by_selector(site):
    site.pages |= {"/": page('<a class="more" href="/news/1">читать</a><a href="/x">x</a>'), "/news/1": article()}
    assert len(Crawl(site, Page, follow="a.more").run("/")) == 4
    with pytest.raises(BadInput, match="no CSS selector"):
        Crawl(site, Page, follow="a..b").run("/")
    with pytest.raises(BadInput, match="no regular expression"):
        Page([site.url], configure(Page.Options, {"match": "["}))


def test_a_page_without_words(site):
    site.pages["/a"] = page("<h1>404</h1>")
    with pytest.raises(Unreadable, match="neither an article nor comments"):
        Crawl(site, Page).run("/a")
