"""VK, YouTube and OK against servers that speak the documented protocols, errors included."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

import pytest
from serving import Site

from miner.collectors.ok import Ok, signature
from miner.collectors.vk import Vk
from miner.collectors.youtube import Youtube
from miner.errors import BadInput
from miner.fetch import Gone, LoginNeeded, Unreachable

from .test_forum import Crawl

JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    for name in (
        "MINER_VK_TOKEN",
        "MINER_YOUTUBE_KEY",
        "MINER_OK_APPLICATION_KEY",
        "MINER_OK_ACCESS_TOKEN",
        "MINER_OK_SESSION_SECRET",
    ):
        monkeypatch.setenv(name, f"secret-{name}")


def fields(request):
    query = request.path.partition("?")[2] + "&" + request.body.decode()
    return {name: values[-1] for name, values in parse_qs(query).items()}


class FakeVk:
    """A wall of posts with comments; ``errors`` are answered first, one per call."""

    def __init__(self, site, posts=3, comments=2):
        self.posts = {
            n: {
                "id": n,
                "from_id": -5,
                "owner_id": -5,
                "date": 1738400000 + n,
                "text": f"Запись {n}",
                "comments": {"count": comments},
            }
            for n in range(1, posts + 1)
        }
        self.comments = comments
        self.errors, self.calls, self.too_large = [], [], 0
        # What single calls of a batch fail with, by the post that is asked for; each fails once.
        self.single = {}
        for method in (
            "wall.get",
            "wall.getById",
            "wall.getComments",
            "execute",
            "utils.resolveScreenName",
            "board.getTopics",
            "board.getComments",
            "newsfeed.search",
        ):
            site.pages[f"/method/{method}"] = self.answer

    def answer(self, request):
        method, given = request.path.partition("?")[0].rpartition("/")[2], fields(request)
        self.calls.append((method, given))
        assert given["access_token"] == "secret-MINER_VK_TOKEN"
        assert given["v"]
        if self.errors:
            number = self.errors.pop(0)
            return (200, JSON, json.dumps({"error": {"error_code": number, "error_msg": "said"}}))
        if method == "execute":
            calls = re.findall(r"post_id:(\d+),count:\d+,offset:(\d+)", given["code"])
            if self.too_large and len(calls) > self.too_large:
                return (200, JSON, json.dumps({"error": {"error_code": 13, "error_msg": "Response size is too big"}}))
            failed = [(int(post), self.single.pop(int(post))) for post, _ in calls if int(post) in self.single]
            closed = {post for post, _ in failed}
            pages = [int(post) not in closed and self.page(int(post), int(offset)) for post, offset in calls]
            errors = [{"method": "wall.getComments", "error_code": n, "error_msg": "said"} for _, n in failed]
            return (200, JSON, json.dumps({"response": pages} | ({"execute_errors": errors} if errors else {})))
        return (200, JSON, json.dumps({"response": getattr(self, method.replace(".", "_"))(given)}))

    def page(self, post, offset):
        ids = [post * 1000 + n for n in range(1, self.comments + 1)][offset : offset + 100]
        items = [
            {
                "id": n,
                "from_id": n % 7 + 1,
                "date": 1738400100,
                "text": f"[id1|Света], согласен {n}",
                "thread": {"count": 0, "items": []},
            }
            for n in ids
        ]
        if items and offset == 0:
            reply = {
                "id": post * 1000 + 999,
                "from_id": 3,
                "date": 1738400200,
                "text": "ответ",
                "reply_to_comment": ids[0],
            }
            items[0]["thread"] = {"count": 12, "items": [reply]}
        return {"count": self.comments, "items": items}

    def wall_get(self, given):
        ids = sorted(self.posts, reverse=True)[int(given["offset"]) :][: int(given["count"])]
        return {"count": len(self.posts), "items": [self.posts[n] for n in ids]}

    def wall_getById(self, given):  # noqa: N802
        owner, _, post = given["posts"].partition("_")
        found = [self.posts[int(post)]] if owner == "-5" and int(post) in self.posts else []
        return {"items": found}

    def wall_getComments(self, given):  # noqa: N802  # VK's own name
        post = int(given["post_id"])
        return {
            "items": [
                {
                    "id": post * 1000 + 900 + n,
                    "from_id": 3,
                    "date": 1738400300,
                    "text": f"ветка {n}",
                    "reply_to_comment": int(given["comment_id"]),
                }
                for n in range(12)
            ]
        }

    def utils_resolveScreenName(self, given):  # noqa: N802
        return {"type": "group", "object_id": 5} if given["screen_name"] == "rabota" else []

    def board_getTopics(self, given):  # noqa: N802
        return {"items": [{"id": 9, "title": "Отзывы", "comments": 3, "updated": 1}] if given["offset"] == "0" else []}

    def board_getComments(self, given):  # noqa: N802
        start = int(given.get("start_comment_id", 0))
        return {
            "items": [
                {"id": n, "from_id": n, "date": 1738400100, "text": f"Отзыв {n}"} for n in range(1, 4) if n >= start
            ]
        }

    def newsfeed_search(self, given):
        after = given.get("start_from")
        return {
            "items": [
                {"id": 2 if after else 1, "owner_id": 8, "from_id": 8, "date": 1738400000, "text": f"про {given['q']}"}
            ],
            **({} if after else {"next_from": "1/8_1"}),
        }


@pytest.fixture
def site():
    with Site() as made:
        yield made


class VkCrawl(Crawl):
    def run(self, *targets):
        url, self.site.url = self.site.url, ""
        self.options["api"] = f"{url}/method"
        try:
            return super().run(*targets)
        finally:
            self.site.url = url


@pytest.fixture
def vk(site):
    fake = FakeVk(site)
    fake.crawl = VkCrawl(site, Vk)
    return fake


def test_a_wall_with_its_comments_and_their_threads(vk):
    """The community's posts are its own word; the comments of many posts come in one call, long threads on their own."""
    posts = vk.crawl.run("rabota")
    walls = [p for p in posts if p.text.startswith("Запись")]
    assert [(p.id, p.role) for p in walls] == [("vk:-5_3", "staff"), ("vk:-5_2", "staff"), ("vk:-5_1", "staff")]
    first = next(p for p in posts if p.id == "vk:-5_3001")
    assert (first.text, first.author, first.parent, first.thread) == ("Света, согласен 3001", "6", "vk:-5_3", "vk:-5_3")
    assert first.url == "https://vk.com/wall-5_3?reply=3001"
    reply = next(p for p in posts if p.text == "ветка 0" and p.thread == "vk:-5_3")
    assert reply.parent == "vk:-5_3001"
    assert [method for method, _ in vk.calls].count("execute") == 1
    assert "secret" not in str(vk.crawl.ledger)


