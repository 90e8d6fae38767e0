"""Commands with a language model behind them: annotate, mine, refresh, and those of consent and cost."""

import itertools
import json

import pytest

from miner import pipeline, refreshing
from miner.jsonl import read_posts
from miner.llm import FOLDER
from miner.records import Decision
from miner.store import open_store
from tests.llm import endpoint as ways

PAINS = [
    "третий месяц нигде не берут из-за возраста",
    "из-за возраста нигде не берут",
    "никуда не берут, возраст уже не тот",
    "на работу не берут, говорят возраст",
]
DESIRES = [
    "хочу бесплатно выучиться на бухгалтера",
    "хочу выучиться на бухгалтера бесплатно",
    "хочу бесплатные курсы бухгалтера",
    "хочу бесплатно пройти обучение на бухгалтера",
]
FOUND = {("pain", words) for words in PAINS} | {("desire", words) for words in DESIRES}
PEOPLE = [
    {"id": f"p{n}", "text": f"Мне {50 + n}, меня сократили, {words}. Пишите Марии Петровой", "author": f"u{n}"}
    for n, words in enumerate(PAINS)
] + [
    {"id": f"d{n}", "text": f"Сократили с завода {n} марта, {words} через центр занятости.", "author": f"v{n}"}
    for n, words in enumerate(DESIRES)
]


@pytest.fixture
def posts(tmp_path):
    file = tmp_path / "posts.jsonl"
    lines = (json.dumps({**post, "group": "laid_off"}, ensure_ascii=False) for post in PEOPLE)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def on(monkeypatch, endpoint):
    """Statements by a language model, switched on by the environment."""
    endpoint.says = ways.labels(pain=PAINS, desire=DESIRES)
    monkeypatch.setenv("MINER_STATEMENTS__BACKEND", "llm")
    monkeypatch.setenv("MINER_LLM_URL", endpoint.address)
    monkeypatch.setenv("MINER_LLM_MODEL", "m")


def found(text):
    return {(s["kind"], s["text"]) for line in text.splitlines() for s in json.loads(line)["statements"]}


def test_annotate(miner, posts, on, endpoint, tmp_path):
    """A dry run first, then consent, then the work; what was asked is told, several processes change nothing."""
    status, said, _ = miner("annotate", posts, "--dry-run")
    assert status == 0
    assert said.startswith("the language model would be asked 1 times: about ")
    status, _, told = miner("annotate", posts, "-o", tmp_path / "out.jsonl")
    assert (status, endpoint.bodies, (tmp_path / "out.jsonl").exists()) == (2, [], False)
    assert "miner llm consent --who NAME" in told
    assert miner("llm", "consent", "--who", "Иванова И. И.")[0] == 0
    status, said, told = miner("annotate", posts, "--workers", "2")
    assert status == 0
    assert found(said) == FOUND
    assert "was asked 1 times: 100 tokens to it, 20 from it" in told
    assert "Мари" not in endpoint.sent


def test_mine(miner, posts, on, endpoint, monkeypatch):
    """Lines of a profile out of the model's statements; wordings are counted by the dry run, and proposed."""
    monkeypatch.setenv("MINER_THEMES__WORDING", "llm")
    miner("llm", "consent", "--who", "Иванова")
    status, said, _ = miner("mine", posts, "--group", "laid_off", "--dry-run")
    assert status == 0
    assert "would be asked" in said
    assert endpoint.bodies == []
    status, said, told = miner("mine", posts, "--group", "laid_off")
    assert status == 0, told
    lines = json.loads(said)["candidates"]
    assert lines
    assert {quote["quote"] for line in lines for quote in line["evidence"]} <= {*PAINS, *DESIRES}
    assert "was asked" in told


def test_refresh(miner, posts, on, endpoint):
    """What waits in the store is counted, then annotated by the model; the way back annotates it anew, and both answers
    are those of their makers.
    """
    miner("llm", "consent", "--who", "Иванова")
    assert miner("import", posts)[0] == 0
    status, said, _ = miner("refresh", "--dry-run")
    assert (status, endpoint.bodies) == (0, [])
    assert "would be asked 1 times" in said
    status, said, told = miner("refresh")
    assert status == 0, told
    assert "laid_off" in said
    statements = [json.loads(line) for line in miner("export", "statements")[1].splitlines()]
    assert {(s["kind"], s["text"]) for s in statements} == FOUND
    assert {tuple(s["why"]) for s in statements} == {("языковая модель m",)}
    assert "0 times" in miner("refresh", "--dry-run")[1] or "would not be asked" in miner("refresh", "--dry-run")[1]


