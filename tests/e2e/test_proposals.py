"""Предложения as a profile author meets it: with the keyboard, with a colleague, with a bad line, after a long lunch."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from miner.review import verdicts
from tests.e2e.conftest import log_in
from tests.web.conftest import PASSWORD

FIRST = "Ценит стабильность"


def standing(store):
    return {target: (v.action, v.text, v.reason) for target, v in verdicts(store.decisions.all()).items()}


def card(page, name):
    return page.locator(f"#c-{name}")


def test_the_queue_by_keyboard_alone(enter, store):
    """From the door to decisions without a mouse: j, a, e, r, l, u and the arrows."""
    page = enter("author", "/")
    page.keyboard.press("g")
    page.keyboard.press(
        str(1 + [link.inner_text() for link in page.locator("nav[aria-label=Комнаты] a").all()].index("Предложения"))
    )
    page.wait_for_url("**/proposals")
    page.get_by_label("Группа").select_option("rural")
    page.wait_for_url("**group=rural**")
    expect(card(page, "rural-value-0")).to_have_class(re.compile("is-current"))
    page.keyboard.press("a")
    expect(card(page, "rural-value-0")).to_contain_text("Принято: author")
    expect(card(page, "rural-value-1")).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type("Ценит покой")
    page.keyboard.press("Control+Enter")
    expect(card(page, "rural-value-1")).to_contain_text("Ценит покой")
    page.keyboard.press("r")
    page.keyboard.type("слишком общо")
    page.keyboard.press("Enter")
    expect(card(page, "rural-value-2")).to_contain_text("Почему: слишком общо")
    page.keyboard.press("u")
    expect(card(page, "rural-value-2")).to_have_attribute("data-state", "new")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    page.keyboard.press("l")
    expect(page.locator("#said")).to_contain_text("Отложено")
    decided = standing(store)
    [later] = [target for target, (action, *_) in decided.items() if action == "later"]
    assert later.startswith("rural-desire")
    assert {target: decided[target] for target in decided if target != later} == {
        "rural-value-0": ("accept", None, None),
        "rural-value-1": ("edit", "Ценит покой", None),
    }
    assert page.complaints == []


def test_keys_work_in_the_russian_layout(enter, store):
    """«ф» is on the key of «a»."""
    page = enter("author", "/proposals?group=rural")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ф', code: 'KeyA', bubbles: true}))")
    expect(card(page, "rural-value-0")).to_contain_text("Принято")
    assert standing(store) == {"rural-value-0": ("accept", None, None)}


def test_quotes_unfold_with_their_context(enter):
    """Enter opens what people said; the post around it is a click away, its markup is text."""
    page = enter("author", "/proposals?group=rural")
    card(page, "rural-value-0").focus()
    page.keyboard.press("Enter")
    quotes = card(page, "rural-value-0").locator(".unfolded li")
    expect(quotes).to_have_count(3)
    quotes.first.get_by_role("button", name="контекст").click()
    expect(quotes.first.locator(".context")).to_contain_text("<b>это</b> всё")
    expect(quotes.first.locator(".context mark")).to_have_text("главное стабильность")
    assert quotes.first.get_by_role("link", name="источник").get_attribute("href") == "https://forum.example.ru/1"
    assert page.complaints == []


def test_lines_are_merged_and_added(enter, store):
    """Two lines that say the same become one; the staff's own line is remembered."""
    page = enter("author", "/proposals?group=rural")
    card(page, "rural-pain-1").click()
    page.keyboard.press("m")
    page.keyboard.press("k")
    page.keyboard.press("m")
    expect(card(page, "rural-pain-1")).to_contain_text("Объединено")
    assert verdicts(store.decisions.all())["rural-pain-1"].into == "rural-pain-0"
    column = page.locator(".kind-pain")
    column.get_by_label("Своя строка").fill("Автобус ходит раз в день")
    column.get_by_role("button", name="Добавить").click()
    expect(page.locator("#said")).to_contain_text("Автобус ходит раз в день")


