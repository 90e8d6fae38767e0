"""The HTML page."""

from __future__ import annotations

import re

import pytest

from miner.errors import NotWritable
from miner.exporters.html import Html, page


def test_head_and_columns_stand_in_the_order_of_the_template(profile):
    """Age, sex, goal; then values, desires, pains; then further sections."""
    text = page(profile)
    marks = [
        "Возраст",
        "Пол",
        "Цель",
        "Ценности, личные качества, интересы",
        "Желания",
        "Боли и сложности",
        "Достаток и жильё",
    ]
    places = [
        text.index(f"<span>{mark}</span>") if f"<span>{mark}</span>" in text else text.index(mark) for mark in marks
    ]
    assert places == sorted(places)


def test_lines_tell_how_many_people_stand_behind_them(profile):
    text = page(profile).replace("\N{NO-BREAK SPACE}", " ")
    assert "голос 12 человек" in text
    assert "голос 21 человека" in text
    assert "30 % группы <small>(15–60 %)</small>" in text


def test_the_page_needs_no_network(profile):
    """No picture, style, font or script comes from elsewhere; the only addresses are links to quotes."""
    text = page(profile)
    assert not re.search(r"""(?:src|url)\s*[=(]\s*["']?(?:https?:)?//""", text)
    assert set(re.findall(r'href="([^"]+)"', text)) == {"https://forum.example.ru/t/5"}


def test_text_is_never_markup(profile):
    text = page(profile)
    assert "<b>с разметкой</b>" not in text
    assert "&lt;b&gt;с разметкой&lt;/b&gt; &amp; знаками" in text
    assert "малых &lt;городов&gt;" in text


def test_nobody_is_named(profile):
    """Speakers are not written, personal data that slipped through is hidden, a script is no link."""
    text = page(profile)
    for secret in ("speaker-one", "900 000", "Петровна", "javascript:"):
        assert secret not in text
    assert "[скрыто]" in text


def test_gaps_and_small_numbers_are_said(profile):
    text = page(profile).replace("\N{NO-BREAK SPACE}", " ")
    assert "Образование: <em>нет данных</em>" in text
    assert "Дети: <em>данных мало, n = 2</em>" in text
    assert ">трое<" not in text


def test_two_camps_are_told(profile):
    text = page(profile).replace("\N{NO-BREAK SPACE}", " ")
    assert "Группа разделилась: половина – найти работу (55 %), другая половина – своё дело (46 %)" in text


def test_the_experience_of_the_staff_is_marked(profile):
    assert "опыт сотрудников: Отдел профориентации, 1\N{NO-BREAK SPACE}марта 2025" in page(profile)


@pytest.mark.parametrize(
    ("quotes", "there"), [("whole", "и тот ломается по дороге"), ("short", "автобус два раза … ломается по дороге")]
)
def test_quotes_may_be_shortened(profile, quotes, there):
    assert there in page(profile, quotes=quotes)


def test_quotes_may_be_left_out(profile):
    assert "<blockquote>" not in page(profile, quotes="none")


def test_an_unwritable_folder_is_said_and_leaves_nothing(profile, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable, match="can't be written"):
        Html().export(profile, tmp_path / "file" / "page.html")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
