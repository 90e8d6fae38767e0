"""What authors say of themselves is read off their own words, and nothing is guessed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.nlp.disclosures import disclosed
from miner.nlp.disclosures.component import Disclosures
from miner.nlp.disclosures.examples import tagged, tagger
from miner.nlp.disclosures.lexicons import lexicon, professions
from miner.nlp.disclosures.merge import merge
from miner.nlp.disclosures.numerals import NUMBER, value
from miner.nlp.disclosures.speech import Speech, own_words
from miner.records import Disclosure


def facts(text: str, quoted: tuple[tuple[int, int], ...] = ()) -> dict[str, str | int]:
    doc = tagged(text)
    doc._.quoted = quoted
    return {fact.field: fact.value for fact in disclosed(doc)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Самара, 43 года, бухгалтер, двадцать лет в одном тресте.", {"region": "Самара", "age": 43, "occupation": "бухгалтер"}),
        ("Ну, тридцать четыре, двое, муж на вахте. Я продавец.", {"age": 34, "children": 2, "marital": "married", "occupation": "продавец"}),
        ("Мне 54, уволилась с завода, живу в Омске.", {"age": 54, "gender": "f", "region": "Омск"}),
        ("Я вдова, третья группа, ищу надомную работу.", {"marital": "widowed", "gender": "f", "disability_group": 3}),
        ("Отчёт: устроился сварщиком, взяли за день.", {"gender": "m", "occupation": "сварщик"}),
        ("В разводе, двое детей, девятый месяц без работы, на еду не остаётся.", {"marital": "divorced", "children": 2, "unemployed_months": 9, "income": "food_short"}),
        ("ООО, хлебопечение, нас двести десять человек.", {"legal_form": "ООО", "industry": "хлебопечение", "headcount": 210}),
        ("Окончила техникум, готова к переезду.", {"education": "vocational", "gender": "f", "mobility": "ready"}),
    ],
)  # fmt: skip
def test_authors_introduce_themselves(text: str, expected: dict[str, str | int]) -> None:
    """What is said outright or by the grammar of the first person is disclosed."""
    assert facts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Сын-инвалид второй группы, ему 30 лет.",
        "Берут только до 35 лет, стаж от 20 лет.",
        "Требуется повар, 35 лет, Самара.",
        "У подруги муж без работы и трое детей.",
        "Соседка устроилась, фирма закрылась, людей уволили.",
        "Соседка из Твери работает бухгалтером.",
        "В группе двадцать детей, воспитатель одна.",
        "Вязать в шестьдесят научилась? Серьёзно?",
        "Двое внуков и кот.",
        "ООО «Ромашка» не платит.",
    ],
)
def test_what_is_said_of_others_is_not_the_authors(text: str) -> None:
    """Relatives, neighbours, vacancies and limits say nothing of the author."""
    assert facts(text) == {}


def test_quoted_speech_is_not_the_authors() -> None:
    """Words in quotation marks, in a quote of another post and in spans marked as quoted are left out."""
    assert facts("Она мне: «Мне 50 лет, я вдова, живу в Омске».") == {}
    assert facts("> Мне 20, я студент\nА мне 44.") == {"age": 44}
    assert facts("Мне 20, я студент. А мне 44.", quoted=((0, 18),)) == {"age": 44}


def test_a_conversation_is_nobodys_disclosure() -> None:
    """In a joke with several voices none is the author's."""
    assert facts("— Почему ушли с работы? — Устал, мне 50 лет.") == {}


def test_a_contradiction_within_a_post_discloses_nothing() -> None:
    """Two ages said outright leave the age unknown; the rest stands."""
    assert facts("Мне 40, нет, мне 50, уволилась.") == {"gender": "f"}


def test_the_span_is_the_evidence() -> None:
    """A disclosure points at the words that say so, in the text as it was written."""
    text = "Здравствуйте! Мне пятьдесят четыре, уволилась."
    spans = {fact.field: text[fact.start : fact.end] for fact in disclosed(tagged(text))}
    assert spans == {"age": "Мне пятьдесят четыре", "gender": "уволилась"}


def test_an_only_childs_age_counts_when_the_parent_is_alone() -> None:
    """The age of a child alone says not how many there are."""
    assert facts("Мать-одиночка, дочке пять.")["children"] == 1
    assert "children" not in facts("Сыну три года, сад закрыли.")


