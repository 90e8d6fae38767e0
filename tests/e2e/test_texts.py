"""Тексты, Сегодня and Люди without a mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.conftest import PASSWORD


def tab_to(page, place, most=60):
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(most):
        if place.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab doesn't lead to {place}")


def test_texts_by_keyboard_alone(enter):
    """`/` to the search, any form of a word, through the posts, why a statement was found, back to the search."""
    page = enter("researcher", "/texts")
    page.keyboard.press("Slash")
    expect(page.get_by_label("Слова в любой форме")).to_be_focused()
    page.keyboard.type("стабильностью")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".posts .hit").first).to_have_text("стабильность")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".post").nth(1)).to_be_focused()
    page.keyboard.press("w")
    expect(page.locator(".post").nth(1).locator(".reasons")).to_contain_text("Почему:")
    page.keyboard.press("k")
    expect(page.locator(".post").first).to_be_focused()
    page.keyboard.press("Slash")
    expect(page.get_by_label("Слова в любой форме")).to_be_focused()
    assert page.complaints == []


def test_today_by_keyboard_alone(enter):
    """What waits is reached by Tab and opened by Enter."""
    page = enter("author", "/")
    waiting = page.locator(".todo a").first
    tab_to(page, waiting)
    page.keyboard.press("Enter")
    page.wait_for_url("**/proposals?group=**")
    expect(page.locator(".card").first).to_be_visible()


def test_people_by_keyboard_alone(enter, store):
    """An administrator adds somebody, gives another role, closes the account; the log has all three."""
    page = enter("admin", "/people")
    page.locator("[data-add]").get_by_label("Имя").focus()
    page.keyboard.type("вера")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text="вера")
    expect(row).to_be_visible()
    assert store.accounts.get("вера").role == "researcher"
    role = row.get_by_role("combobox")
    tab_to(page, role)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#said")).to_contain_text("Роль изменена")
    assert store.accounts.get("вера").role == "author"
    tab_to(page, row.get_by_role("button", name="Закрыть"))
    page.keyboard.press("Enter")
    expect(row).to_contain_text("закрыта")
    assert len(store.audit.page(subject="user:вера")) == 3
    assert page.complaints == []
