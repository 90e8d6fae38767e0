"""Mappers: from themes to the lines of a profile."""

from __future__ import annotations

import pytest

from miner import pipeline
from miner.components import load, names
from miner.mappers import Context, best_first
from miner.mappers._checks import REWRITTEN, complaint, disagreeing
from miner.mappers._lexicon import known_wordings, lexicon
from miner.mappers._person import third
from miner.mappers._rewriting import rewritten
from miner.mappers._wording import offered
from miner.records import Candidate, Quote, Theme, Word

ROAD = "автобус не ходит"


def context(**given: object) -> Context:
    return Context(**{"group": "rural", "authors": 20, "parse": lambda _: (), **given})  # type: ignore[arg-type]


def quote(number: int, text: str, **given: str) -> Quote:
    return Quote(f"p{number}", 0, len(text), text, given.pop("speaker", f"a{number}"), **given)  # type: ignore[arg-type]


def theme(*quotes: Quote, kind: str = "pain", **given: object) -> Theme:
    return Theme("t1", "rural", kind, "", ("автобус",), quotes, **given)  # type: ignore[arg-type]


def mapped(made: Theme, where: Context | None = None) -> list[Candidate]:
    return list(load("mappers", made.kind)().map(made, where or context()))


def test_the_family_has_the_three_kinds() -> None:
    assert names("mappers") == ["desire", "pain", "value"]


def test_people_count_not_messages() -> None:
    """Four messages of two people are two voices."""
    spoken = [quote(i, "автобус не ходит", speaker="ab"[i % 2], source="vk") for i in range(4)]
    (line,) = mapped(theme(*spoken))
    assert (line.support.authors, line.support.statements, line.support.share) == (2, 4, 0.1)
    assert "менее 3 авторов" in line.warnings


def test_one_persons_voice_is_no_line() -> None:
    assert mapped(theme(quote(1, "автобус не ходит"), quote(2, "автобус не ходит", speaker="a1"))) == []


def test_a_mapper_leaves_other_kinds_alone() -> None:
    assert list(load("mappers", "desire")().map(theme(quote(1, "а"), quote(2, "б")), context())) == []


def test_one_source_or_thread_that_carries_more_than_half_is_told() -> None:
    spoken = [
        quote(i, "автобус не ходит", source="vk" if i < 3 else "forum", thread="т1" if i < 3 else f"т{i}")
        for i in range(4)
    ]
    (line,) = mapped(theme(*spoken))
    assert "больше половины из одного источника: vk" in line.warnings
    assert "больше половины из одного обсуждения: т1" in line.warnings


def test_two_camps_are_told_with_both_shares() -> None:
    pro = [quote(i, "люблю живой разговор") for i in range(6)]
    contra = tuple(quote(i, "лучше через сайт") for i in range(10, 14))
    (line,) = mapped(theme(*pro, kind="value", against=contra))
    assert "мнения разделились: так считают 30 %, наоборот – 20 %" in line.warnings
    assert line.against == contra


def test_a_sure_theme_takes_its_known_wording() -> None:
    (line,) = mapped(theme(quote(1, "а"), quote(2, "б"), known="childcare", sureness=0.6))
    assert line.text == known_wordings()["pain", "childcare"] == "Не с кем оставить ребёнка"
    assert any("цитата: «а»" in step for step in line.why)


def test_what_cannot_be_worded_is_no_line() -> None:
    """A list of keywords is no line of a profile."""
    assert mapped(theme(quote(1, "эх!"), quote(2, "ну и вот"))) == []


def test_themes_that_cannot_be_worded_are_counted() -> None:
    """Nothing is left out in silence; what only two say is no loss."""
    left, few = theme(*(quote(i, "эх!") for i in range(3))), theme(*(quote(i, "ну и вот") for i in range(2)))
    worded = theme(*(quote(i, ROAD) for i in range(3)))
    notes = pipeline._unworded([left, few, worded], mapped(worded))
    assert list(notes) == ["темы трёх и более авторов, из цитат которых не вышло строки: 1"]


