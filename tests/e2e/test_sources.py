"""Источники as an analyst meets them: with the keyboard, with a file of answers, after a long lunch."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import text

from miner.settings import Fetch, Settings
from miner.store import Source
from miner.web.desk import Desk
from tests.serving import Site
from tests.web.conftest import PASSWORD
from tests.web.test_files import ROWS, TALK, table
from tests.web.test_sources import POST, TOPIC


def test_an_address_by_keyboard_alone(enter, house, workspace, store):
    """Paste, see five posts and robots.txt, say when, and the source is in the list, asked to be crawled."""
    with Site(
        {"/viewtopic.php?t=7": TOPIC.replace("{posts}", "".join(POST.replace("{n}", str(n)) for n in range(1, 8)))}
    ) as forum:
        app, _ = house
        app.state.desk.close()
        app.state.desk = Desk(
            workspace, Settings(fetch=Fetch(allow_hosts=[forum.url.removeprefix("http://")], delay=0))
        )
        page = enter("analyst", "/sources")
        page.keyboard.press("n")
        page.wait_for_url("**/sources/new")
        page.get_by_label("Адрес форума").focus()
        page.keyboard.type(f"{forum.url}/viewtopic.php?t=7")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Узнано: форум, движок phpBB")).to_be_focused()
        expect(page.locator("[data-posts] li")).to_have_count(5)
        expect(page.locator("[data-posts]")).to_contain_text("звоните [скрыто]")
        expect(page.locator("[data-robots]")).to_contain_text("robots.txt")
        name = page.get_by_label("Название")
        name.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("Форум села")
        page.get_by_label("Когда обходить").fill("по понедельникам в 9 утра")
        name.press("Enter")
        page.wait_for_url("**/sources")
        row = page.get_by_role("row").filter(has_text="Форум села").first
        expect(row).to_contain_text("по понедельникам в 09:00")
        expect(row).to_contain_text("ждёт очереди")
    assert store.sources.get("Форум села").collector == "forum"
    assert page.complaints == []


def test_a_file_by_keyboard_alone(enter, store):
    """From the room to a look at the file, to its posts in the list, without a mouse."""
    page = enter("analyst", "/sources")
    page.keyboard.press("f")
    page.wait_for_url("**/sources/file")
    page.get_by_label("Файл", exact=True).set_input_files(
        {"name": "Опрос (весна), 2026.xlsx", "mimeType": "application/octet-stream", "buffer": table()}
    )
    expect(page.get_by_label("Название")).to_have_value("Опрос весна 2026")
    page.get_by_label("Название").press("Enter")
    expect(page.get_by_role("heading", name="Узнано: опрос, 10 сообщений, 5 человек")).to_be_focused()
    expect(page.locator("[data-parts]")).to_contain_text(f"{ROWS[0][1]} – 5")
    expect(page.locator("[data-posts] li")).to_have_count(5)
    expect(page.locator("[data-posts]")).to_contain_text("звоните [скрыто]")
    page.get_by_label("Группа клиентов").select_option("rural")
    page.get_by_role("button", name="Взять сообщения").press("Enter")
    page.wait_for_url("**/sources#files")
    row = page.get_by_role("row").filter(has_text="Опрос весна 2026")
    expect(row).to_contain_text("10 новых")
    expect(row).to_contain_text("analyst")
    assert store.posts.known("survey:Опрос весна 2026.xlsx:1:2")
    assert page.complaints == []


def test_a_file_that_is_not_understood(enter):
    """What is wrong and what to do stands beside the file; another name for the same posts is asked for."""
    page = enter("analyst", "/sources/file")
    file = page.get_by_label("Файл", exact=True)
    file.set_input_files({"name": "запись.txt", "mimeType": "text/plain", "buffer": "Просто текст.".encode()})
    page.get_by_role("button", name="Посмотреть").click()
    expect(page.get_by_role("alert").filter(has_text="Не видно, кто говорит")).to_be_visible()
    for again in (False, True):
        file.set_input_files({"name": "запись.txt", "mimeType": "text/plain", "buffer": TALK.encode()})
        page.get_by_label("Название").fill("Беседа")
        page.get_by_role("button", name="Посмотреть").click()
        page.get_by_role("button", name="Взять сообщения").click()
        if not again:
            page.wait_for_url("**/sources#files")
            page.goto(page.url.replace("/sources#files", "/sources/file"))
    page.get_by_label("это тот же файл").check()
    page.get_by_role("button", name="Взять сообщения").click()
    page.wait_for_url("**/sources#files")
    expect(page.get_by_role("row").filter(has_text="Беседа").first).to_contain_text("0 новых")


def test_a_session_that_ends_in_the_form_of_a_file(enter, store):
    """File and words stay, the password is asked for, and the look goes on."""
    page = enter("analyst", "/sources/file")
    page.get_by_label("Файл", exact=True).set_input_files(
        {"name": "запись.txt", "mimeType": "text/plain", "buffer": TALK.encode()}
    )
    page.get_by_label("Название").fill("Беседа в центре")
    forget_sessions(store)
    page.get_by_role("button", name="Посмотреть").click()
    come_back(page)
    expect(page.get_by_role("heading", name="Узнано: интервью")).to_be_visible()
    expect(page.get_by_label("Название")).to_have_value("Беседа в центре")


def test_the_list_by_keyboard_alone(enter, store):
    """Down, pause, up again, open; a schedule is set up while the session ends, and isn't lost."""
    for name in ("альфа", "бета"):
        store.sources.add(Source(name=name, collector="forum", targets=("https://forum.example.ru/",)))
    page = enter("analyst", "/sources")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.get_by_role("row").filter(has_text="бета").first).to_contain_text("на паузе")
    page.keyboard.press("p")
    expect(page.get_by_role("row").filter(has_text="бета").first).to_contain_text("работает")
    page.keyboard.press("k")
    page.keyboard.press("r")
    expect(page.get_by_role("row").filter(has_text="альфа").first).to_contain_text("ждёт очереди")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sources/of/**")
    page.get_by_label("Когда обходить").fill("по будням каждые 4 часа")
    expect(page.locator("[data-when]")).to_contain_text("Ближайшие обходы")
    forget_sessions(store)
    page.get_by_label("Когда обходить").press("Enter")
    come_back(page)
    # The page is drawn anew with what was saved.
    expect(page.locator("main")).to_contain_text("следующий")
    assert store.sources.get("альфа").schedule == "по будням каждые 4 часа"
    assert store.sources.get("бета").paused_at is None


def forget_sessions(store):
    with store.database.writing() as connection:
        connection.execute(text("DELETE FROM sessions"))


def come_back(page):
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Сеанс закончился")
    dialog.get_by_label("Пароль").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
