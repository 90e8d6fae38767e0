"""Темы as a researcher meets them: on the map with a lasso, in the list with the keyboard."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.test_topics import SAID


def shown(page):
    page.wait_for_selector("[data-map][data-ready]")
    return page.locator("[data-map]").bounding_box()


def test_a_lasso_makes_a_topic_of_statements(enter, store):
    """What is encircled is told by number and words, and may be put into a topic."""
    page = enter("researcher", "/topics")
    box = shown(page)
    page.locator("[data-kind]").select_option("боли")
    page.get_by_role("button", name="Лассо").click()
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    for x, y in ((0.99, 0.01), (0.99, 0.99), (0.01, 0.99)):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)
    page.mouse.up()
    picked = page.locator("[data-picked]")
    expect(picked).to_contain_text("Выбрано высказываний: 16")
    picked.get_by_label("В какую тему перенести").fill("зарплата (t2)")
    picked.get_by_role("button", name="Перенести").click()
    expect(page.locator(".topics li")).to_have_count(1)
    assert set(store.topics.members().values()) == {"t2"}
    assert page.complaints == []


def test_a_topic_by_keyboard(enter, store):
    """From the list to its page, a new name, marks on statements, a new topic of them, and back again."""
    page = enter("researcher", "/topics")
    shown(page)
    page.keyboard.press("j")
    expect(page.locator(".topics li.is-current")).to_contain_text("автобус")
    page.keyboard.press("Enter")
    page.wait_for_url("**/topics/t1")
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type("Плохо с автобусами")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Плохо с автобусами")
    page.wait_for_load_state("networkidle")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("[data-picking]")).to_contain_text("Отмечено: 2")
    page.get_by_role("button", name="В новую тему").press("Enter")
    page.keyboard.type("Ждать")
    page.keyboard.press("Enter")
    expect(page.locator(".figures")).to_contain_text(f"Высказываний{len(SAID['t1']) - 2}")
    page.goto(page.url.replace("/topics/t1", "/topics/decisions"))
    page.get_by_role("row").filter(has_text="разделить").get_by_role("button", name="Отменить").press("Enter")
    expect(page.get_by_role("row").filter(has_text="разделить")).to_contain_text("отменено")
    assert len([t for t in store.topics.members().values() if t == "t1"]) == len(SAID["t1"])
    assert page.complaints == []


def test_two_reviewers_answer_by_keyboard(enter, store):
    page = enter("researcher", "/topics/agreement")
    page.keyboard.press("j")
    for answers, key in enumerate(("a", "r", "a"), 1):
        page.keyboard.press(key)
        expect(page.locator("#said")).to_contain_text("одходит")
        # What was said of the last answer still stands there: the next key waits for this one to be kept.
        for _ in range(100):
            if len(list(store.decisions.all())) == answers:
                break
            page.wait_for_timeout(100)
        page.wait_for_load_state("networkidle")
    assert [d.data["fits"] for d in store.decisions.all()] == [True, False, True]


def test_topics_in_branches(enter):
    """The list as a tree: topics that belong together below the names of the largest of them; a search narrows it."""
    page = enter("researcher", "/topics")
    shown(page)
    page.get_by_label("Порядок").select_option("ветвями родственных")
    heads = page.locator(".topics .branch")
    expect(heads).not_to_have_count(0)
    topics = page.locator(".topics [data-topic]").count()
    page.get_by_label("Найти тему").fill("автобус")
    expect(page.locator(".topics [data-topic]:visible")).to_have_count(1)
    expect(page.locator(".topics .branch:visible")).to_have_count(1)
    page.get_by_label("Найти тему").fill("")
    page.get_by_label("Порядок").select_option("по алфавиту")
    expect(heads).to_have_count(0)
    expect(page.locator(".topics [data-topic]")).to_have_count(topics)
    assert page.complaints == []
