"""Teacher and pupil: a language model labels some posts once, the small model learns, and people judge both."""

import json

import pytest

from miner.errors import BadInput
from miner.llm import FOLDER, consent, instructions
from miner.nlp import load
from miner.nlp.training.statements import Plan, train
from miner.nlp.training.teacher import TEACHER, draw, lesson
from miner.records import Post
from tests.llm import endpoint as ways

THINGS = ["зарплату", "пособие", "выплату", "аванс", "премию", "пенсию"]
PEOPLE = {
    "pain": [f"Опять задерживают {thing}" for thing in THINGS],
    "desire": [f"Хочу получать {thing} вовремя" for thing in THINGS],
    "value": [f"Для меня важна честность, а не {thing}" for thing in THINGS],
}
# What only the teacher knows.
TAUGHT = [f"Начальство снова лишило {thing} весь цех" for thing in THINGS]


def write(path, *posts):
    path.write_text("".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts), encoding="utf-8")
    return path


@pytest.fixture
def corpora(tmp_path):
    texts = [(f"{words}. Сегодня вторник.", kind, words) for kind, found in PEOPLE.items() for words in found]
    for group in range(3):
        lines = [
            {"id": str(n), "text": text, "statements": [{"span": words, "kind": kind, "item": "-"}], "relevant": True}
            for n, (text, kind, words) in enumerate(texts)
            if n % 3 == group
        ]
        write(tmp_path / f"group_{group}.jsonl", *lines)
    return [tmp_path / f"group_{group}.jsonl" for group in range(3)]


@pytest.fixture
def crawl(tmp_path):
    posts = [
        {
            "id": str(n),
            "text": f"Работаю на заводе. {words}. Звоните Марии Петровой, +7 900 000-11-2{n}",
            "author": f"u{n}",
        }
        for n, words in enumerate(TAUGHT)
    ]
    return write(tmp_path / "posts.jsonl", *posts, {"id": "n", "text": "С праздником, дорогие друзья!"})


def test_the_pupil_learns_what_the_teacher_knows(corpora, crawl, settings, endpoint, tmp_path):
    """The report sets teacher, pupil and people side by side on texts that people annotated; thresholds and scores are
    of people's texts only. The model finds afterwards what only the teacher had told it of.
    """
    endpoint.says = ways.labels(pain=[*TAUGHT, *PEOPLE["pain"]], desire=PEOPLE["desire"])
    taught = lesson(str(crawl), corpora, settings(), limit=10, check=12, seed=1)
    assert taught.told == {"model": "m", "posts": 6, "statements": 6, "posts without an answer": 0}
    for private in ("Мария", "Марии", "900 000", "u1"):
        assert private not in endpoint.sent
        assert not any(private in text.text for text in taught.texts)
    report = train(corpora, tmp_path / "model", plan=Plan(folds=3, networks=0, regularisation=10), lesson=taught)
    compared = report["teacher"]
    assert compared["texts of people"] == 12
    assert 0 < compared["teacher and people"]["f1"] < 1  # it knows nothing of values
    for name in ("pupil and people", "pupil before the lesson and people", "pupil and teacher"):
        assert 0 <= compared[name]["f1"] <= 1
    assert compared["pupil and people"]["gold"] == compared["teacher and people"]["gold"] == 12
    assert report["models"]["together"]["gold"] == 18
    assert set(report["left out"]) == {"group_0", "group_1", "group_2", TEACHER}
    card = (tmp_path / "model" / "TEACHER.md").read_text(encoding="utf-8")
    assert f"| teacher and people | {compared['teacher and people']['f1']:.3f} |" in card
    assert json.loads((tmp_path / "model" / "scores.json").read_text(encoding="utf-8"))["teacher"] == compared
    nlp = load()
    nlp.replace_pipe("statements", "miner_statements", config={"model": str(tmp_path / "model")})
    doc = nlp("Работаю на заводе. Начальство снова лишило надбавки весь цех.")
    assert [span.label_ for span in doc.spans["statements"]] == ["pain"]


def test_a_lesson_is_paid_for_once(corpora, crawl, settings, endpoint):
    """The same posts and seed ask nothing again; the sample is the same."""
    endpoint.says = ways.labels(pain=TAUGHT)
    one = lesson(str(crawl), corpora, settings(), limit=4, check=3, seed=1)
    calls = len(endpoint.bodies)
    assert lesson(str(crawl), corpora, settings(), limit=4, check=3, seed=1) == one
    assert len(endpoint.bodies) == calls
    assert len(one.texts) == 4


