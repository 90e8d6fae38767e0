"""The client of a language model: what it sends, what it believes, when it gives up."""

import json
import stat

import pytest
from pydantic import BaseModel

from miner.errors import BadConfig, BadInput, MinerError
from miner.llm import FOLDER, connect, consent, instructions, rehearsal
from miner.llm.answers import Answers
from miner.llm.client import STORM, Question
from miner.llm.errors import BudgetSpent, NoConsent, Unavailable, Unusable
from miner.settings import Llm, Settings, load_settings
from tests.llm import endpoint as ways


class Answer(BaseModel):
    word: str


ASKED = Question("Отвечай JSON.", (("user", '{"n": 1}'),), 50)
GOOD = ways.content({"word": "да"})


def test_the_answer_is_checked_by_a_schema(client, endpoint):
    """The schema goes with the question, and what comes back is an object of it; tokens are counted."""
    endpoint.moods = [GOOD]
    asking = client(key="s3cret")
    assert asking.ask(ASKED, Answer) == Answer(word="да")
    [sent] = endpoint.bodies
    schema = sent["response_format"]["json_schema"]["schema"]
    assert (schema["required"], schema["additionalProperties"]) == (["word"], False)
    assert (sent["model"], sent["temperature"], sent["max_tokens"]) == ("m", 0, 50)
    assert endpoint.requests[0].headers["Authorization"] == "Bearer s3cret"
    assert asking.tally == {"calls": 1, "tokens_in": 100, "tokens_out": 20}


@pytest.mark.parametrize(
    "said",
    [
        '```json\n{"word": "да"}\n```',
        'Конечно! {"word": "да"} Обращайтесь.',
        '<think>{"word": "нет"}? нет…</think>{"word": "да"}',
        '{"word": "да", "more": 1}',
    ],
)
def test_courtesies_around_the_json_are_forgiven(client, endpoint, said):
    """Fences, thoughts and phrases around the object do no harm."""
    endpoint.moods = [ways.content(said)]
    assert client().ask(ASKED, Answer).word == "да"


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        (ways.content('{"word": '), "malformed"),
        (ways.content('{"слово": "да"}'), "malformed"),
        (ways.content('{"word": ' + "[" * 100_000), "malformed"),
        (ways.body("<html>шлюз</html>"), "malformed"),
        (ways.body('{"choices": []}'), "malformed"),
        (ways.body("[1, 2"), "malformed"),
        (ways.content("Извините, я не могу с этим помочь."), "refused"),
        (ways.content(None, refusal="Не буду."), "refused"),
        (ways.content({"word": "да"}, reason="content_filter"), "refused"),
        (ways.content('{"word": "д', reason="length"), "cut off"),
        (ways.huge, "too large"),
    ],
)
def test_a_useless_answer_is_no_answer(client, endpoint, mood, reason):
    """Broken JSON, refusals, cut and endless answers end in one error that names the reason; it isn't asked again."""
    endpoint.moods = [mood]
    asking = client()
    with pytest.raises(Unusable) as error:
        asking.ask(ASKED, Answer)
    assert error.value.reason == reason
    assert len(endpoint.bodies) == 1
    assert asking.tally[reason] == 1


@pytest.mark.parametrize(
    "mood", [ways.status(429), ways.status(500), ways.status(503), ways.silent, ways.dripping, ways.hung_up]
)
def test_what_may_pass_is_tried_again(client, endpoint, mood):
    """Too many requests, a broken server, silence, a dripping or torn answer: the next try may do."""
    endpoint.moods = [mood, GOOD]
    asking = client(timeout=0.5)
    assert asking.ask(ASKED, Answer).word == "да"
    assert asking.tally["retries"] == 1
    assert len(asking.slept) == 1


def test_a_server_may_ask_for_patience_but_not_for_eternity(client, endpoint):
    """Retry-After is obeyed up to ``patience`` seconds."""
    endpoint.moods = [ways.status(429, Retry_After="4"), ways.status(429, Retry_After="86400"), GOOD]
    asking = client(patience=9)
    asking.ask(ASKED, Answer)
    assert asking.slept == [4, 9]


def test_tries_come_to_an_end(client, endpoint):
    """After the retries the question is given up, with the reason."""
    endpoint.moods = [ways.status(500)] * 3
    with pytest.raises(Unusable, match="HTTP 500"):
        client(retries=2).ask(ASKED, Answer)
    assert len(endpoint.bodies) == 3