def test_a_second_crawl_asks_for_new_comments_only(vk):
    vk.crawl.run("club5")
    del vk.calls[:]
    vk.posts[2]["comments"] = {"count": 3}
    vk.crawl.run("club5")
    codes = [given["code"] for method, given in vk.calls if method == "execute"]
    assert len(codes) == 1
    assert codes[0].count("post_id:") == 1
    assert "post_id:2," in codes[0]


@pytest.mark.parametrize(
    "target",
    ["https://vk.com/wall-5_2", "https://vk.com/wall-5_2?reply=2001", "https://vk.com/rabota?w=wall-5_2", "wall-5_2"],
)
def test_a_single_post_with_its_comments(vk, target):
    posts = vk.crawl.run(target)
    assert [p.id for p in posts if p.text.startswith("Запись")] == ["vk:-5_2"]
    assert {p.thread for p in posts} == {"vk:-5_2"}
    assert len(posts) == 1 + 2 + 1 + 12
    assert "wall.get" not in [method for method, _ in vk.calls]
    del vk.calls[:]
    assert len(vk.crawl.run(target)) == 1
    assert [method for method, _ in vk.calls] == ["wall.getById"]


def test_a_single_post_that_is_gone(vk):
    with pytest.raises(Gone, match="VK shows no such post"):
        vk.crawl.run("wall-5_99")
    assert vk.crawl.ledger[-1].outcome == "gone"