def test_switching_back_annotates_anew(miner, posts, on, endpoint, monkeypatch):
    """Statements of one maker don't stay in the store under another's name."""
    miner("llm", "consent", "--who", "Иванова")
    miner("import", posts)
    miner("refresh")
    monkeypatch.setenv("MINER_STATEMENTS__BACKEND", "local")
    miner("refresh")
    statements = [json.loads(line) for line in miner("export", "statements")[1].splitlines()]
    assert statements
    assert not any("языковая" in why for s in statements for why in s["why"])


def test_consent_and_costs(miner, on, endpoint, posts, tmp_path):
    """Who agreed, when, to what; what was spent; and back again."""
    assert "consent             none" in miner("llm", "status")[1]
    status, said, _ = miner("llm", "consent", "--who", " Иванова ")
    assert (status, said.startswith("Иванова agreed")) == (0, True)
    record = json.loads((tmp_path / "var" / FOLDER / "consent.json").read_text(encoding="utf-8"))
    assert (record["who"], record["place"]) == ("Иванова", endpoint.url)
    miner("annotate", posts)
    said = miner("llm", "status")[1]
    for told in (
        endpoint.address,
        "Иванова, 2",
        "statements.backend  llm",
        "answers kept        8",
        "1 calls, 120 tokens",
    ):
        assert told in said
    assert miner("llm", "withdraw")[1].strip() == "withdrawn"
    assert miner("llm", "withdraw")[1].strip() == "there was no consent"
    assert miner("annotate", posts)[0] == 2


def test_a_consent_needs_a_name_and_an_address(miner, on, monkeypatch):
    """To nobody, or by nobody, there is none."""
    assert miner("llm", "consent", "--who", " ")[0] == 2
    monkeypatch.delenv("MINER_LLM_URL")
    status, _, told = miner("llm", "consent", "--who", "Иванова")
    assert status == 2
    assert "MINER_LLM_URL" in told


def test_a_dry_run_where_nothing_is_switched_on(miner, posts):
    """Says so."""
    status, said, _ = miner("annotate", posts, "--dry-run")
    assert (status, said.strip()) == (0, "the language model would not be asked: nothing is set to it")


@pytest.mark.slow
def test_topics_get_names(miner, posts, endpoint, monkeypatch):
    """Of what is most telling in them, personal data hidden; a name that is none leaves the topic its own."""
    names = iter(["Возраст и отказы.", "Not a name"])
    endpoint.says = lambda _: {"wording": "-", "label": next(names, "-")}
    own = {topic["id"]: topic["label"] for topic in json.loads(miner("topics", posts)[1])["topics"]}
    monkeypatch.setenv("MINER_THEMES__WORDING", "llm")
    monkeypatch.setenv("MINER_LLM_URL", endpoint.address)
    monkeypatch.setenv("MINER_LLM_MODEL", "m")
    miner("llm", "consent", "--who", "Иванова")
    status, said, told = miner("topics", posts)
    assert status == 0, told
    topics = json.loads(said)["topics"]
    assert [topic["label"] for topic in topics] == ["возраст и отказы", *list(own.values())[1:]]
    assert '\\"topic\\"' in endpoint.sent
    assert "Мари" not in endpoint.sent


@pytest.mark.slow
def test_a_refit_names_topics_but_those_that_people_named(settings, endpoint, posts, tmp_path):
    """The store's topics, too, from masked statements; a person's name stays."""
    count = itertools.count()
    names = ("дело о возрасте", "дело об учёбе", "дело о заводе", "дело о деньгах", "дело о погоде")
    endpoint.says = lambda _: {"wording": "-", "label": names[next(count)]}
    chosen = settings(wording="llm")
    version = pipeline.version(chosen)
    with open_store(chosen.home) as store:
        store.posts.add(read_posts(posts))
        store.documents.save(pipeline.annotate(read_posts(posts), chosen), version)
        refreshing.refit(store, chosen, follow, version=version)
        first = {topic.id: topic.label for topic in store.topics.load()}
        assert first
        assert set(first.values()) <= set(names)
        assert "Мари" not in endpoint.sent
        renamed = next(iter(first))
        rename = Decision("d1", "2026-03-01", "Иванова", "topic.rename", renamed, {"label": "Мы так решили"})
        store.decisions.append(rename)
        refreshing.refit(store, chosen, follow, version=version)
        assert {t.id: t.label for t in store.topics.load()} == first | {renamed: "Мы так решили"}


def follow(_stage, things, _total=None):
    yield from things
