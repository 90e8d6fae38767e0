"""Pictures of every room for docs/images, of the bundled demo: made anew by ``make test-slow``, so that they never lie."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from miner import demo, refreshing
from miner.settings import Settings
from miner.store import Source, open_store
from miner.store.tables import RunRow
from miner.web.desk import Desk
from miner.web.pages import rooms
from tests.web.conftest import PASSWORD

DEMO = Path(__file__).parents[2] / "corpora" / "demo"
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
        crawled(store)
    return folder


def crawled(store):
    """Sources with a month of crawls behind them, one in trouble; times are drawn once, so that pictures stay alike."""
    draw, now = random.Random(7), datetime.now(tz=UTC)
    for name, collector, group, schedule, failing in (
        ("форум-села", "forum", "rural", "каждый день в 03:00", False),
        ("работа-в-области", "telegram", None, "по будням каждые 4 часа", False),
        ("форум-уволенных", "discourse", "laid_off", "по понедельникам в 9 утра", True),
    ):
        address = "https://t.me/rabota" if collector == "telegram" else "https://forum.example.ru/rabota"
        store.sources.add(Source(name=name, collector=collector, targets=(address,), group=group, schedule=schedule))
        for day in range(30, 0, -1):
            run = store.runs.start("crawl", name, "here:1", seconds=60)
            if failing and day < 3:
                store.runs.fail(run, "https://forum.example.ru/rabota: 404, there is no such page any more.")
                store.sources.failed(name, "404", pause_after=5)
            else:
                store.runs.finish(run, {"new": draw.randrange(40)})
            with store.database.writing() as connection:
                at = now - timedelta(days=day, minutes=draw.randrange(60))
                connection.execute(update(RunRow).where(RunRow.id == run.id).values(finished_at=at))
        store.sources.plan(name, now + timedelta(hours=draw.randrange(1, 20)))
    told = {"name": "Опрос в селе, весна", "reader": "survey", "group": "rural", "basis": "согласие респондентов"}
    store.audit.write("Анна", "upload", "files", after=told | {"new": 24, "changed": 0, "same": 0})


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
    wanted = {room.name: room.path for room in rooms()} | {"topic": "/topics/t1", "file": "/sources/file"}
    for name, path in wanted.items():
        assert page.goto(url + path).ok, path
        page.wait_for_load_state("networkidle")
        if name == "proposals":
            page.locator(".card").first.focus()
            page.keyboard.press("Enter")
        if name == "file":
            page.get_by_label("Файл", exact=True).set_input_files(DEMO / "rural_survey.xlsx")
            page.get_by_role("button", name="Посмотреть").click()
            page.get_by_role("heading", name="Узнано").wait_for()
        if name == "topics":
            page.wait_for_selector("[data-map][data-ready] canvas[data-drawn]")
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / f"room-{name}.png")
        assert len(page.locator("main").inner_text()) > 100
    app.state.desk.close()
