"""A profile with everything an exporter may meet."""

from __future__ import annotations

import pytest

from miner.records import Fact, FactValue, Line, Profile, Quote, Support


def quote(said, speaker, **more):
    given = {"date": "2024-05-02", "url": "https://forum.example.ru/t/5", "source": "forum"} | more
    return Quote(f"post-{len(said)}", 0, len(said), said, speaker, **given)


def line(name, kind, text, authors=0, quotes=(), **more):
    support = (
        Support(authors, authors + 2, authors, 1, 2, authors / 40, (authors / 80, authors / 20)) if authors else None
    )
    return Line(name, kind, text, more.pop("origin", "mined"), support, tuple(quotes), **more)


@pytest.fixture
def profile():
    return Profile(
        group="rural",
        title="Жители сёл «и» малых <городов>",
        audience="citizen",
        region="Костромская область",
        made="2025-03-14",
        posts=61,
        authors=40,
        period=("2024-01-11", "2025-02-01"),
        facts=(
            Fact(
                "age",
                8,
                (
                    FactValue("18–24 лет", 3, 0.375, (0.1, 0.7), "18–24 лет"),
                    FactValue("45–54 лет", 5, 0.625, (0.3, 0.86), "45–54 лет"),
                ),
                "Возраст",
                "head",
            ),
            Fact(
                "gender",
                24,
                (
                    FactValue("женщины", 14, 0.583, (0.39, 0.76), "женщины"),
                    FactValue("мужчины", 10, 0.417, (0.24, 0.61), "мужчины"),
                ),
                "Пол",
                "head",
            ),
            Fact("children", 2, (FactValue("трое", 2, 1.0, (0.34, 1.0), "трое"),), "Дети", "head", enough=False),
            Fact("education", 0, (), "Образование", "head", enough=False),
            Fact(
                "goal",
                11,
                (
                    FactValue("найти работу", 6, 0.545, (0.28, 0.79), "найти работу"),
                    FactValue("своё дело", 5, 0.455, (0.21, 0.72), "своё дело"),
                ),
                "Цель",
                "head",
                divided=True,
            ),
            Fact(
                "income",
                9,
                (FactValue("не хватает на питание", 9, 1.0, (0.7, 1.0), "не хватает на питание"),),
                "Достаток семьи",
                "Достаток и жильё",
            ),
        ),
        lines=(
            line(
                "p1",
                "pain",
                "Плохое транспортное сообщение",
                12,
                [
                    quote("автобус два раза в неделю, и тот ломается по дороге", "speaker-one"),
                    quote("звоните +7 900 000-12-34, Мария Петровна", "speaker-two", url="javascript:alert(1)"),
                ],
            ),
            line("p2", "pain", "Текст <b>с разметкой</b> & знаками", 1, warnings=("мало людей",)),
            line(
                "d1", "desire", "Найти работу рядом с домом", 21, [quote("хоть бы в школу истопником", "speaker-three")]
            ),
            line(
                "v1", "value", "Дорожит родными местами", origin="manual", who="Отдел профориентации", at="2025-03-01"
            ),
        ),
        notes=("Две записи на другом языке не разбирались.",),
    )