def test_two_browsers_edit_one_candidate(enter, store):
    """The second one is shown both wordings and chooses; nobody overwrites anybody unseen."""
    anna, boris = enter("author", "/proposals?group=rural"), enter("admin", "/proposals?group=rural")
    for page, words in ((anna, "Ценит покой"), (boris, "Дорожит местом")):
        card(page, "rural-value-0").click()
        page.keyboard.press("e")
        page.get_by_label("Как сказать").fill(words)
    anna.keyboard.press("Control+Enter")
    expect(card(anna, "rural-value-0")).to_contain_text("Принято в других словах: author")
    boris.keyboard.press("Control+Enter")
    quarrel = boris.get_by_role("alert").filter(has_text="Пока вы работали")
    expect(quarrel).to_contain_text("author")
    expect(quarrel).to_contain_text("Ценит покой")
    expect(quarrel).to_contain_text("Дорожит местом")
    assert standing(store)["rural-value-0"] == ("edit", "Ценит покой", None)
    boris.get_by_role("button", name="Сохранить моё").click()
    expect(card(boris, "rural-value-0")).to_contain_text("Дорожит местом")
    assert standing(store)["rural-value-0"] == ("edit", "Дорожит местом", None)


def test_a_session_that_ends_while_somebody_types(enter, store):
    """The words stay, the password is asked for, and then they are saved."""
    page = enter("author", "/proposals?group=rural")
    card(page, "rural-value-0").click()
    page.keyboard.press("e")
    page.get_by_label("Как сказать").fill("Ценит покой")
    with store.database.writing() as connection:
        connection.execute(text("DELETE FROM sessions"))
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Сеанс закончился")
    dialog.get_by_label("Пароль").fill("не тот пароль")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("не подходят")
    dialog.get_by_label("Пароль").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(card(page, "rural-value-0")).to_contain_text("Ценит покой")
    assert standing(store)["rural-value-0"] == ("edit", "Ценит покой", None)


def test_words_survive_a_reload(enter):
    """Whoever was writing when the page went away finds the words again."""
    page = enter("author", "/proposals?group=rural")
    card(page, "rural-value-0").click()
    page.keyboard.press("e")
    page.get_by_label("Как сказать").fill("Ценит пок")
    page.reload()
    expect(page.get_by_label("Как сказать")).to_have_value("Ценит пок")


def test_an_answer_that_is_lost(enter, store):
    """The decision reached the server, its answer didn't come back: it is sent again and counts once."""
    page = enter("author", "/proposals?group=rural")
    answered = []

    def lose_the_first(route):
        answer = route.fetch()
        answered.append((route.request.headers["idempotency-key"], answer.status))
        if len(answered) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/decisions", lose_the_first)
    page.keyboard.press("a")
    expect(card(page, "rural-value-0")).to_contain_text("Принято")
    # The page shows what it hopes for before the server has said yes.
    for _ in range(200):
        if len(answered) == 2:
            break
        page.wait_for_timeout(100)
    assert len(answered) == 2
    assert len(set(answered)) == 1
    assert [d.action for d in store.decisions.all()] == ["accept"]


# Where the process that serves ends itself, as `kill -9` would.
DYING = """
import os, signal
from miner.store.decisions import Decisions
was = Decisions.{method}
def die(self, *given):
    {first}
    os.kill(os.getpid(), signal.SIGKILL)
Decisions.{method} = die
"""
MOMENTS = {
    "while it is written": DYING.format(method="_last", first="pass"),
    "before it is answered": DYING.format(method="append", first="was(self, *given)"),
}


@pytest.fixture
def serve(workspace):
    """`miner serve` as a process of its own, at the same address each time: ``serve(code)`` runs that code first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = []

    def come(first=""):
        given = ["serve", "--no-worker", "--port", str(port), "--workspace", str(workspace)]
        command = [sys.executable, "-c", f"{first}\nfrom miner.cli import main; main()", *given]
        started.append(subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL))
        for _ in range(1_200):
            assert started[-1].poll() is None, "miner serve ended"
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                return f"http://127.0.0.1:{port}"
            time.sleep(0.1)
        raise AssertionError("miner serve does not answer")

    yield come
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_server_is_killed_in_the_middle_of_a_save(serve, store, new_context, moment):
    """The words stay on the page; when the server is back they are saved, once, whether it had kept them or not."""
    page = new_context().new_page()
    log_in(page, serve(MOMENTS[moment]), "author", "/proposals?group=rural")
    card(page, "rural-value-0").click()
    page.keyboard.press("e")
    page.get_by_label("Как сказать").fill("Ценит покой")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("Сервер не отвечает. Набранное на месте", timeout=60_000)
    expect(page.get_by_label("Как сказать")).to_have_value("Ценит покой")
    serve()
    page.get_by_label("Как сказать").press("Control+Enter")
    expect(card(page, "rural-value-0")).to_contain_text("Принято в других словах: author", timeout=60_000)
    assert [(d.action, d.data["text"]) for d in store.decisions.all()] == [("edit", "Ценит покой")]