@pytest.mark.parametrize("number", [15, 18, 30, 200, 212])
def test_one_call_of_a_batch_that_is_closed(vk, number):
    """The other posts of the batch keep their comments; the closed one leaves a line that says why."""
    vk.single = {2: number}
    posts = vk.crawl.run("club5")
    assert {p.thread for p in posts if "согласен" in p.text} == {"vk:-5_1", "vk:-5_3"}
    [line] = [entry for entry in vk.crawl.ledger if entry.outcome == "closed to us"]
    assert f"error {number}" in line.note
    assert line.url.endswith("post=-5_2")


@pytest.mark.parametrize("number", [6, 9, 10])
def test_one_call_of_a_batch_that_came_too_soon(vk, number):
    """Then the batch is asked for again, after a pause."""
    vk.single = {2: number}
    assert len([p for p in vk.crawl.run("club5") if "согласен" in p.text]) == 6
    assert [method for method, _ in vk.calls].count("execute") == 2


@pytest.mark.parametrize("number", [14, 29])
def test_one_call_of_a_batch_that_ends_the_run(vk, number):
    """Nothing of the batch is taken for read: the next run asks for all of it."""
    vk.single = {2: number}
    assert [p for p in vk.crawl.run("club5") if "согласен" in p.text] == []
    assert len([p for p in vk.crawl.run("club5") if "согласен" in p.text]) == 6


def test_an_old_wall_is_not_walked_again(site):
    """Where nothing is new and nobody has answered, the older posts aren't asked for."""
    fake = FakeVk(site, posts=250, comments=0)
    crawl = VkCrawl(site, Vk)
    known = {p.id for p in crawl.run("club5")}
    assert len(known) == 250
    del fake.calls[:]
    crawl.known = known.__contains__
    fake.posts[251] = fake.posts[250] | {"id": 251, "text": "Запись 251"}
    crawl.run("club5")
    assert len(fake.calls) == 2


def test_long_walls_and_long_discussions(site):
    """A hundred posts at a time, a hundred comments at a time, twenty-five posts a call."""
    fake = FakeVk(site, posts=130, comments=120)
    posts = VkCrawl(site, Vk).run("-5")
    assert len({p.id for p in posts if p.text.startswith("Запись")}) == 130
    assert len({p.id for p in posts if "согласен" in p.text}) == 130 * 120
    assert len([1 for method, _ in fake.calls if method == "wall.get"]) == 2
    assert all(given["code"].count("API.") <= 25 for method, given in fake.calls if method == "execute")


def test_a_batch_that_is_too_large_is_split(vk):
    vk.too_large = 1
    assert len([p for p in vk.crawl.run("club5") if "согласен" in p.text]) == 6


def test_boards(vk):
    posts = vk.crawl.run("https://vk.com/board5")
    assert [(p.text, p.title, p.url) for p in posts] == [
        (f"Отзыв {n}", "Отзывы", f"https://vk.com/topic-5_9?post={n}") for n in (1, 2, 3)
    ]
    del vk.calls[:]
    assert vk.crawl.run("https://vk.com/board5") == []
    assert len(vk.crawl.run("https://vk.com/topic-5_9")) == 3


def test_search_by_phrase(vk):
    assert [p.text for p in vk.crawl.run("search:нет работы")] == ["про нет работы"] * 2


def test_what_is_older_is_left_out(site):
    FakeVk(site)
    assert VkCrawl(site, Vk, since="2030-01-01").run("club5") == []


@pytest.mark.parametrize("number", [6, 9, 10])
def test_errors_that_pass(vk, number):
    """Too many per second, flood control, an internal error: wait and ask again."""
    vk.errors = [number, number]
    assert len(vk.crawl.run("club5")) > 3


def test_flood_control_that_does_not_pass(vk):
    vk.errors = [9] * 5
    assert vk.crawl.run("club5") == []
    assert any("Run again in an hour" in said for said in vk.crawl.heard)


def test_an_internal_error_that_does_not_pass(vk):
    vk.errors = [10] * 5
    with pytest.raises(Unreachable, match="after 5 tries"):
        vk.crawl.run("club5")


