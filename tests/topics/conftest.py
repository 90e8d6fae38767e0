"""A small corpus with five plain themes, large enough for a fit: every text is made of its theme's own phrases."""

from __future__ import annotations

import random

import pytest

from miner.records import Post

THEMES = {
    "дорога": [
        "автобус не ходит",
        "дорога до работы долгая",
        "добираться на электричке",
        "ехать три часа",
        "нет транспорта",
    ],
    "деньги": ["зарплата маленькая", "платят копейки", "оклад смешной", "денег не хватает", "премию не дают"],
    "дети": ["ребёнок болеет", "не с кем оставить ребёнка", "места в садике нет", "дети маленькие", "сижу в декрете"],
    "возраст": [
        "возраст за пятьдесят",
        "берут только молодых",
        "до пенсии два года",
        "говорят слишком старый",
        "моложе хотят",
    ],
    "учёба": ["нет диплома", "нужны курсы", "обучение платное", "не хватает квалификации", "профессия устарела"],
}


def posts(count: int, *, seed: int = 1, start: int = 0) -> list[Post]:
    chance = random.Random(seed)
    made = []
    for number in range(start, start + count):
        theme = list(THEMES)[number % len(THEMES)]
        made.append(Post(f"p{number}", ", ".join(chance.sample(THEMES[theme], 2)), group=theme))
    return made


@pytest.fixture
def corpus() -> list[Post]:
    return posts(60)
