"""Wordings that a language model proposes: taken when they are fit for a line, and never needed."""

import pytest

from miner import pipeline
from miner.llm import FOLDER, connect, consent, rehearsal
from miner.llm.errors import NoConsent
from miner.llm.proposals import Proposals
from miner.mappers import Context
from miner.mappers._lexicon import known_wordings
from miner.mappers._wording import unfit
from miner.mappers.pain import Pain
from miner.records import Decision, Quote, Theme, Topic
from miner.settings import Settings
from miner.topics.model import TopicsResult
from miner.topics.registry import Entry, Registry
from tests.llm import endpoint as ways

SAID = [
    "Козы в огород лезут, забор упал, а чинить нечем",
    "Опять соседские козы весь огород объели",
    "Козы объели огород, забора нет",
]
GOOD = "Не может защитить огород от чужого скота"


def lines(settings, known=None, sureness=0.0):
    """The lines of a theme of three people's quotes, worded as the settings say."""
    quotes = tuple(
        Quote(str(number), 0, len(text), text, f"u{number}@forum", source="forum") for number, text in enumerate(SAID)
    )
    theme = Theme("t1", "rural", "pain", "козы", ("коза", "огород"), quotes, known=known, sureness=sureness)
    context = Context("rural", 10, pipeline.parse, propose=pipeline._proposing(settings))
    return list(Pain().map(theme, context))


def says(wording, label="потрава огородов"):
    return lambda _: {"wording": wording, "label": label}


def test_a_proposal_words_the_line(settings, endpoint):
    """The model sees kind and quotes, no ids and no authors; the line says who worded it and by which quote."""
    endpoint.says = says(GOOD + ".")
    [line] = lines(settings(wording="llm"))
    assert line.text == GOOD
    assert line.why[0] == "предложено языковой моделью по цитатам"
    assert "цитата" in line.why[-1]
    assert line.support.authors == 3
    assert all(text in endpoint.sent for text in SAID)
    assert '"pain"' in endpoint.bodies[0]["messages"][-1]["content"]
    assert "u1" not in endpoint.sent


def test_the_same_quotes_are_asked_about_once(settings, endpoint):
    """In this run and the next."""
    endpoint.says = says(GOOD)
    assert lines(settings(wording="llm")) == lines(settings(wording="llm"))
    assert len(endpoint.bodies) == 1


@pytest.mark.parametrize(
    ("wording", "complaint"),
    [
        ("Потрава огородов", "слов 2, а нужно от 3 до 12"),
        ("Не может защитить огород " + "от чужих коз " * 4, "слов 16"),
        ("Боюсь, что козы опять съедят огород", "от первого лица"),
        ("Козы задолбали, огород съеден подчистую", "жаргон"),
        ("Cannot protect the garden from goats", "не по-русски"),
        ("Огород съеден. Забор упал. Денег нет", "знаки"),
        ("Подробности на https://example.ru/x огород козы забор", "знаки"),
        ("Не может защитить огород, сказал [имя]", "знаки"),
    ],
)
def test_what_is_unfit_for_a_line_is_left_to_the_rules(settings, endpoint, wording, complaint):
    """Too short, too long, first person, slang, another language, several sentences: the reason stands in ``why``."""
    endpoint.says = says(wording)
    [line], [ruled] = lines(settings(wording="llm")), lines(Settings())
    assert line.text == ruled.text
    assert line.why[:-1] == ruled.why
    assert line.why[-1].startswith("предложение языковой модели отклонено: ")
    assert complaint in line.why[-1]
    assert complaint in unfit(wording.strip())


@pytest.mark.parametrize(
    "wording", ["Звоните по поводу огорода Марии Петровой", "Огород спасёт звонок +7 900 000-11-22"]
)
def test_personal_data_in_a_proposal_is_refused(settings, endpoint, wording):
    """Nor is it kept: the next run doesn't ask again, and has the rules' line."""
    endpoint.says = says(wording)
    chosen = settings(wording="llm")
    assert lines(chosen)[0].text == lines(chosen)[0].text == lines(Settings())[0].text
    assert len(endpoint.bodies) == 1
    assert connect(chosen).tally["personal data"] == 1
    kept = (chosen.home / FOLDER / "answers.sqlite").read_bytes()
    assert "огород".encode() not in kept