@pytest.mark.parametrize(("number", "said"), [(14, "captcha"), (29, "quota")])
def test_errors_that_end_the_run(vk, number, said):
    """Captcha and spent quota: stop, say what to do, keep what was read."""
    vk.errors = [number]
    assert vk.crawl.run("club5") == []
    assert any(said in heard and "run again" in heard for heard in vk.crawl.heard)
    assert len(vk.crawl.run("club5")) > 3


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (15, "Closed to us"),
        (18, "deleted or blocked"),
        (30, "Closed to us"),
        (100, "check the target"),
        (200, "Closed to us"),
    ],
)
def test_errors_that_skip_one_target(vk, number, error):
    """What is closed or gone leaves a line in the ledger, and the next target is read."""
    vk.errors = [number]
    posts = vk.crawl.run("club4", "club5")
    assert len([p for p in posts if p.text.startswith("Запись")]) == 3
    assert any(error in heard for heard in vk.crawl.heard)
    assert any(error in entry.note for entry in vk.crawl.ledger)


def test_a_token_that_is_not_taken(vk):
    vk.errors = [5]
    with pytest.raises(LoginNeeded, match="MINER_VK_TOKEN"):
        vk.crawl.run("club5")


def test_names_that_are_none(vk):
    with pytest.raises(Gone, match="no such name"):
        vk.crawl.run("nobody")
    with pytest.raises(BadInput, match="no page of VK"):
        vk.crawl.run("https://vk.com/что то")


def test_no_token(site, monkeypatch):
    monkeypatch.delenv("MINER_VK_TOKEN")
    with pytest.raises(BadInput, match=r"MINER_VK_TOKEN isn't set.*dev\.vk\.com"):
        Crawl(site, Vk).run("club5")


# YouTube -------------------------------------------------------------------------------------------------------------


VIDEO = "abcdefghijk"


def comment(number, text, parent=None):
    return {
        "id": number,
        "snippet": {
            "textOriginal": text,
            "authorDisplayName": "@x",
            "authorChannelId": {"value": f"UC{number}"},
            "publishedAt": "2025-02-01T10:00:00Z",
            **({"parentId": parent} if parent else {}),
        },
    }


@pytest.fixture
def youtube(site):
    def threads(request):
        assert request.headers["X-Goog-Api-Key"] == "secret-MINER_YOUTUBE_KEY"
        second = "pageToken=2" in request.path
        few = {
            "id": "a",
            "snippet": {"videoId": VIDEO, "topLevelComment": comment("a", "Надоело ждать"), "totalReplyCount": 1},
            "replies": {"comments": [comment("a.1", "и мне", "a")]},
        }
        many = {
            "id": "b",
            "snippet": {"videoId": VIDEO, "topLevelComment": comment("b", "Хочу курсы"), "totalReplyCount": 9},
            "replies": {"comments": []},
        }
        return (
            200,
            JSON,
            json.dumps({"items": [many if second else few], **({} if second else {"nextPageToken": "2"})}),
        )

    site.pages |= {
        "/commentThreads": threads,
        "/comments": (200, JSON, json.dumps({"items": [comment(f"b.{n}", f"ответ {n}", "b") for n in range(9)]})),
        "/channels": (200, JSON, json.dumps({"items": [{"contentDetails": {"relatedPlaylists": {"uploads": "UU1"}}}]})),
        "/playlistItems": (200, JSON, json.dumps({"items": [{"contentDetails": {"videoId": VIDEO}}]})),
    }
    site.crawl = VkCrawl(site, Youtube)
    return site


def run_youtube(site, target):
    url, site.url = site.url, ""
    try:
        site.crawl.options["api"] = url
        return Crawl.run(site.crawl, target)
    finally:
        site.url = url


