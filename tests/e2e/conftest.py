"""A person at a browser: Debian's Chromium, a real server, a workspace of their own."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from urllib.parse import quote

import pytest
import uvicorn

from miner.settings import Settings
from miner.store import open_store
from miner.web.app import create_app
from miner.web.desk import Desk
from tests.web.conftest import PASSWORD, ROLES, fill
from tests.web.test_topics import lay

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def new_context(browser):
    """A browser's window with cookies of its own: ``new_context(viewport=...)``."""
    opened = []

    def come(**context):
        # What moves on the page would move under the test's hand.
        opened.append(browser.new_context(locale="ru-RU", reduced_motion="reduce", **context))
        opened[-1].set_default_timeout(20_000)
        return opened[-1]

    yield come
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def peopled(tmp_path_factory):
    """A workspace to be copied: people of each role, candidates of two groups, topics."""
    folder = tmp_path_factory.mktemp("peopled")
    with open_store(folder) as store:
        for role in ROLES:
            store.accounts.add(role, role, PASSWORD)
        fill(store, "laid_off", 2)
        fill(store)
        lay(store)
    return folder


@pytest.fixture
def workspace(peopled, tmp_path):
    shutil.copytree(peopled, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def store(workspace):
    with open_store(workspace) as opened:
        yield opened


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """A server that runs while the tests do; each test gives it a workspace."""
    app = create_app(tmp_path_factory.mktemp("nothing"), Settings())
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield app, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def site(house, workspace):
    """The address of the server over this test's workspace."""
    app, url = house
    app.state.desk = Desk(workspace, Settings())
    yield url
    app.state.desk.close()


@pytest.fixture
def enter(site, new_context):
    """A browser of one's own for everybody who comes, logged in: ``enter("author", "/proposals")``."""

    def come(name, path="/", **context):
        page = new_context(**context).new_page()
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        log_in(page, site, name, path)
        return page

    return come


def log_in(page, site, name, path="/"):
    """Through the door to a room, until its scripts hear keys."""
    page.goto(f"{site}/login?next={quote(path, safe='')}")
    page.get_by_label("Имя").fill(name)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.keyboard.press("Enter")
    # The whole address: a pattern would already fit the door's own, which has the room's in it.
    page.wait_for_url(f"{site}{path}")