def test_a_storm_of_failures_stops_the_work(client, endpoint):
    """When call after call comes to nothing, the endpoint is taken to be down; one good answer begins the count anew."""
    broken = ways.status(502)
    endpoint.moods = [broken] * (STORM - 1) + [GOOD] + [broken] * STORM
    asking = client(retries=0)
    for _ in range(STORM - 1):
        with pytest.raises(Unusable):
            asking.ask(ASKED, Answer)
    asking.ask(ASKED, Answer)
    for _ in range(STORM - 1):
        with pytest.raises(Unusable):
            asking.ask(ASKED, Answer)
    with pytest.raises(Unavailable, match="run the command again later"):
        asking.ask(ASKED, Answer)


@pytest.mark.parametrize(
    ("mood", "hint"),
    [
        (ways.status(401), "MINER_LLM_KEY"),
        (ways.status(402), "no money"),
        (ways.status(404), "llm.url"),
        (ways.status(307, Location="http://127.0.0.1:1/"), "points elsewhere"),
    ],
)
def test_a_wrong_address_key_or_model_is_told_at_once(client, endpoint, mood, hint):
    """There is no use in asking on, and words never follow a redirect; the key isn't told."""
    endpoint.moods = [mood]
    with pytest.raises(Unavailable, match=hint) as error:
        client(key="s3cret").ask(ASKED, Answer)
    assert len(endpoint.bodies) == 1
    assert "s3cret" not in str(error.value)


def test_nobody_at_home_is_told_at_once(client):
    """An address at which nothing ever answered isn't asked for every post."""
    with pytest.raises(Unavailable, match=r"llm.url"):
        client(url="http://127.0.0.1:9/v1", retries=1).ask(ASKED, Answer)


def test_an_endpoint_without_schemas_is_asked_in_its_own_form(client, endpoint):
    """What an endpoint rejects is left out step by step, and remembered once it is accepted."""

    def picky(request):
        asked = json.loads(request.body)
        simple = "response_format" not in asked or asked["response_format"]["type"] == "json_object"
        return GOOD(request) if simple else ways.status(400)(request)

    endpoint.moods = [picky] * 4
    asking = client()
    asking.ask(ASKED, Answer)
    asking.ask(ASKED, Answer)
    assert len(endpoint.bodies) == 4  # two were rejected, once
    assert endpoint.bodies[-1]["response_format"] == {"type": "json_object"}


def test_a_question_that_no_form_helps_is_given_up(client, endpoint):
    """A text too long for the model is rejected in every form; that says nothing of the next one."""
    endpoint.moods = [ways.status(400)] * 4 + [GOOD]
    asking = client()
    with pytest.raises(Unusable, match="HTTP 400"):
        asking.ask(ASKED, Answer)
    asking.ask(ASKED, Answer)
    assert endpoint.bodies[-1]["response_format"]["type"] == "json_schema"


def test_a_budget_of_the_day(client, endpoint):
    """What is spent is spent for every process of the workspace; the message says how to go on."""
    endpoint.moods = [GOOD, GOOD]
    client(calls_per_day=1).ask(ASKED, Answer)
    with pytest.raises(BudgetSpent, match=r"1 of 1 calls.*llm.calls_per_day"):
        client(calls_per_day=1).ask(ASKED, Answer)
    with pytest.raises(BudgetSpent, match="120 of 100 tokens"):
        client(tokens_per_day=100).ask(ASKED, Answer)
    assert len(endpoint.bodies) == 1
    client(tokens_per_day=121).ask(ASKED, Answer)


def test_usage_that_nobody_tells_is_estimated(client, endpoint):
    """An endpoint that keeps its counts to itself isn't free of charge."""
    endpoint.moods = [ways.content({"word": "да"}, usage=False)]
    asking = client()
    asking.ask(ASKED, Answer)
    assert asking.tally["tokens_in"] == asking.size(ASKED)
    assert asking.tally["tokens_out"] > 0


# Consent


def test_nothing_is_sent_without_consent(client, endpoint, tmp_path):
    """Consent is asked for before every call: what is withdrawn holds from the next one on."""
    endpoint.moods = [GOOD, GOOD]
    asking = client()
    asking.ask(ASKED, Answer)
    assert consent.withdraw(tmp_path / FOLDER)
    with pytest.raises(NoConsent, match="miner llm consent"):
        asking.ask(ASKED, Answer)
    assert len(endpoint.bodies) == 1


def test_a_new_address_asks_for_consent_anew(tmp_path):
    """Consent is given to an address; its path may change, its host may not."""
    consent.give(tmp_path, "https://llm.example.ru/v1", who="Иванова", at="2026-03-01")
    consent.check(tmp_path, "https://LLM.example.ru/v2")
    for other in ("http://llm.example.ru/v1", "https://llm.example.com/v1", "https://llm.example.ru:8443/v1"):
        with pytest.raises(NoConsent, match=r"agreed to https://llm.example.ru, not to"):
            consent.check(tmp_path, other)


