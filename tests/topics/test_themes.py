"""Themes: statements that mean one thing, however they are worded."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from miner.errors import BadInput
from miner.records import Quote
from miner.topics import themes
from miner.topics._themes_known import read_lexicon
from miner.topics._themes_text import distinct

ROAD = [
    "до работы два часа на автобусе",
    "три пересадки, полдня в дороге",
    "автобус ходит раз в день, не доехать",
    "далеко ездить, проезд дорогой",
]
CHILDREN = [
    "не с кем оставить ребёнка",
    "в садик очередь, сидеть с малышом некому",
    "няня дорогая, бабушки далеко",
    "сад закрыли, ребёнка девать некуда",
]


def quotes(texts: list[str], *, who: str = "author", source: str = "vk") -> list[Quote]:
    return [
        Quote(f"{who}-{i}", 0, len(t), t, f"{who}{i}@{source}", f"2025-0{i % 9 + 1}-03", source=source)
        for i, t in enumerate(texts)
    ]


def found(statements: list[Quote], kind: str = "pain") -> list[themes.Theme]:
    return list(themes.find(statements, group="rural", kind=kind))


def test_paraphrases_meet_in_one_theme() -> None:
    """«три пересадки» and «далеко ездить» are one theme, «не с кем оставить ребёнка» is another."""
    together = [{q.quote for q in t.quotes} for t in found(quotes(ROAD + CHILDREN))]
    best = max(together, key=lambda own: len(own & set(ROAD)))
    assert len(best & set(ROAD)) >= 2
    assert not best & set(CHILDREN)


def test_a_sure_theme_has_its_known_name() -> None:
    """A theme that sounds like a table of the lexicon bears its name."""
    names = {t.known for t in found(quotes(CHILDREN)) if t.sureness >= 0.25}
    assert names == {"childcare"}


def test_one_quote_proves_little() -> None:
    """However clearly one statement sounds like a theme, only several make its name sure."""
    (one,) = found(quotes(CHILDREN[:1]))
    assert one.known == "childcare"
    assert one.sureness < 0.25 <= max(t.sureness for t in found(quotes(CHILDREN)))


def test_goats_bear_no_known_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lexicon knows nothing of sounds like something by chance; without one of its words that is no name."""
    goats = ["козы объели огород", "опять соседские козы огород объели", "чужие козы вытоптали весь огород"]
    monkeypatch.setattr(themes._Desk, "groups", lambda self, seed: [list(range(len(self.found)))])
    (theme,) = found(quotes(goats))
    assert theme.sureness == 0
    monkeypatch.setattr(themes._Desk, "hinted", lambda self, name, ids: True)
    assert found(quotes(goats))[0].sureness > 0.1


