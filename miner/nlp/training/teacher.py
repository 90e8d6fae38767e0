"""Teacher and pupil: a language model labels a sample of posts once, and the small model learns from its labels.

The teacher also reads texts that people annotated, so that the report can set the three side by side.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from miner.errors import BadInput
from miner.llm import instructions
from miner.masks import mask_same_length
from miner.nlp.opinion.llm import Found, Underliner, concerns
from miner.nlp.training.corpus import Text
from miner.nlp.training.statements import TEACHER, Judged, Report, micro
from miner.records import Post
from miner.settings import Settings

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# So many posts are drawn for each that is wanted, since most of a crawl is beside the point.
DRAWN = 5
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Lesson:
    """``texts`` are the posts that the teacher labelled, ``checked`` its spans in texts of people by text, ``told``
    the counts.
    """

    texts: list[Text]
    checked: Mapping[str, Found]
    told: Report


def lesson(posts: str, corpora: Sequence[Path], settings: Settings, *, limit: int, check: int, seed: int) -> Lesson:
    """Hold the lesson of a file of posts beside corpora of people, with the language model of the settings.

    Raises what ``prepare`` and ``miner.llm.connect`` raise.
    """
    from miner.jsonl import read_posts
    from miner.llm import connect
    from miner.nlp import shared
    from miner.nlp.training.corpus import read

    people, underliner = read(corpora), Underliner(connect(settings))
    return prepare(
        read_posts(posts),
        people,
        underliner,
        shared(),
        limit=limit,
        check=check,
        seed=seed,
        least_relevance=settings.nlp.relevance_threshold,
    )


def prepare(
    posts: Iterable[Post],
    people: Sequence[Text],
    underliner: Underliner,
    nlp: Language,
    *,
    limit: int,
    check: int,
    seed: int = 42,
    least_relevance: float = 0.5,
) -> Lesson:
    """Let the teacher read ``limit`` relevant posts of clients, drawn at random, and ``check`` texts of people.

    The same posts and seed give the same sample, and what was answered before isn't asked again. Raises BadInput when
    no post is of use, Unavailable when the teacher can't be asked on.
    """
    known = {text.text for text in people}
    drawn = draw((post for post in posts if post.role == "client" and post.text not in known), DRAWN * limit, seed)
    # What comes after these in the pipeline is of no use here.
    with nlp.select_pipes(disable=[name for name in ("statements", "sentiment") if name in nlp.pipe_names]):
        read = nlp.pipe(post.text for post in drawn)
        masked = list(islice((hidden(doc) for doc in read if concerns(doc, least_relevance)), limit))
        if not masked:
            raise BadInput(f"none of {len(drawn)} posts is a client's, Russian and to the point. Give other posts.")
        shown = {example["text"] for example in instructions.read("statements").examples}
        asked = [text for text in people if text.text not in shown and text.looked is None]
        asked = random.Random(seed).sample(asked, min(check, len(asked)))
        theirs = [hidden(doc) for doc in nlp.pipe(text.text for text in asked)]
    found = underliner.read(masked)
    texts = [
        Text(f"{TEACHER}-{number}", TEACHER, text, tuple(spans), relevant=True)
        for number, (text, spans) in enumerate(zip(masked, found, strict=True))
        if spans is not None
    ]
    checked = {
        text.text: spans for text, spans in zip(asked, underliner.read(theirs), strict=True) if spans is not None
    }
    told = {
        "model": underliner.client.settings.model,
        "posts": len(texts),
        "statements": sum(len(text.gold) for text in texts),
        "posts without an answer": len(masked) - len(texts),
    }
    return Lesson(texts, checked, told)


def draw(posts: Iterable[Post], count: int, seed: int) -> list[Post]:
    """Draw posts of different texts at random, in one pass and bounded memory (reservoir sampling)."""
    chance = random.Random(seed)
    drawn: list[Post] = []
    for number, post in enumerate(different(posts)):
        if number < count:
            drawn.append(post)
        elif (place := chance.randrange(number + 1)) < count:
            drawn[place] = post
    chance.shuffle(drawn)
    return drawn


def different(posts: Iterable[Post]) -> Iterator[Post]:
    seen: set[int] = set()
    for post in posts:
        if hash(post.text) not in seen and len(post.text) <= LONGEST:
            seen.add(hash(post.text))
            yield post


def hidden(doc: Doc) -> str:
    return mask_same_length(doc.text, doc._.pii)


def compare(lesson: Lesson, pupil: Judged, before: Judged) -> Report:
    """Set teacher, pupil, and the pupil as it was ``before`` the lesson against people, on the same texts of theirs;
    and the pupil against the teacher on posts. The pupil answers texts that it wasn't trained on.
    """
    corpus = pupil.examples.corpus
    asked = np.array([text.fold != TEACHER and text.text in lesson.checked for text in corpus.texts])
    theirs = {number: lesson.checked[corpus.texts[number].text] for number in np.flatnonzero(asked).tolist()}
    early = before.examples.corpus
    return {
        **lesson.told,
        "texts of people": int(asked.sum()),
        "teacher and people": micro(corpus, theirs, asked),
        "pupil and people": micro(corpus, pupil.found(), asked),
        "pupil before the lesson and people": micro(early, before.found(), asked[: len(early.texts)]),
        "pupil and teacher": micro(corpus, pupil.found(), np.array([text.fold == TEACHER for text in corpus.texts])),
    }


def card(report: Mapping[str, Any], out: Path) -> None:
    """Write what came of the lesson beside the model, for a reader."""
    rows = [
        f"| {name} | {score['f1']:.3f} | {score['any']:.3f} | {score['gold']} | {score['found']} |"
        for name, score in report.items()
        if isinstance(score, Mapping)
    ]
    (out / "TEACHER.md").write_text(
        f"# Teacher, pupil and people\n\n{report['model']} labelled {report['posts']} posts "
        f"({report['statements']} statements); {report['posts without an answer']} posts got no usable answer. "
        f"It also read {report['texts of people']} texts that people annotated; on these the pupil was asked by models "
        "that had not seen them. Micro F1 over the three kinds, and of spans whatever their kind.\n\n"
        "| compared | F1 | any kind | in the second | in the first |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n",
        encoding="utf-8",
    )