@pytest.mark.parametrize(
    "mood",
    [
        ways.content("Извините, я не могу с этим помочь."), ways.content('{"wording": "Не мож'), ways.body("<html>"),
        ways.content({"wording": None, "label": 1}), ways.content({"wording": "а" * 1_000, "label": ""}), ways.huge,
        ways.silent, ways.status(500), ways.status(401), ways.hung_up,
    ],
)  # fmt: skip
def test_whatever_goes_wrong_the_rules_word_the_line(settings, endpoint, mood):
    """Refusals, malformed JSON, timeouts, errors, a wrong key: a profile is made all the same."""
    endpoint.moods = [mood]
    assert lines(settings(wording="llm", timeout=0.5)) == lines(Settings())


def test_a_dead_endpoint_is_not_asked_for_every_line(settings, endpoint):
    """After the first sign that no answer will come, the rest is worded by the rules at once."""
    endpoint.moods = [ways.status(404)] * 2
    chosen = settings(wording="llm")
    proposals = Proposals(connect(chosen), lambda _: [])
    assert proposals.propose("pain", SAID) is None
    assert proposals.propose("pain", SAID[:2]) is None
    assert len(endpoint.bodies) == 1


def test_consent_is_needed_before_the_work_and_respected_within(settings, endpoint):
    """Without one, nothing begins; one that is withdrawn in the middle leaves the rest to the rules."""
    with pytest.raises(NoConsent):
        lines(settings(wording="llm", agreed=False))
    endpoint.says = says(GOOD)
    chosen = settings(wording="llm")
    proposals = Proposals(connect(chosen), lambda _: [])
    consent.withdraw(chosen.home / FOLDER)
    assert proposals.propose("pain", SAID) is None
    assert endpoint.bodies == []


def test_quotes_are_few_and_short(settings, endpoint):
    """However many people say it, a call stays a call."""
    endpoint.says = says(GOOD)
    proposals = Proposals(connect(settings(wording="llm")), lambda _: [])
    proposals.propose("pain", [f"{number} " + "козы " * 200 for number in range(100)])
    assert len(endpoint.bodies[0]["messages"][-1]["content"]) < 4_500


def test_well_known_themes_keep_their_wording(settings, endpoint):
    """Nobody is asked where config/lexicons/themes has the line, and surely."""
    (kind, name), wording = next(iter(known_wordings().items()))
    assert kind == "pain"
    [line] = lines(settings(wording="llm"), known=name, sureness=0.9)
    assert line.text == wording
    assert "формулировка известной темы" in line.why
    assert endpoint.bodies == []


def test_a_rehearsal_counts_the_lines(settings, endpoint):
    """One call a line that the rules would have worded."""
    with rehearsal() as counted:
        [line] = lines(settings(wording="llm", agreed=False))
    assert counted[0].tally["calls"] == 1
    assert line.text == lines(Settings())[0].text
    assert endpoint.bodies == []


def test_topics_are_named_but_those_that_people_named(settings, endpoint):
    """By their most telling texts; what is no name, or another's, and what a person said, leaves a topic its own."""
    registry = Registry()
    registry.entries = {name: Entry(name, (1.0, 0.0)) for name in ("t1", "t2", "t3", "t4")}
    registry.decide(Decision("d1", "2026-03-01", "Иванова", "rename", "t1", {"label": "мы так решили"}))
    own = {"t1": "мы так решили", "t2": "коза", "t3": "огород", "t4": "забор"}
    topics = tuple(Topic(name, label, (), (name,), (name, "0")) for name, label in own.items())
    result = TopicsResult((), topics, state=registry.to_json())
    labels = iter(["Потрава огородов.", "Gardens", "потрава огородов"])
    endpoint.says = lambda _: {"wording": "-", "label": next(labels)}
    shown = lambda text: f"{text}: козы и [имя]"  # noqa: E731
    named = pipeline.name_topics(result, shown, settings(wording="llm"))
    assert [topic.label for topic in named] == ["мы так решили", "потрава огородов", "огород", "забор"]
    assert "t2: козы и [имя]" in endpoint.sent
    assert pipeline.name_topics(result, shown, Settings()) is topics
