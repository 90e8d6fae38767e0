"""Every room, as different people meet it: by screen reader, on a phone, at 200 %, on a closed network."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from miner import pipeline
from miner.settings import Settings
from miner.store import Source
from miner.store.ledger import Entry
from miner.web.pages import rooms

PATHS = [
    *(room.path for room in rooms()),
    *("/topics/t1", "/topics/refit", "/topics/decisions", "/topics/agreement"),
    *("/sources/new", "/sources/file", "/sources/of/selo", "/sources/of/selo/ledger"),
    *("/profiles/rural", "/profiles/rural/history", "/profiles/rural/compare"),
    *(
        "/proposals?group=rural",
        "/texts?q=стабильность",
        "/texts/one?id=value-0-0",
        "/people/audit",
        "/people/webhooks",
        "/me",
        "/login",
    ),
]


@pytest.fixture
def furnished(store):
    """What the rooms need to be more than empty: a source in trouble, two versions of a portrait."""
    store.sources.add(Source(name="selo", collector="forum", targets=("https://forum.example.ru/",)))
    run = store.runs.start("crawl", "selo", "here:1", seconds=60)
    store.runs.fail(run, "https://forum.example.ru/: 404, there is no such page any more.")
    store.sources.failed("selo", "https://forum.example.ru/: 404", pause_after=5)
    store.ledger.write([Entry(source="selo", url="https://forum.example.ru/" + "a" * 300, outcome="gone", status=404)])
    for made in ("2025-01-01", "2026-02-02"):
        profile = pipeline.profile(store, "rural", Settings(), made=made)
        store.profiles.save(profile)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_serious_for_axe(enter, furnished, path):
    """No serious or critical finding; nothing on the page was refused by its own policy or came from elsewhere."""
    page = enter("admin")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.goto(page.url.rstrip("/") + path).ok
    page.wait_for_load_state("networkidle")
    assert page.complaints == []
    here = page.url.split("/")[2]
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {here}
    found = Axe().run(page)["violations"]
    serious = [f"{f['id']}: {f['nodes'][0]['html'][:200]}" for f in found if f["impact"] in {"serious", "critical"}]
    assert serious == []


@pytest.mark.parametrize(("width", "height", "scale"), [(360, 740, 2), (640, 400, 2)], ids=["phone", "zoom 200 %"])
@pytest.mark.parametrize("path", PATHS)
def test_it_fits(enter, furnished, path, width, height, scale):
    """Nobody has to scroll sideways on a phone or at 200 %."""
    page = enter("admin", viewport={"width": width, "height": height}, device_scale_factor=scale)
    page.goto(page.url.rstrip("/") + path)
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


def test_the_way_around(enter):
    """Skip link, rooms by g and a digit, help by ?, all without a mouse."""
    page = enter("author")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_role("dialog")).to_contain_text("Клавиши")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    links = page.locator("nav[aria-label=Комнаты] a")
    for number in range(links.count()):
        page.wait_for_load_state("load")  # a page without its scripts yet hears no key
        page.keyboard.press("g")
        page.keyboard.press(str(number + 1))
        expect(links.nth(number)).to_have_attribute("aria-current", "page")


def test_no_link_leads_nowhere(enter, furnished):
    """Whatever a page of the house offers to follow is there."""
    page = enter("admin")
    site = page.url.rstrip("/")
    asked = set()
    for path in PATHS:
        page.goto(site + path)
        links = page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href.split('#')[0])")
        for link in {link for link in links if link.startswith(site)} - asked:
            assert page.context.request.get(link).ok, f"{path}: {link}"
        asked |= set(links)
    assert len(asked) > 40