def test_every_calling_is_found_by_its_instrumental() -> None:
    """An analyst who adds a calling to the list sees it found in «работаю кем»."""
    assert facts("Работаю медсестрой.")["occupation"] == "медсестра"
    assert facts("Работаю начальником отдела кадров.")["occupation"] == "начальник отдела кадров"
    assert facts("Работаю инженером по качеству.")["occupation"] == "инженер по качеству"


def test_word_lists_have_no_repeated_meanings() -> None:
    """What people say for a calling leads to a calling of the list."""
    names = lexicon("professions")
    assert set(names["colloquial"].values()) <= {*names["professions"]}
    assert len(professions()) > 500


def test_the_component_gives_the_same_in_a_stream() -> None:
    """Facts do not depend on what other texts stand beside."""
    texts = ["Мне 54, уволилась.", "", "Я бухгалтер из Омска, женат.", "Мне 54, уволилась."]
    component = Disclosures()
    streamed = [doc._.facts for doc in component.pipe(tagger().pipe(texts))]
    assert streamed == [component(tagged(text))._.facts for text in texts]
    assert streamed[0] == streamed[3] != ()


@given(st.integers(1, 9999))
def test_a_number_in_figures_is_its_value(number: int) -> None:
    """Digits, also in thousands with a blank, are read as they stand."""
    assert value(f"{number // 1000} {number % 1000:03}" if number >= 1000 else str(number)) == number


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=3))
def test_own_words_keep_every_offset(text: str, quoted: list[tuple[int, int]]) -> None:
    """The author's own words are as long as the text, whatever it holds."""
    spans = [(min(a, len(text)), min(b, len(text))) for a, b in quoted]
    assert len(own_words(text, [(a, b) for a, b in spans if a <= b])) == len(text)


WORDS = st.sampled_from(
    "мне 54 года я бухгалтер уволилась муж двое детей в Омске , . «устал» ИП нас 40 человек группа \n > İ сама".split(
        " "
    )
)


@given(st.lists(WORDS, max_size=25).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_order_of_words_gives_spans_within_the_text(text: str) -> None:
    """At most one value per field, each with a span inside the text."""
    found = disclosed(tagged(text))
    assert len({fact.field for fact in found}) == len(found)
    assert all(0 <= fact.start < fact.end <= len(text) for fact in found)


@pytest.mark.parametrize(
    "hostile",
    ["1" * 200_000, "мне 5 " * 30_000, "я " * 50_000, "двое, " * 30_000, "«" * 100_000, "муж " * 40_000, "пять " * 40_000, "> " * 50_000,
     "а" * 300_000, "— я устал. " * 10_000, "нас " * 40_000, "г. Омск " * 20_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_rules_answer_on_hostile_texts(hostile: str) -> None:
    """No rule runs away on a text of one word."""
    from miner.nlp.disclosures import FIELDS

    speech = Speech(hostile)
    claims = [claim for find in FIELDS for claim in find(speech)]
    assert all(0 <= claim.start < claim.end <= len(hostile) for claim in claims)


def test_what_is_said_once_holds_for_all_posts() -> None:
    """An author's facts are joined over posts; a later age is no contradiction, another gender is one."""
    known = merge(
        [
            ("p1", [Disclosure("gender", "f", 0, 1), Disclosure("age", 54, 0, 1)]),
            ("p2", [Disclosure("region", "Омск", 0, 1), Disclosure("age", 55, 0, 1)]),
            ("p3", [Disclosure("gender", "f", 0, 1), Disclosure("region", "Тула", 0, 1)]),
            ("p4", [Disclosure("gender", "m", 0, 1)]),
        ]
    )
    by_field = {fact.field: fact for fact in known}
    assert by_field["gender"].value == "f"
    assert by_field["gender"].conflicts == (("f", ("p1", "p3")), ("m", ("p4",)))
    assert (by_field["age"].value, by_field["age"].conflicts) == (55, ())
    assert (by_field["region"].value, by_field["region"].conflicts) == ("Тула", (("Омск", ("p2",)), ("Тула", ("p3",))))


def test_numerals_of_a_pattern_have_a_value() -> None:
    """Whatever the pattern of numbers accepts can be read."""
    import re

    for text in ("двадцать один", "шестьсот сорок", "две тысячи триста", "двоих", "2 300", "девяноста"):
        assert re.fullmatch(NUMBER, text)
        assert value(text)
