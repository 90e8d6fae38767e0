"""Профиль as an author meets it: with the keyboard, with a colleague on the same portrait, with Word."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.test_sources import come_back, forget_sessions


def line(page, words):
    return page.locator(".card.line").filter(has_text=words)


def lines(page, kind="value"):
    return page.locator(f".kind-{kind} .wording").all_inner_texts()


def test_a_portrait_by_keyboard_alone(enter, store):
    """Accept, reword, move, remove, take back; then a version is made and endorsed."""
    page = enter("author", "/profiles/rural")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(line(page, "Ценит стабильность").first).to_contain_text("принята")
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type("Ценит покой")
    page.keyboard.press("Control+Enter")
    expect(line(page, "Ценит покой").first).to_contain_text("было предложено: Ценит стабильность")
    page.keyboard.press("Shift+KeyJ")
    expect(page.locator("#said")).to_contain_text("Порядок сохранён")
    expect(page.locator(".kind-value .card").nth(1)).to_contain_text("Ценит покой")
    expect(page.locator(".is-saving")).to_have_count(0)
    page.keyboard.press("r")
    expect(line(page, "Ценит покой")).to_have_count(0)
    page.keyboard.press("u")
    expect(line(page, "Ценит покой").first).to_be_visible()
    page.get_by_role("button", name="Собрать версию 1").press("Enter")
    page.wait_for_url("**version=1")
    page.get_by_role("button", name="Утвердить версию 1").press("Enter")
    expect(page.locator(".status")).to_contain_text("утвердил")
    [version] = store.profiles.list("rural")
    assert version.status == "current"
    assert "Ценит покой" in [row.text for row in store.profiles.version("rural", 1).lines]
    assert page.complaints == []


def test_two_people_on_one_line(enter, store):
    """The second is shown both wordings and chooses; the order of a column is never overwritten unseen."""
    anna, boris = enter("author", "/profiles/rural"), enter("admin", "/profiles/rural")
    for page, words in ((anna, "Ценит покой"), (boris, "Дорожит местом")):
        line(page, "Ценит стабильность").first.click()
        page.keyboard.press("e")
        page.get_by_label("Как сказать").fill(words)
    anna.keyboard.press("Control+Enter")
    expect(line(anna, "Ценит покой").first).to_contain_text("author")
    boris.keyboard.press("Control+Enter")
    quarrel = boris.get_by_role("alert").filter(has_text="Пока вы работали")
    for said in ("author", "Ценит покой", "Дорожит местом"):
        expect(quarrel).to_contain_text(said)
    boris.get_by_role("button", name="Оставить как есть").click()
    expect(line(boris, "Ценит покой").first).to_be_visible()
    expect(line(boris, "Дорожит местом")).to_have_count(0)
    before = lines(boris)
    line(anna, "Ценит покой").first.click()
    anna.keyboard.press("Shift+KeyJ")
    expect(anna.locator("#said")).to_contain_text("Порядок сохранён")
    line(boris, before[2]).first.click()
    boris.keyboard.press("Shift+KeyK")
    expect(boris.locator("#said")).to_contain_text("порядок изменили")
    expect(boris.locator(".kind-value .card").nth(1)).to_contain_text("Ценит покой")
    assert lines(boris) == lines(anna)


def test_two_people_on_one_remark(enter, store):
    """What the staff know of the group is guarded like a line."""
    anna = enter("author", "/profiles/rural")
    facts(anna)
    anna.get_by_label("Что вы знаете о группе").fill("Живут далеко от центра")
    anna.get_by_role("button", name="Дополнить").click()
    expect(anna.locator(".remark")).to_contain_text("Живут далеко от центра")
    boris = enter("admin", "/profiles/rural")
    facts(boris)
    for page, words in ((anna, "Живут в сорока километрах"), (boris, "Живут вдали от дорог")):
        page.locator(".remark").get_by_role("button", name="Править").click()
        page.get_by_label("Как сказать").fill(words)
    anna.keyboard.press("Control+Enter")
    expect(anna.locator(".remark")).to_contain_text("Живут в сорока километрах")
    boris.keyboard.press("Control+Enter")
    quarrel = boris.get_by_role("alert").filter(has_text="Пока вы работали")
    expect(quarrel).to_contain_text("Живут в сорока километрах")
    expect(quarrel).to_contain_text("Живут вдали от дорог")
    boris.get_by_role("button", name="Сохранить моё").click()
    expect(boris.locator(".remark")).to_contain_text("Живут вдали от дорог")


def test_a_session_that_ends_while_somebody_writes(enter, store):
    """A line of one's own is kept, the password asked for, the line added."""
    page = enter("author", "/profiles/rural")
    own = page.locator(".kind-pain [data-own]")
    own.get_by_label("Своя строка").fill("Автобус ходит раз в день")
    forget_sessions(store)
    own.get_by_role("button", name="Добавить").click()
    come_back(page)
    expect(line(page, "Автобус ходит раз в день").first).to_contain_text("из опыта")
    assert page.locator(".kind-pain [data-own] textarea").input_value() == ""


def test_a_portrait_comes_back_from_word(enter, store, tmp_path):
    """Downloaded, edited, uploaded: the next draft has the words of the file; another file is refused with a reason."""
    import docx

    page = enter("author", "/profiles/rural")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_role("button", name="Собрать версию 1").click()
    page.wait_for_url("**version=1")
    page.get_by_text("Скачать", exact=True).click()
    page.get_by_label("Вид").select_option("word")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Скачать файл").click()
    file = tmp_path / "портрет.docx"
    downloaded.value.save_as(file)
    document = docx.Document(str(file))
    changed = 0
    for table in document.tables:
        for cell in (cell for row in table.rows for cell in row.cells):
            for paragraph in cell.paragraphs:
                if re.match("Ценит стабильность(?! *, )", paragraph.text) and not changed:
                    paragraph.runs[0].text = paragraph.runs[0].text.replace("стабильность", "уверенность")
                    changed += 1
    assert changed == 1
    document.save(str(file))
    page.get_by_text("Вернуть из Word").click()
    bring = page.locator("[data-bring]")
    bring.get_by_label("Файл портрета").set_input_files(
        {"name": "чужой.docx", "mimeType": "application/octet-stream", "buffer": b"PK"}
    )
    bring.get_by_role("button", name="Загрузить").click()
    expect(bring.get_by_role("alert")).to_contain_text("Это не портрет, выгруженный из miner")
    bring.get_by_label("Файл портрета").set_input_files(file)
    bring.get_by_role("button", name="Загрузить").click()
    page.wait_for_url("**version=2")
    expect(line(page, "Ценит уверенность").first).to_be_visible()


def facts(page):
    page.get_by_text("Кто это: сведения о группе").click()
    expect(page.get_by_label("Что вы знаете о группе")).to_be_visible()