@pytest.mark.parametrize(
    ("kind", "said", "line"),
    [
        ("pain", "ну я боюсь, что возраст помешает", "Боится, что возраст помешает"),
        ("pain", "у меня нет денег на лекарства", "Нет денег на лекарства"),
        ("pain", "Короче, устала искать работу", "Устал искать работу"),
        ("desire", "мне бы работу рядом с домом", "Хочет работу рядом с домом"),
        ("desire", "хотелось бы пройти обучение с гарантией места", "Хочет пройти обучение с гарантией места"),
        ("desire", "дайте место в детском саду", "Хочет, чтобы дали место в детском саду"),
        ("desire", "пусть специалист приезжает в село", "Хочет, чтобы специалист приезжал в село"),
        ("pain", "боюсь что меня не возьмут", "Боится, что не возьмут"),
        ("pain", "двойню девать некуда", "Некуда двойню девать"),
        ("desire", "хоть бы возили на область автобусом", "Хочет, чтобы возили на область автобусом"),
        ("desire", "взял бы кто в цех контролёром", "Хочет, чтобы взяли в цех контролёром"),
        ("desire", "я бы в училище пошёл", "Хочет пойти в училище"),
        ("desire", "хочу вечером подрабатывать рядом с домом", "Хочет подрабатывать вечером рядом с домом"),
        ("value", "сидеть без дела не могу", "Не может сидеть без дела"),
        ("value", "ценю стабильность и порядок", "Ценит стабильность и порядок"),
        ("value", "для меня главное честный разговор", "Главное честный разговор"),
    ],
)
def test_a_clause_is_rewritten_in_the_style_of_a_profile(kind: str, said: str, line: str) -> None:
    offers = list(offered(quote(1, said), kind, context()))  # type: ignore[arg-type]
    assert max(offers, key=lambda o: o.quality).text == line


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("pain", "его там не берут на работу", "непонятно, о чём «его»"),
        ("pain", "придёшь на собеседование, а места заняты", "обращается к кому-то"),
        ("pain", "в марте отказали на трёх заводах", "числа одного человека"),
        ("pain", "обошла весь отдел кадров", "рассказ о случае"),
        ("pain", "сказали прийти ещё раз", "пересказ чужих слов"),
        ("pain", "Марина не отвечает на звонки", "имена и названия"),
        ("pain", "тётки в окошке хамят всем подряд", "жаргон"),
        ("desire", "хочу к своим людям обратно", "не сказано, чего хочет"),
        ("desire", "хочу чтобы смотреть записи дома", "после «чтобы» нет глагола"),
        ("desire", "хочу узнать, какие документы нужны", "вопрос"),
        ("desire", "возьмите разбирать архив пыль люблю", "слиты две мысли: «взяли» и «любит»"),
        ("value", "график без вечеров и спешки", "нет сказуемого"),
    ],
)
def test_what_reads_badly_is_no_line(kind: str, said: str, why: str) -> None:
    """A rewritten clause that points nowhere, tells one person's story or breaks off is not offered."""
    assert list(offered(quote(1, said), kind, context())) == []  # type: ignore[arg-type]
    assert complaint(rewritten(said, kind).text, REWRITTEN) == why  # type: ignore[arg-type]


def test_a_verb_that_disagrees_with_its_subject_is_no_line() -> None:
    """What rewriting broke, the parser sees."""
    words = [
        Word(0, 7, "платформа", "платформа", "NOUN", {"Case": "Nom", "Gender": "Fem", "Number": "Sing"}, 1, "nsubj"),
        Word(8, 15, "ломался", "ломаться", "VERB", {"Gender": "Masc", "Number": "Sing"}, -1, "root"),
    ]
    assert disagreeing(words) == "«платформа» и «ломался» не согласованы"
    said = quote(1, "боится, что платформа ломался")
    assert list(offered(said, "pain", context(parse=lambda _: words))) == []


def test_a_likely_theme_asks_to_be_checked_and_an_unlikely_one_is_worded_from_its_quotes() -> None:
    """A well-known wording stands only where the theme's own quotes bear it."""
    said = [quote(i, "боюсь соседских коз в огороде") for i in range(3)]
    (sure,), (likely,), (unlikely,) = (
        mapped(theme(*said, known="childcare", sureness=sureness)) for sureness in (0.3, 0.21, 0.1)
    )
    assert sure.text == likely.text == "Не с кем оставить ребёнка"
    assert not any("проверьте" in warning for warning in sure.warnings)
    assert "формулировку проверьте по цитатам" in likely.warnings
    assert unlikely.text == "Боится соседских коз в огороде"


def test_what_others_say_too_goes_before_one_persons_detail() -> None:
    said = ["нет денег на еду и лекарства", "нет денег на лекарства", "нет сил красить забор"]
    (line,) = mapped(theme(*(quote(i, text) for i, text in enumerate(said))))
    assert "лекарства" in line.text


def test_a_rewriting_tells_its_rules_and_its_quote() -> None:
    offers = list(offered(quote(1, "мне бы работу рядом с домом"), "desire", context()))
    assert offers[-1].why == ("мне бы → хочет", "цитата: «мне бы работу рядом с домом»")


def test_another_persons_deed_keeps_its_gender() -> None:
    """A subject found by the parser keeps its verb as it is."""
    words = [
        Word(0, 8, "начальница", "начальница", "NOUN", {}, 1, "nsubj"),
        Word(11, 18, "уволила", "уволить", "VERB", {}, -1, "root"),
    ]
    assert third("начальница уволила", words) == "начальница уволила"
    assert third("уволилась сама") == "уволился сам"


def test_wordings_are_short_and_without_slang() -> None:
    """Every known wording has 2 to 12 words and none of the slang that lines must not have."""
    for text in known_wordings().values():
        assert 2 <= len(text.split()) <= 13, text
        assert not lexicon().slang.search(text.lower()), text


def test_more_people_come_first_and_ties_are_settled_the_same_way() -> None:
    two = mapped(theme(quote(1, ROAD), quote(2, ROAD)))[0]
    three = mapped(theme(quote(1, ROAD), quote(2, ROAD), quote(3, ROAD)))[0]
    assert best_first([two, three]) == best_first([three, two]) == [three, two]


def test_a_trend_needs_half_a_year() -> None:
    """Late voices make a rising trend; five months are too short for any."""
    spoken = [quote(i, ROAD, date="2025-06-02") for i in range(5)]
    months = {f"2025-0{m}": 10 for m in range(1, 7)}
    assert mapped(theme(*spoken), context(months=months))[0].trend == 0.25
    assert mapped(theme(*spoken), context(months=dict(list(months.items())[:5])))[0].trend is None


def test_what_only_this_group_says_is_specific() -> None:
    words = {"автобус": 15, "работа": 40}
    own = mapped(theme(quote(1, ROAD), quote(2, ROAD)), context(words=words, background={"работа": 400, "автобус": 2}))[
        0
    ]
    common = mapped(
        theme(quote(1, ROAD), quote(2, ROAD)), context(words=words, background={"работа": 40, "автобус": 15})
    )[0]
    assert own.specificity > 2 > abs(common.specificity)