def test_who_does_not_sound_like_the_name_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stray statement leaves a theme of three or more, and a theme of fewer keeps it."""
    stray = "третий год не могу дозвониться до архива"
    monkeypatch.setattr(themes._Desk, "groups", lambda self, seed: [list(range(len(self.found)))])
    large, small = found(quotes([*CHILDREN, stray])), found(quotes([*CHILDREN[:1], stray]))
    assert [len(t.quotes) for t in large] == [4, 1]
    assert large[1].quotes[0].quote == stray
    assert [len(t.quotes) for t in small] == [2]


def test_order_of_statements_does_not_matter() -> None:
    """The same statements in another order give the same themes under the same ids."""
    given = quotes(ROAD + CHILDREN)
    mixed = given[:]
    random.Random(3).shuffle(mixed)
    assert found(given) == found(mixed)


def test_no_quote_is_lost_or_doubled() -> None:
    given = quotes(ROAD + CHILDREN)
    assert sorted(q.doc_id for t in found(given) for q in t.quotes) == sorted(q.doc_id for q in given)


def test_large_groups_keep_every_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    """When only a sample is grouped, the rest joins the nearest theme."""
    monkeypatch.setattr(themes, "_LARGE", 5)
    given = quotes(ROAD + CHILDREN)
    assert sum(len(t.quotes) for t in found(given)) == len(given)


def test_fifty_thousand_copies_are_one_voice() -> None:
    """A text sent round under many names counts once, and the number of copies is told."""
    text = "пособие задерживают третий месяц, жить не на что"
    flood = [Quote(f"p{i}", 0, len(text), text, f"a{i}", "2025-01-01") for i in range(50_000)]
    (theme,) = found(flood)
    assert (len(theme.quotes), theme.copies) == (1, 49_999)
    assert "49999" in " ".join(themes.reasons({"pain": flood}, authors=50_000))


def test_near_copies_are_one_voice() -> None:
    """A comma, a smile and a changed word at the end make no new voice."""
    one = "вторую неделю не могу дозвониться до центра занятости, трубку никто не берёт"
    assert [d.copies for d in distinct(quotes([one, one + "!!! 😡 вот"]))] == [1]


def test_short_words_of_different_people_are_different_voices() -> None:
    assert len(distinct(quotes(["нет работы", "Нет работы!"]))) == 2


def test_nothing_gives_nothing_with_the_reason() -> None:
    assert found([]) == []
    assert "не найдено" in themes.reasons({"pain": []}, authors=40)[0]


def test_one_authors_group_is_told() -> None:
    """A group in which one person speaks says «менее 3 авторов»."""
    same = [Quote(str(i), 0, len(t), t, "a") for i, t in enumerate(ROAD)]
    assert any(note.startswith("менее 3 авторов") for note in themes.reasons({"pain": same}, authors=1))


def test_the_opposite_stands_beside() -> None:
    """«зарплата для меня главное» has «зарплата для меня не главное» as counter-evidence, and the other way round."""
    given = quotes(["зарплата для меня главное", "зарплата для меня не главное"])
    beside = {t.quotes[0].quote: [q.quote for q in t.against] for t in found(given, "value")}
    assert beside["зарплата для меня главное"] == ["зарплата для меня не главное"]
    assert beside["зарплата для меня не главное"] == ["зарплата для меня главное"]
    assert themes._Mirror(given[:1]).of(given[1]) == [0]


def test_opposites_are_found_as_by_comparing_everything() -> None:
    """Two to five words on both sides, three quarters of them the same but for «не», one of them denied on one side."""
    draw, nouns = random.Random(5), ["зарплата", "работа", "стаж", "дом", "начальник", "дорога"]
    texts = {
        " ".join(f"не {noun}" if draw.random() < 0.4 else noun for noun in draw.sample(nouns, draw.randint(1, 6)))
        for _ in range(300)
    }
    given = quotes(sorted(texts))
    mirror = themes._Mirror(given)

    def opposite(one: Quote, other: Quote) -> bool:
        said = themes._said(one.quote), themes._said(other.quote)
        bare, bared = ({token.removeprefix("не_") for token in side} for side in said)
        alike = len(bare & bared) / len(bare | bared) >= 0.75
        denied = any((f"не_{token}" in said[0]) != (f"не_{token}" in said[1]) for token in bare & bared)
        return all(2 <= len(side) <= 5 for side in said) and alike and denied

    compared = {one: [place for place, other in enumerate(given) if opposite(one, other)] for one in given}
    assert {one: mirror.of(one) for one in given} == compared
    assert sum(map(bool, compared.values())) > 100


def test_saturation_counts_what_the_last_fifth_brought() -> None:
    """Five authors of two themes; the last of them opens the second theme with an earlier one silent about it."""
    first = [Quote(str(i), 0, 4, "текст", f"a{i}", f"2025-01-0{i + 1}", source="vk") for i in range(5)]
    last = [Quote("9", 0, 4, "текст", "a4", "2025-01-05", source="vk")]
    made = [
        themes.Theme("t1", "g", "pain", "", (), tuple(first)),
        themes.Theme("t2", "g", "pain", "", (), tuple(last)),
    ]
    whole, vk = themes.saturation(made, min_authors=1)
    assert (whole.authors, whole.themes, whole.new, whole.curve) == (5, 2, 1, (1, 1, 1, 1, 2))
    assert vk.source == "vk"


def test_a_broken_lexicon_is_named(tmp_path: Path) -> None:
    """The complaint names file, table and what is missing."""
    for kind in ("pain", "desire", "value"):
        (tmp_path / f"{kind}.toml").write_text('[road]\nstems = "автобус"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"pain\.toml: \[road\]: wording is missing"):
        read_lexicon(tmp_path)
