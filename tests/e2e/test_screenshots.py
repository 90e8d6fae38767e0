"""Pictures of every room for docs/images, of the bundled demo: made anew by ``make test-slow``, so that they never lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from miner import demo, refreshing
from miner.settings import Settings
from miner.store import open_store
from miner.web.desk import Desk
from miner.web.pages import rooms
from tests.web.conftest import PASSWORD

IMAGES = Path(__file__).parents[2] / "docs" / "images"
pytestmark = pytest.mark.slow


def follow(stage, things, total=None):
    yield from things


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The demo's workspace with topics, an author and a few decisions."""
    folder = tmp_path_factory.mktemp("shown")
    list(demo.run(folder, folder / "profiles", Settings(), follow))
    with open_store(folder) as store:
        refreshing.refit(store, Settings(), follow, version=store.documents.versions()[0])
        store.accounts.add("Анна", "admin", PASSWORD)
    return folder


def test_every_room(house, shown, new_context):
    """Each is pictured whole, and none is empty."""
    app, url = house
    app.state.desk = Desk(shown, Settings())
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{url}/login")
    page.get_by_label("Имя").fill("Анна")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")
    wanted = {room.name: room.path for room in rooms()} | {"topic": "/topics/t1"}
    for name, path in wanted.items():
        assert page.goto(url + path).ok, path
        page.wait_for_load_state("networkidle")
        if name == "proposals":
            page.locator(".card").first.focus()
            page.keyboard.press("Enter")
        if name == "topics":
            page.wait_for_selector("[data-map][data-ready] canvas[data-drawn]")
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / f"room-{name}.png")
        assert len(page.locator("main").inner_text()) > 100
    app.state.desk.close()