@pytest.mark.parametrize("damage", ["", "{}", "не json", '{"who": "И", "at": "", "place": "x", "more": 1}'])
def test_a_damaged_consent_is_none(tmp_path, damage):
    """Whatever isn't plainly a consent, isn't one."""
    (tmp_path / consent.FILE).write_text(damage, encoding="utf-8")
    with pytest.raises(NoConsent):
        consent.check(tmp_path, "https://llm.example.ru/v1")


def test_connecting(settings, endpoint, tmp_path):
    """Address and model are needed, then consent; the client of a workspace is one."""
    with pytest.raises(BadConfig, match="MINER_LLM_URL") as error:
        connect(Settings())
    assert len(error.value.mistakes) == 2
    with pytest.raises(NoConsent):
        connect(settings(agreed=False))
    assert connect(settings()) is connect(settings())


def test_a_rehearsal_asks_nothing(settings, endpoint):
    """Without consent, too: calls and tokens are counted, nothing leaves."""
    with rehearsal() as counted, pytest.raises(Unusable, match="dry run"):
        connect(settings(agreed=False)).ask(ASKED, Answer)
    assert counted[0].tally == {"calls": 1, "tokens_in": counted[0].size(ASKED), "tokens_out": 50}
    assert endpoint.bodies == []
    with pytest.raises(NoConsent):
        connect(settings(agreed=False, model="other")).ask(ASKED, Answer)


# Answers and settings


def test_answers_are_kept(tmp_path):
    """They come back as they were, in every process of the workspace; the file is its owner's only."""
    Answers(tmp_path).keep({"а": [[0, 4, "pain"]], "б": []})
    assert Answers(tmp_path).known(["а", "б", "в"]) == {"а": [[0, 4, "pain"]], "б": []}
    assert stat.S_IMODE((tmp_path / "answers.sqlite").stat().st_mode) == 0o600
    many = {str(number): number for number in range(1_200)}
    Answers(tmp_path).keep(many)
    assert Answers(tmp_path).known(list(many)) == many


def test_reading_makes_no_file(tmp_path):
    """A workspace that never asked has nothing of this."""
    answers = Answers(tmp_path / "llm")
    assert (answers.known(["а"]), answers.count(), answers.spent("2026-03-01")) == ({}, 0, (0, 0))
    assert not (tmp_path / "llm").exists()


def test_a_damaged_file_is_named(tmp_path):
    """The error says which file, and the way out."""
    (tmp_path / "answers.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(MinerError, match=r"answers.sqlite: can't be used: .*delete the file"):
        Answers(tmp_path).keep({"а": 1})


def test_spending_adds_up(tmp_path):
    """Days are counted apart."""
    for day, tokens in (("2026-03-01", 120), ("2026-03-01", 80), ("2026-03-02", 5)):
        Answers(tmp_path).spend(day, 1, tokens)
    assert (Answers(tmp_path).spent("2026-03-01"), Answers(tmp_path).spent("2026-03-02")) == ((2, 200), (1, 5))


def test_the_environment_names_the_model(monkeypatch):
    """MINER_LLM_URL, MINER_LLM_MODEL and MINER_LLM_KEY are enough; MINER_LLM__URL wins over the short name."""
    for name, value in (("URL", "http://127.0.0.1:8000/v1"), ("MODEL", "m"), ("KEY", "k")):
        monkeypatch.setenv(f"MINER_LLM_{name}", value)
    assert load_settings().llm.url == "http://127.0.0.1:8000/v1"
    assert (load_settings().llm.model, load_settings().llm.key) == ("m", "k")
    monkeypatch.setenv("MINER_LLM__URL", "http://127.0.0.1:9000/v1")
    assert load_settings().llm.url == "http://127.0.0.1:9000/v1"


@pytest.mark.parametrize("url", ["ftp://a/v1", "llm.example.ru", "https://name:password@llm.example.ru/v1"])
def test_an_address_is_http(monkeypatch, url):
    """Other schemes, none, or a password in the address are mistakes in the settings."""
    monkeypatch.setenv("MINER_LLM_URL", url)
    with pytest.raises(BadConfig, match=r"llm.url"):
        load_settings()


def test_an_instruction_that_is_missing_is_named():
    """The error names the files."""
    with pytest.raises(BadInput, match=r"nowhere.md"):
        instructions.read("nowhere")


def test_nothing_is_set_to_a_language_model():
    """By default."""
    assert (Settings().statements.backend, Settings().themes.wording, Llm().url) == ("local", "rules", "")