def test_what_the_teacher_leaves_is_not_learnt(corpora, crawl, settings, endpoint):
    """A post without a usable answer isn't taken for one without statements."""
    endpoint.says = lambda _: "Не могу."
    taught = lesson(str(crawl), corpora, settings(), limit=5, check=5, seed=1)
    assert (taught.texts, taught.checked, taught.told["posts without an answer"]) == ([], {}, 5)


def test_the_teacher_is_not_examined_on_its_own_examples(settings, endpoint, crawl, tmp_path):
    """Texts that stand in the instruction say nothing of how well a model does."""
    shown = [{"id": e["id"], "text": e["text"], "statements": []} for e in instructions.read("statements").examples]
    own = {"id": "1", "text": "Опять задерживают пособие.", "statements": []}
    endpoint.says = ways.labels(pain=["Опять задерживают пособие"])
    taught = lesson(str(crawl), [write(tmp_path / "c.jsonl", *shown, own)], settings(), limit=1, check=99, seed=1)
    assert list(taught.checked) == [own["text"]]


def test_posts_of_no_use_are_told(corpora, settings, endpoint, tmp_path):
    """Nothing of a client's, Russian and to the point: the message says so, and nobody is asked."""
    posts = write(tmp_path / "p.jsonl", {"id": "1", "text": "С праздником!"}, {"id": "2", "text": "Hello, world"})
    with pytest.raises(BadInput, match="none of 2 posts"):
        lesson(str(posts), corpora, settings(), limit=5, check=5, seed=1)
    assert endpoint.bodies == []


def test_drawing_is_fair_and_repeatable():
    """Every post has the same chance, copies count once, the same seed draws the same."""
    posts = [Post(str(n), f"текст {n}") for n in range(100)]
    copies = [Post(f"c{n}", "текст 0") for n in range(100)]
    assert draw(posts, 10, 1) == draw([*posts, *copies], 10, 1) != draw(posts, 10, 2)
    drawn = [int(post.id) for seed in range(300) for post in draw(posts, 10, seed)]
    assert 44 < sum(drawn) / len(drawn) < 55
    assert len({post.text for post in draw(copies, 10, 1)}) == 1


# The command


def run(miner, corpora, crawl, *more):
    return miner("train", "statements", *corpora, "--teacher", "--posts", crawl, *more)


def test_the_command(miner, corpora, crawl, endpoint, monkeypatch, tmp_path):
    """A dry run counts, consent is needed, then the model and its card are written; the settings take it into use."""
    endpoint.says = ways.labels(pain=[*TAUGHT, *PEOPLE["pain"]], desire=PEOPLE["desire"], value=PEOPLE["value"])
    monkeypatch.setenv("MINER_LLM_URL", endpoint.address)
    monkeypatch.setenv("MINER_LLM_MODEL", "m")
    status, said, _ = run(miner, corpora, crawl, "--limit", "4", "--check", "2", "--dry-run")
    assert (status, endpoint.bodies) == (0, [])
    assert "would be asked 2 times" in said
    status, _, told = run(miner, corpora, crawl, "--out", tmp_path / "model")
    assert status == 2
    assert "miner llm consent" in told
    consent.give(tmp_path / "var" / FOLDER, endpoint.address, who="Иванова", at="2026-03-01")
    monkeypatch.setattr(Plan, "__init__", quick(Plan.__init__))
    status, said, told = run(miner, corpora, crawl, "--out", tmp_path / "model", "--limit", "4", "--check", "2")
    assert status == 0, told
    assert json.loads(said)["teacher"]["posts"] == 4
    assert "was asked 2 times" in told
    monkeypatch.setenv("MINER_STATEMENTS__MODEL", str(tmp_path / "model"))
    status, said, _ = miner("annotate", crawl)
    assert status == 0
    found = [json.loads(line)["statements"] for line in said.splitlines()]
    assert sum(map(len, found)) >= 4


def quick(original):
    """Seconds instead of minutes: a plan without networks."""

    def plan(self, **given):
        original(self, **{"folds": 3, "networks": 0, "regularisation": 10} | given)

    return plan


def test_options_that_go_together(miner, corpora, crawl):
    """A teacher without posts, posts without a teacher, and a dry run of nothing are wrong use."""
    for wrong in (["--teacher"], ["--posts", crawl], ["--dry-run"]):
        status, _, told = miner("train", "statements", *corpora, *wrong)
        assert status == 2
        assert "go together" in told
