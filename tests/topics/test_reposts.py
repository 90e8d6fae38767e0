"""Reposts are found across sources, and counted once."""

from __future__ import annotations

import random

from miner import pipeline
from miner.records import Document, Post, Sentiment, Statement
from miner.settings import Settings
from miner.topics.reposts import Reposts

WORDS = (
    "надоело ждать ответа третий месяц без работы никто не звонит вакансий рядом нет автобус ходит два раза в день хочу "
    "курсы рядом с домом зарплата маленькая опыта требуют возраст не подходит пособие задерживают справки собирать долго"
).split()


def told(chance, length=40):
    return " ".join(chance.choices(WORDS, k=length))


def test_copies_with_small_changes_are_found():
    """A greeting before, a link after, another case, a word left out: of two hundred copies nearly all are found."""
    chance = random.Random(1)
    texts = [told(chance) for _ in range(200)]
    seen = Reposts()
    assert [seen.copied(f"forum:{n}", text) for n, text in enumerate(texts)] == [None] * 200
    changed = []
    for text in texts:
        words = text.split()
        del words[chance.randrange(len(words))]
        changed.append(f"Всем привет! {' '.join(words).capitalize()} https://example.ru/{len(changed)}")
    found = [seen.copied(f"vk:{n}", text) for n, text in enumerate(changed)]
    right = sum(name == f"forum:{n}" for n, name in enumerate(found))
    assert right >= 190
    assert right + found.count(None) == 200


def test_the_same_in_few_words_is_no_copy():
    """People do say the same."""
    seen = Reposts()
    assert [seen.copied(str(n), "Надоело ждать ответа, третий месяц без работы") for n in range(9)] == [None] * 9


def test_a_reply_that_quotes_half_is_no_copy():
    chance = random.Random(2)
    seen = Reposts()
    first = told(chance)
    assert seen.copied("1", first) is None
    assert seen.copied("2", " ".join(first.split()[:20]) + " " + told(chance, 20)) is None


def annotated(name, author, source, text):
    said = "нигде не берут"
    at = text.index(said)
    pain = Statement(name, at, at + len(said), said, "pain", 0.9, "negative", ("refused",))
    post = Post(name, text, author=author, source=source, group="rural", date="2025-02-01")
    return post, Document(name, 0.9, True, Sentiment("negative", 0.6), "ru", (), (pain,), (), ())


def test_reposts_count_once():
    """One text under three names on three sites is one person's word; the note tells how many were left out."""
    text = "Третий месяц хожу по объявлениям, нигде не берут, говорят про возраст, а до пенсии ещё целых шесть лет"
    copies = [annotated(f"{n}", f"имя {n}", f"forum{n}.example.ru", f"{text}{'!' * n}") for n in range(3)]
    own = annotated("9", "имя 9", "forum.example.ru", "Я тоже ищу, и меня нигде не берут")
    mined = pipeline.mine([*copies, own], "rural", Settings())
    assert (mined.posts, mined.authors) == (4, 2)
    assert "повторы уже сказанного учтены один раз: 2" in mined.notes
