import functools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from miner import places
from miner.errors import BadInput
from miner.nlp import load
from miner.nlp.entities import read_terms


@functools.cache
def nlp() -> Language:
    pipeline = load()
    for name in pipeline.pipe_names:
        if name not in {"slovnet", "lemmatizer", "social", "entities"}:
            pipeline.remove_pipe(name)
    return pipeline


def found(text: str) -> list[tuple[str, str, str]]:
    return [(ent.text, ent.label_, ent._.norm) for ent in nlp()(text).ents]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("стою в центре занятости", ("центре занятости", "SERVICE", "центр занятости")),
        ("ходил по биржам труда", ("биржам труда", "SERVICE", "биржа труда")),
        ("подала через Госуслуги", ("Госуслуги", "SERVICE", "Госуслуги")),
        ("резюме на hh.ru висит", ("hh.ru", "SERVICE", "hh.ru")),
        ("живу на пособие по безработице", ("пособие по безработице", "BENEFIT", "пособие по безработице")),
        ("отказали в соцконтракте", ("соцконтракте", "BENEFIT", "соцконтракт")),
        ("без трудовой книжки никуда", ("трудовой книжки", "DOCUMENT", "трудовая книжка")),
        ("работала бухгалтером", ("бухгалтером", "PROFESSION", "бухгалтер")),
        ("пишу из Нижнего Новгорода", ("Нижнего Новгорода", "LOC", "Нижний Новгород")),
        ("приняла Мария Иванова", ("Мария Иванова", "PER", "Мария Иванова")),
        ("помогла Марии Ивановой", ("Марии Ивановой", "PER", "Мария Иванова")),
        ("письмо из Министерства труда", ("Министерства труда", "ORG", "Министерство труда")),
    ],
)
def test_a_name_and_its_dictionary_form(text: str, entity: tuple[str, str, str]) -> None:
    """What is named is found in any case form and written in the nominative, agreement kept."""
    assert entity in found(text)


def test_wordings_of_one_thing_share_a_concept() -> None:
    """«ЦЗН» and «биржа труда» are one service to whoever counts."""
    assert {nlp()(text).ents[0].kb_id_ for text in ("в ЦЗН", "на бирже труда", "в центре занятости")} == {
        "центр занятости"
    }


def test_an_adjective_that_belongs_to_another_word_is_no_document() -> None:
    """«трудовая» alone is the book, «трудовая деятельность» is not."""
    assert not [entity for entity in found("трудовая деятельность закончилась") if entity[1] == "DOCUMENT"]
    assert [entity for entity in found("трудовая лежит дома") if entity[1] == "DOCUMENT"]


def test_a_verb_at_the_start_is_no_name() -> None:
    """slovnet's mistakes on social text are left out."""
    assert found("Присматриваюсь пока. Извинил.") == []


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ("Твери", "Тверская область"),
        ("г. Тверь", "Тверская область"),
        ("Тверская обл.", "Тверская область"),
        ("Набережных Челнах", "Республика Татарстан"),
        ("Ленинске-Кузнецком", "Кемеровская область — Кузбасс"),
        ("Сергиевом Посаде", "Московская область"),
        ("Питере", "Санкт-Петербург"),
        ("ХМАО", "Ханты-Мансийский автономный округ — Югра"),
        ("Башкирии", "Республика Башкортостан"),
        ("Орле", "Орловская область"),
        ("Ростове-на-Дону", "Ростовская область"),
        ("Париже", None),
        ("", None),
    ],
)
def test_a_place_lies_in_a_region(place: str, region: str | None) -> None:
    """Cities, regions and their nicknames are found in any case form; a foreign city has no region."""
    assert places.region_of(place) == region


def test_russia_has_eighty_nine_regions() -> None:
    """The gazetteer is whole, and knows the larger cities."""
    gazetteer = places.gazetteer()
    assert len(gazetteer.regions) == 89
    assert len(gazetteer.exact) > 600
    assert set(gazetteer.exact.values()) == set(gazetteer.regions)


def test_a_place_in_a_text_carries_its_region() -> None:
    """The span of a city says where in Russia it is."""
    (city,) = [ent for ent in nlp()("Живу в Рыбинске.").ents if ent.label_ == "LOC"]
    assert city._.region == "Ярославская область"


def test_an_alias_of_nowhere_is_named(tmp_path: Path) -> None:
    """A mistake in the gazetteer is told with file and key."""
    file = tmp_path / "places.toml"
    file.write_text('[regions]\n"Край" = "Город"\n[aliases]\n"Г" = "Гордо"', encoding="utf-8")
    with pytest.raises(BadInput, match=r"places\.toml: aliases\.Г"):
        places.read(file)


def test_an_unknown_kind_of_entity_is_named(tmp_path: Path) -> None:
    """The lexicon knows its kinds."""
    (tmp_path / "entities.toml").write_text('[SERVIS]\n"а" = ""', encoding="utf-8")
    with pytest.raises(BadInput, match="SERVIS"):
        list(read_terms(tmp_path))


@given(
    st.lists(
        st.sampled_from(
            "ЦЗН центр занятости Твери пособие по безработице трудовая Иван ) @a \0 👍 рaбoтa бухгалтером".split(" ")
        ),
        max_size=12,
    )
)
@settings(max_examples=100, deadline=None)
def test_entities_never_overlap(words: list[str]) -> None:
    """However names crowd, each token is in one entity at most, and each entity has a norm."""
    doc = nlp()(" ".join(words))
    taken = [index for ent in doc.ents for index in range(ent.start, ent.end)]
    assert len(taken) == len(set(taken))
    assert all(ent._.norm for ent in doc.ents)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Воркута, денег нет", [("LOC", "Воркута")]),
        ("Котик спит", []),
        ("позвонила Смолина Вера Егоровна", [("PER", "Смолина Вера Егоровна")]),
        ("в мфц шлют в соцзащиту", [("SERVICE", "МФЦ"), ("SERVICE", "соцзащита")]),
        ('ходила в ТЦ "Меридиан" вчера', [("ORG", 'ТЦ "Меридиан"')]),
        ("#ВзаимныйФолловинг привет", []),
        ("Ильяяяя, не дразни", [("PER", "Илья")]),
        ("ИП открыл в Твери", [("LOC", "Тверь")]),
    ],
)
def test_the_taggers_slips_are_put_right(text: str, names: list[tuple[str, str]]) -> None:
    """Towns are no people, pets and legal forms no names, a surname belongs to its name."""
    assert [(label, norm) for _, label, norm in found(text)] == names
