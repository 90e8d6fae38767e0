"""Personal data of private persons is found in any spelling, and nothing else is hidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.masks import NAMES, disjoint, mask, mask_same_length
from miner.nlp.disclosures.examples import tagged
from miner.nlp.privacy import find
from miner.nlp.privacy.component import Privacy
from miner.records import Mask


def marked(text: str) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.label) for m in find(text)]


@pytest.mark.parametrize(
    "number",
    [
        "8(900)000-12-34", "8 900 000-12-34", "+7 900 000 12 34", "+7(900)0001234", "89000001234", "+79000001234",
        "8-900-000-12-34", "8 900 000 12 34", "7 900 000-12-34", "8.900.000.12.34", "900 000-12-34",
        "+375 29 000-12-34", "8 (4852) 00-12-34", "восемь девятьсот ноль ноль ноль двенадцать тридцать четыре",
    ],
)  # fmt: skip
def test_a_phone_is_hidden_in_every_spelling(number: str) -> None:
    """However a phone number is written, the whole of it and nothing beside it is masked."""
    text = f"Мой телефон {number}, звоните после шести"
    assert marked(text) == [(number, "phone")]


@pytest.mark.parametrize(
    "text",
    [
        "пособие 12 792, стаж 2004-2019, оклад 180 000 - 200 000 рублей",
        "горячая линия 8 800 000-00-00 не отвечает",
        "приняли 14.02.2025 в 10:30, талон 148, окно 6",
        "приказ № 112-233 от 1.02, форма 2-НДФЛ",
        "центр занятости на ул. Гагарина, д. 5",
        "квартира 40 метров, ипотека 34 тысячи",
        "Людмила Петровна в пятом окне всегда поможет",
        "Уважаемый Андрей Викторович! Обращаюсь к Вам",
        "школа имени Юрия Алексеевича Гагарина, Владимир Владимирович Путин сказал",
        "@gosuslugi_help третий день не отвечает",
        "у меня собака, скалодром и сон",
    ],
)
def test_what_points_at_nobody_stays(text: str) -> None:
    """Sums, dates, institutions, public figures and a first name with a patronymic are no personal data."""
    assert marked(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Дело на Лаптева Игоря Валентиновича, если поможет", "Лаптева Игоря Валентиновича"),
        ("передайте Колесниковой Инге Петровне", "Колесниковой Инге Петровне"),
        ("Подпись: Шелест Дарина Игоревна", "Шелест Дарина Игоревна"),
        ("это Инга Петровна Колесникова", "Инга Петровна Колесникова"),
        ("Зимина В. Ф. расписалась", "Зимина В. Ф."),
        ("ответственный И.П. Сомов", "И.П. Сомов"),
        ("я Лавров Тимофей Андреевич, на форуме недавно", "Лавров Тимофей Андреевич"),
    ],
)
def test_a_full_name_is_hidden_in_any_case(text: str, name: str) -> None:
    """A surname with a first name or initials is masked, though a minister bears the surname too."""
    assert marked(text) == [(name, "name")]


def test_numbers_of_documents_are_told_apart() -> None:
    """Checksums and the way of writing tell a СНИЛС, an ИНН, a card and a passport from each other and from a phone."""
    text = "СНИЛС 112-233-445 95, ИНН 500100732259, карта 4000 0000 0000 0002, паспорт 45 10 № 123456, 8 900 000-12-34"
    assert [label for _, label in marked(text)] == ["snils", "inn", "card", "passport", "phone"]


def test_a_near_miss_of_a_checksum_is_hidden_too() -> None:
    """A СНИЛС or a card with a slip of the finger is still somebody's."""
    assert marked("СНИЛС 112-233-445 96") == [("112-233-445 96", "snils")]
    assert marked("на карту 4000000000000003") == [("4000000000000003", "card")]


def test_an_address_is_hidden_when_it_names_the_flat() -> None:
    """Street, house and flat go together."""
    assert marked("отдам даром, г. Киров, ул. Пролётная, д. 14, кв. 9, заходите") == [
        ("г. Киров, ул. Пролётная, д. 14, кв. 9", "address")
    ]


def test_the_component_writes_masks_in_order_and_apart() -> None:
    """`doc._.pii` is sorted and never overlaps; what the tagger takes for a person of two names is included."""
    doc = Privacy()(tagged("Меня зовут Инга Колесникова, почта inga@example.ru, тел. 8 900 000-12-34"))
    assert [m.label for m in doc._.pii] == ["name", "email", "phone"]
    assert all(a.end <= b.start for a, b in zip(doc._.pii, doc._.pii[1:], strict=False))


PIECES = st.sampled_from(
    ["8 900 000-12-34 ", "a@example.ru ", "@nick_1 ", "Зимина Вера Егоровна ", "кв. 5 ", "112-233-445 95 ", "ул. Лесная, д. 4, кв. 17",
     "восемь девятьсот ", "\n", "İ", "\x00", "ё", "45 10 123456", "«", "собака ", "точка ru", "🙃", "\u202e", "И.И."]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map("".join)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_masks_stay_within_the_text_and_apart(text: str) -> None:
    """Whatever the text, masks lie within it, in order, without overlap, and have a known label."""
    masks = find(text)
    ends = [0]
    for each in masks:
        assert ends[-1] <= each.start < each.end <= len(text)
        assert each.label in NAMES
        ends.append(each.end)


@given(TEXTS, st.lists(st.builds(Mask, st.integers(-5, 60), st.integers(-5, 60), st.sampled_from([*NAMES, "other"]))))
@settings(max_examples=300, deadline=None)
def test_a_mask_keeps_the_length_and_the_rest(text: str, masks: list[Mask]) -> None:
    """The stored text is as long as the written one, and differs from it within the masks only."""
    hidden = mask_same_length(text, masks)
    assert len(hidden) == len(text)
    covered = {i for each in disjoint(masks, len(text)) for i in range(each.start, each.end)}
    assert all(hidden[i] == text[i] for i in range(len(text)) if i not in covered)


def test_a_display_shows_what_was_hidden() -> None:
    """A reader sees «[телефон]» in place of the number."""
    text = "звоните 8 900 000-12-34, Андрей"
    assert mask(text, find(text)) == "звоните [телефон], Андрей"


@pytest.mark.parametrize(
    "hostile",
    ["1" * 1_000_000, "1 " * 300_000, "@" * 300_000, "a" * 1_000_000, "А.Б." * 200_000, "кв " * 200_000, "Иван " * 100_000,
     "8-" * 300_000, "восемь ноль " * 50_000, "(" * 500_000, "www." * 200_000, "Ивановна" * 100_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_a_megabyte_of_anything_is_answered(hostile: str) -> None:
    """No pattern runs away on a megabyte of one character or one word."""
    assert all(0 <= m.start < m.end <= len(hostile) for m in find(hostile))