@pytest.mark.parametrize(
    "target",
    [f"https://www.youtube.com/watch?v={VIDEO}", f"https://youtu.be/{VIDEO}", "https://www.youtube.com/@rabota"],
)
def test_youtube_comments_with_all_replies(youtube, target):
    posts = run_youtube(youtube, target)
    assert sorted(p.text for p in posts) == sorted(
        ["Надоело ждать", "и мне", "Хочу курсы", *(f"ответ {n}" for n in range(9))]
    )
    assert next(p for p in posts if p.text == "и мне").parent == "youtube:a"
    assert next(p for p in posts if p.text == "ответ 3").thread == f"youtube:{VIDEO}"
    assert "secret" not in str(youtube.crawl.ledger)


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (403, "commentsDisabled", LoginNeeded),
        (404, "videoNotFound", Gone),
        (400, "keyInvalid", LoginNeeded),
        (403, "quotaExceeded", None),
    ],
)
def test_youtube_errors(youtube, status, reason, error):
    youtube.pages["/commentThreads"] = (
        status,
        JSON,
        json.dumps({"error": {"code": status, "message": "m", "errors": [{"reason": reason}]}}),
    )
    if error:
        with pytest.raises(error, match=reason):
            run_youtube(youtube, f"https://youtu.be/{VIDEO}")
    else:
        assert run_youtube(youtube, f"https://youtu.be/{VIDEO}") == []
        assert any("run again tomorrow" in said for said in youtube.crawl.heard)


def test_youtube_targets_that_are_none(youtube):
    with pytest.raises(BadInput, match="no video and no channel"):
        run_youtube(youtube, "https://www.youtube.com/feed/trending")


# OK ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ok(site):
    def answer(request):
        given = fields(request)
        signed = {name: value for name, value in given.items() if name not in ("sig", "access_token")}
        if given["sig"] != signature(signed, "secret-MINER_OK_SESSION_SECRET"):
            return (200, JSON, json.dumps({"error_code": 104, "error_msg": "PARAM_SIGNATURE"}))
        if site.errors:
            return (200, JSON, json.dumps({"error_code": site.errors.pop(0), "error_msg": "said"}))
        if given["method"] == "mediatopic.getTopics":
            topic = {
                "id": "70",
                "media": [{"type": "text", "text": "Новый зал"}],
                "created_ms": 1738400000000,
                "discussion_summary": {"comments_count": 3},
            }
            return (200, JSON, json.dumps({"media_topics": [topic], "has_more": False}))
        second = given.get("anchor") == "next"
        shown = (
            [{"id": "3", "text": "Хочу курсы", "author_id": "9", "date": "2025-02-01 10:02:00"}]
            if second
            else [
                {"id": "1", "text": "Надоело ждать", "author_id": "8", "date": "2025-02-01 10:00:00"},
                {
                    "id": "2",
                    "text": "И мне",
                    "author_id": "9",
                    "date": "2025-02-01 10:01:00",
                    "reply_to_comment_id": "1",
                },
            ]
        )
        return (200, JSON, json.dumps({"comments": shown, "has_more": not second, "anchor": "next"}))

    site.errors = []
    site.pages["/fb.do"] = answer
    site.crawl = Crawl(site, Ok, api=f"{site.url}/fb.do")
    return site


def run_ok(site, target):
    url, site.url = site.url, ""
    try:
        return site.crawl.run(target)
    finally:
        site.url = url


def test_ok_discussions(ok):
    """Every call is signed as documented; topics are the group's word, comments people's."""
    posts = run_ok(ok, "https://ok.ru/group/55")
    assert [(p.text, p.role, p.parent) for p in posts] == [
        ("Новый зал", "staff", None),
        ("Надоело ждать", "client", "ok:70:70"),
        ("И мне", "client", "ok:70:1"),
        ("Хочу курсы", "client", "ok:70:70"),
    ]
    assert posts[1].date == "2025-02-01T10:00:00"
    assert "secret" not in str(ok.crawl.ledger)
    assert [p.text for p in run_ok(ok, "https://ok.ru/group/55")] == ["Новый зал"]


@pytest.mark.parametrize(("number", "error"), [(102, LoginNeeded), (455, Gone)])
def test_ok_errors(ok, number, error):
    ok.errors = [number]
    with pytest.raises(error):
        run_ok(ok, "https://ok.ru/group/55")


def test_ok_that_is_busy_for_a_while(ok):
    ok.errors = [2, 9]
    assert len(run_ok(ok, "https://ok.ru/group/55/topic/70")) == 3


def test_ok_targets_that_are_none(ok):
    with pytest.raises(BadInput, match=r"no group of ok\.ru"):
        run_ok(ok, "https://ok.ru/profile/1")
