"""The one place where the stages meet: every command and every worker walks these functions.

posts → annotate → mine → profile → export
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from miner import scores
from miner.components import load, names
from miner.errors import BadInput
from miner.masks import mask
from miner.records import (
    KINDS,
    Candidate,
    Decision,
    Disclosure,
    Document,
    Fact,
    FactValue,
    Kind,
    Line,
    Mask,
    Mined,
    Post,
    Profile,
    Quote,
    Remark,
    Theme,
    Topic,
    Word,
)
from miner.settings import Settings, Statements, resources
from miner.shares import wilson

if TYPE_CHECKING:
    from miner.crawling import CrawlOutcome, Stop
    from miner.profiles import Group
    from miner.review import Verdict
    from miner.store import Store
    from miner.topics.model import TopicsResult

# When the store has grown so much, everybody is assigned anew, and cues that take nearly everyone are found.
_JUDGED_AGAIN = 1.25
Annotated = tuple[Post, Document]
Follow = Callable[[str, Iterable[Any], int | None], Iterator[Any]]


def version(settings: Settings | None = None) -> str:
    """What annotations depend on: the code's version, the pipeline's config, lexicons and models, and who finds the
    statements by the ``settings``.

    Posts annotated under another version are annotated anew.
    """
    from miner import __version__

    digest = hashlib.sha256(__version__.encode())
    root = resources()
    files = [
        root / "config" / "pipeline.cfg",
        *(root / "config" / "lexicons").rglob("*"),
        *(root / "models").rglob("*"),
    ]
    for file in sorted(f for f in files if f.is_file() and f.suffix != ".md"):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(file.read_bytes())
    if settings and settings.statements.model:
        for file in sorted(f for f in Path(settings.statements.model).rglob("*") if f.suffix != ".md" and f.is_file()):
            digest.update(file.read_bytes())
    if settings and settings.statements.backend == "llm":
        from miner.llm import instructions

        digest.update(f"{settings.llm.model}\n{instructions.read('statements').digest}".encode())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def annotate(
    posts: Iterable[Post], settings: Settings, *, workers: int = 1, tokens: bool = False
) -> Iterator[Document]:
    """Yield the document of each post, in order; several ``workers`` are processes side by side.

    Where a language model finds the statements, there is one process with several calls on their way. Raises what
    ``miner.llm.connect`` raises, and Unavailable when it is no use to ask on.
    """
    asks = settings.statements.backend == "llm"
    if workers > 1 and not asks:
        from miner.nlp.workers import annotate_apart

        yield from annotate_apart(posts, settings, workers=workers, tokens=tokens)
        return
    from miner.nlp import finding_by
    from miner.nlp.annotator import Annotator

    underliner = None
    if asks:
        from miner.llm import connect
        from miner.nlp.opinion.llm import Underliner

        underliner = Underliner(connect(settings))
    nlp = finding_by(settings.statements.model)
    yield from Annotator(nlp, settings.nlp, tokens=tokens, underliner=underliner).annotate(posts)


def evidence(annotated: Iterable[Annotated]) -> dict[Kind, list[Quote]]:
    """The statements of clients as quotes with personal data hidden, by kind."""
    found: dict[Kind, list[Quote]] = {kind: [] for kind in KINDS}
    for post, document in annotated:
        if post.role != "client" or not document.relevant:
            continue
        for s in document.statements:
            found[s.kind].append(
                Quote(
                    doc_id=post.id,
                    start=s.start,
                    end=s.end,
                    quote=shown(post.text, document.pii, s.start, s.end),
                    speaker=post.speaker,
                    date=post.date,
                    url=post.url,
                    thread=post.thread,
                    source=post.source,
                    score=s.score,
                )
            )
    return found


def shown(text: str, masks: Iterable[Mask], start: int, end: int) -> str:
    """A piece of a text with its personal data hidden.

    >>> shown("Звоните +7 900 000-12-34", [Mask(8, 24, "phone")], 0, 12)
    'Звоните [телефон]'
    """
    return mask(text[start:end], [Mask(m.start - start, m.end - start, m.label) for m in masks])


def mine(
    annotated: Iterable[Annotated],
    group: str,
    settings: Settings,
    *,
    background: Mapping[str, int] | None = None,
) -> Mined:
    """The main job: a group's annotated posts to its candidates, best first in each kind, and its facts.

    Posts of other groups in the same file are what the group is compared with. ``background`` are word counts of
    other groups (see ``words``) when they are known already.
    """
    return _mine(*split(list(annotated), group), group, settings, background or {})


def _mine(
    own: Iterable[Annotated],
    others: Iterable[Annotated],
    group: str,
    settings: Settings,
    background: Mapping[str, int],
) -> Mined:
    heard = _Heard()
    for post, document in own:
        heard.hear(post, document)
    authors = len(heard.speakers)
    compared = Counter(background) + words(evidence(others))
    from miner.topics import themes

    found = {
        kind: list(
            themes.find(heard.quotes[kind], group=group, kind=kind, seed=settings.topics.seed, background=compared)
        )
        for kind in KINDS
    }
    lines = tuple(_candidates(found, words(heard.quotes), group, authors, heard.people_by_month(), compared, settings))
    curves = tuple(themes.saturation([theme for kind in KINDS for theme in found[kind]]))
    notes = [
        *heard.left_out(),
        *_reasons(heard.quotes, authors),
        *_unworded([theme for kind in KINDS for theme in found[kind]], lines),
        *themes.enough(curves),
    ]
    return Mined(
        group=group,
        posts=heard.posts,
        authors=authors,
        candidates=lines,
        facts=tuple(facts(heard.telling)),
        notes=tuple(notes),
        saturation=curves,
    )


def _unworded(found: Sequence[Theme], lines: Sequence[Candidate]) -> Iterator[str]:
    """Say how many themes of three or more people are no candidates, since none of their quotes can be worded."""
    worded = {line.evidence for line in lines}
    left = sum(len({q.speaker for q in theme.quotes}) >= 3 and theme.quotes not in worded for theme in found)
    if left:
        yield f"темы трёх и более авторов, из цитат которых не вышло строки: {left}"


class _Heard:
    """What a group's posts say, post by post: of a large group the posts themselves don't fit into memory."""

    def __init__(self) -> None:
        from miner.topics import reposts

        self.posts = 0
        self.quotes: dict[Kind, list[Quote]] = {kind: [] for kind in KINDS}
        self.speakers: set[str] = set()
        self.telling: list[Annotated] = []
        self._months: dict[str, set[str]] = defaultdict(set)
        self._foreign: Counter[str] = Counter()
        self._reposts = reposts.Reposts()
        self._copies = 0

    def hear(self, post: Post, document: Document) -> None:
        self.posts += 1
        if document.language != "ru" and post.text.strip():
            self._foreign[document.language] += 1
        if post.role != "client" or not document.relevant:
            return
        if self._reposts.copied(post.id, post.text):
            self._copies += 1
            return
        for kind, quotes in evidence([(post, document)]).items():
            self.quotes[kind] += quotes
        self.speakers.add(post.speaker)
        if post.date:
            self._months[post.date[:7]].add(post.speaker)
        if document.facts or "disclosed" in post.extra:
            self.telling.append((dataclasses.replace(post, text=""), document))

    def people_by_month(self) -> dict[str, int]:
        return {month: len(people) for month, people in sorted(self._months.items())}

    def left_out(self) -> Iterator[str]:
        if self._foreign:
            told = ", ".join(f"{language}: {count}" for language, count in self._foreign.most_common())
            yield f"не на русском языке и не разбирались: {self._foreign.total()} ({told})"
        if self._copies:
            yield f"повторы уже сказанного учтены один раз: {self._copies}"


def split(annotated: Sequence[Annotated], group: str) -> tuple[list[Annotated], list[Annotated]]:
    """Posts of the group and of others; where no post names the group, all posts are taken for its own."""
    from miner.profiles import find_group, load_groups

    known = load_groups()
    wanted = find_group(group, known).name
    of = {name: find_group(name, known).name == wanted for name in {p.group for p, _ in annotated if p.group}}
    if not any(of.values()):
        return list(annotated), []
    own = [(p, d) for p, d in annotated if p.group is None or of[p.group]]
    return own, [(p, d) for p, d in annotated if p.group is not None and not of[p.group]]


def words(quotes: Mapping[Kind, Sequence[Quote]]) -> Counter[str]:
    """How many people use each word in these statements."""
    from miner.topics import themes

    return sum((themes.counts(own) for own in quotes.values()), Counter())


def _candidates(
    found: Mapping[Kind, Sequence[Theme]],
    said: Mapping[str, int],
    group: str,
    authors: int,
    months: Mapping[str, int],
    background: Mapping[str, int],
    settings: Settings,
) -> Iterator[Candidate]:
    from miner.mappers import Context, best_first

    context = Context(
        group=group,
        authors=authors,
        parse=parse,
        months=months,
        words=said,
        background=background,
        min_authors=settings.themes.min_authors,
        propose=_proposing(settings),
    )
    mappers = [load("mappers", name)() for name in names("mappers")]
    for kind in KINDS:
        yield from best_first(c for theme in found[kind] for mapper in mappers for c in mapper.map(theme, context))


def parse(text: str) -> Sequence[Word]:
    """The words of a short text with their syntax."""
    from miner.nlp import shared

    # Entities, models and the like are of no use to a mapper.
    needed = ("slovnet", "lemmatizer", "social")
    nlp = shared()
    with nlp.select_pipes(enable=[name for name in needed if name in nlp.pipe_names]):
        doc = nlp(text)
    tokens = [token for token in doc if not token.is_space]
    place = {token.i: index for index, token in enumerate(tokens)}
    return [
        Word(
            start=token.idx,
            end=token.idx + len(token),
            text=token.text,
            lemma=token.lemma_,
            pos=token.pos_,
            feats=token.morph.to_dict(),
            head=-1 if token.head.i == token.i else place.get(token.head.i, -1),
            rel=token.dep_,
        )
        for token in tokens
    ]


def _proposing(settings: Settings) -> Callable[[Theme], str | None] | None:
    """Who words a theme instead of the rules; None when nobody is set to."""
    if settings.themes.wording != "llm":
        return None
    from miner.llm import connect
    from miner.llm.proposals import Proposals

    proposals = Proposals(connect(settings), private)

    def propose(theme: Theme) -> str | None:
        proposal = proposals.propose(theme.kind, [quote.quote for quote in theme.quotes])
        return proposal.wording if proposal else None

    return propose


def facts(speaking: Iterable[Annotated]) -> Iterator[Fact]:
    """What authors say of themselves, as distributions over distinct authors, each author's posts taken together.

    Whose posts contradict each other without a majority is left out of that characteristic.
    """
    said: dict[str, Counter[str | int]] = defaultdict(Counter)
    for _, field, value, _ in disclosed(speaking):
        said[field][value] += 1
    for field, values in sorted(said.items()):
        yield _fact(field, values)


def _fact(field: str, values: Counter[str | int]) -> Fact:
    n = values.total()
    counts = sorted(values.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return Fact(field, n, tuple(FactValue(value, count, count / n, wilson(count, n)) for value, count in counts))


def disclosed(speaking: Iterable[Annotated]) -> Iterator[tuple[str, str, str | int, Sequence[str]]]:
    """Each author's characteristics: the speaker, the field, its value, and the ids of the posts that say so."""
    from miner.nlp.disclosures.merge import merge

    posts: dict[str, list[tuple[str, Sequence[Disclosure]]]] = defaultdict(list)
    for post, document in sorted(speaking, key=lambda pair: pair[0].date or ""):
        posts[post.speaker].append((post.id, [*answered(post), *document.facts]))
    for speaker, own in posts.items():
        for known in merge(own):
            if known.value is not None:
                yield speaker, known.field, known.value, known.posts


def told(speaking: Sequence[Annotated]) -> tuple[list[Fact], dict[str, list[tuple[str | int, Quote]]]]:
    """Age by sex, where authors told both; and a quote of every author for every characteristic they told of."""
    by_id = {post.id: (post, document) for post, document in speaking}
    people: dict[str, dict[str, str | int]] = defaultdict(dict)
    quotes: dict[str, list[tuple[str | int, Quote]]] = defaultdict(list)
    for speaker, field, value, posts in disclosed(speaking):
        people[speaker][field] = value
        post, document = by_id[posts[0]]
        quotes[field] += [
            (value, sentence(post, document, f)) for f in document.facts if (f.field, f.value) == (field, value)
        ]
    both = Counter[str | int](f"{of['gender']} {of['age']}" for of in people.values() if {"age", "gender"} <= of.keys())
    return [_fact("age_gender", both)] if both else [], quotes


def sentence(post: Post, document: Document, of: Disclosure) -> Quote:
    """The sentence in which something is disclosed, personal data hidden."""
    start = max(post.text.rfind(end, 0, of.start) for end in ".!?…\n") + 1
    ends = [at for end in ".!?…\n" if (at := post.text.find(end, of.end)) >= 0]
    start += len(post.text[start:]) - len(post.text[start:].lstrip())
    end = min(ends, default=len(post.text))
    return Quote(
        doc_id=post.id,
        start=start,
        end=end,
        quote=shown(post.text, document.pii, start, end),
        speaker=post.speaker,
        date=post.date,
        url=post.url,
        thread=post.thread,
        source=post.source,
    )


def answered(post: Post) -> Iterator[Disclosure]:
    """What a form or a transcript's header says of the author, beside their words (``disclosed`` of the post).

    >>> [(f.field, f.value) for f in answered(Post("1", "да", extra={"disclosed": {"age": 51}}))]
    [('age', 51)]
    """
    told = post.extra.get("disclosed")
    if isinstance(told, dict):
        yield from (Disclosure(field, value, 0, 0) for field, value in told.items() if isinstance(value, (str, int)))


def _reasons(quotes: Mapping[Kind, Sequence[Quote]], authors: int) -> Sequence[str]:
    from miner.topics import themes

    return themes.reasons(quotes, authors=authors)


def topics(
    posts: Sequence[Post],
    settings: Settings,
    *,
    level: str = "post",
    previous: Path | None = None,
    quality: bool = False,
) -> dict[str, Any]:
    """Topics of posts or of their statements, as `miner topics` writes them; statement ids are ``post:start-end``.

    With ``quality`` the answer says how coherent, how apart and how stable each topic is.
    """
    from miner.topics import model
    from miner.topics.quality import measure

    texts, masked = posts, dict[str, str]()
    if level == "statement":
        texts = []
        for post, document in zip(posts, annotate(posts, settings), strict=True):
            for s in document.statements:
                texts.append(Post(f"{post.id}:{s.start}-{s.end}", s.text))
                masked[texts[-1].id] = shown(post.text, document.pii, s.start, s.end)
    result = model.fit(texts, settings, previous=read_json(previous) if previous else None)
    of = {text.id: text.text for text in texts}
    named = name_topics(result, lambda text: masked.get(text) or hidden(of[text]), settings)
    result = dataclasses.replace(result, topics=named)
    return {**result.to_json(), **({"quality": measure(texts, result, settings).to_json()} if quality else {})}


def name_topics(result: TopicsResult, show: Callable[[str], str], settings: Settings) -> tuple[Topic, ...]:
    """The topics of a fit, named by a language model where ``themes.wording`` says so, from their most telling texts.

    ``show`` gives a text by its id with personal data hidden. A name that a person gave stays, and so does the topic's
    own where the model has none.
    """
    if settings.themes.wording != "llm":
        return result.topics
    from miner.llm import connect
    from miner.llm.proposals import Proposals
    from miner.topics.registry import Registry

    proposals = Proposals(connect(settings), private)
    kept = Registry.from_json({"registry": result.state}).overlay().names
    labels = {topic.id: topic.label for topic in result.topics}
    for topic in result.topics:
        told = [] if topic.id in kept else [show(text) for text in topic.representative]
        proposal = proposals.propose("topic", told) if told else None
        if proposal and proposal.name and proposal.name not in labels.values():
            labels[topic.id] = proposal.name
    return tuple(dataclasses.replace(topic, label=labels[topic.id]) for topic in result.topics)


def evaluate(
    posts: Sequence[Post], documents: Sequence[Document], settings: Settings, *, items: Path | None = None
) -> dict[str, Any]:
    """Figures on gold posts (their annotations stand in ``Post.extra``): of the annotations, or of mined candidates."""
    gold = [{"id": p.id, "text": p.text, **({"author": p.author} if p.author else {}), **p.extra} for p in posts]
    if items is None:
        return scores.of_annotations(gold, {d.id: d.to_json() for d in documents})
    wanted = read_json(items)
    if "items" not in wanted:
        raise BadInput(f"{items}: no field items. An items file has items: {{id: wording}}.")
    group = wanted.get("group") or next((p.group for p in posts if p.group), "group")
    mined = mine(zip(posts, documents, strict=True), group, settings)
    return scores.of_candidates(gold, wanted["items"], mined.to_json())


def read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}. Give an existing file.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: no JSON: {error}. Give a file that miner wrote.") from error
    if not isinstance(value, dict):
        raise BadInput(
            f"{path}: a JSON object is needed, this is {type(value).__name__}. Give a file that miner wrote."
        )
    return value


def crawl(
    store: Store,
    source_name: str,
    settings: Settings,
    *,
    stop: Stop | None = None,
    follow: Follow | None = None,
    **more: Any,
) -> CrawlOutcome:
    """Crawl a source into the store; see ``miner.crawling.crawl``, which knows the errors and ``more`` arguments."""
    from miner import crawling

    return crawling.crawl(store, source_name, settings, stop=stop, follow=follow, **more)


def mine_group(store: Store, settings: Settings, name: str, background: Mapping[str, int]) -> Mined:
    """Mine all posts of a group in the store; ``background`` are the word counts of the others."""
    return _mine(documents(store, name, settings), (), name, settings, background)


def assign(store: Store, settings: Settings, fresh: Sequence[int] | None = None) -> set[str]:
    """Assign people whose posts came without a group; returns the groups that got or lost somebody.

    Given the marks of ``fresh`` posts, only their authors are judged: as long as the groups and the pipeline are those
    by which everybody was, and the store has not grown by a quarter since.
    """
    from miner.profiles.assign import assign as assigning

    groups, current, stamp = groups_of(store), version(settings), store.posts.stamp()
    told = [current, *(groups[name].model_dump_json() for name in sorted(groups))]
    rule = hashlib.sha256("\n".join(told).encode()).hexdigest()
    before, _, then = store.memberships.rule().partition(" ")
    if fresh is not None and before == rule and stamp <= _JUDGED_AGAIN * int(then):
        people = store.documents.writers(fresh)
        members = assigning(store.documents.of_writers(people, current), groups, everybody=False)
        return set(store.memberships.replace(members, people))
    members = assigning(store.documents.of_group(None, current), groups)
    return set(store.memberships.replace(members, rule=f"{rule} {stamp}"))


def groups_of(store: Store) -> dict[str, Group]:
    """The groups of config/groups and of the workspace's own folder ``groups``, by name."""
    from miner.profiles import load_groups

    return load_groups(store.workspace / "groups")


def documents(store: Store, name: str, settings: Settings) -> Iterator[Annotated]:
    """The annotated posts of a group: those collected for it under any of its names, and those of assigned people."""
    current = version(settings)
    for given in given_groups(store).get(name, ()):
        yield from store.documents.of_group(given, current)
    yield from store.documents.of_members(name, current)


def given_groups(store: Store) -> dict[str, list[str]]:
    """The names under which posts were collected, by the name of the group's file."""
    from miner.profiles import find_group

    known = groups_of(store)
    found: dict[str, list[str]] = defaultdict(list)
    for given in store.posts.groups():
        found[find_group(given, known).name].append(given)
    return found


def profile(store: Store, name: str, settings: Settings, *, made: str) -> Profile:
    """A new draft of the profile of a group, from what was mined and decided."""
    mined = store.candidates.of(name)
    if mined is None and any(decision.data.get("group") == name for decision in store.decisions.all()):
        # Nobody of the group writes on the internet, but its staff told of it.
        mined = Mined(name, 0, 0, (), ())
    if mined is None:
        known = ", ".join(store.posts.groups()) or "none yet"
        raise BadInput(f"group {name!r} has nothing mined in this workspace. Groups with posts: {known}.")
    return portrait(store, mined, list(documents(store, name, settings)), settings, made=made)


def portrait(store: Store, mined: Mined, own: Sequence[Annotated], settings: Settings, *, made: str) -> Profile:
    """The profile of what was mined of a group from its annotated posts, obeying what people decided."""
    from miner.profiles import build, find_group
    from miner.profiles.indicators import indicators
    from miner.profiles.template import template_of
    from miner.review import merged, settle, verdicts

    decisions = list(store.decisions.all())
    standing = verdicts(decisions)
    said = settle(mined.candidates, standing)
    mined = dataclasses.replace(mined, candidates=tuple(merged(mined.candidates, said, mined.authors)))
    speaking = [(post, document) for post, document in own if post.role == "client" and document.relevant]
    pairs, quotes = told(speaking)
    # Of these sentences only the tone is asked.
    local = settings.model_copy(update={"statements": Statements()})
    return build(
        dataclasses.replace(mined, facts=(*mined.facts, *pairs)),
        find_group(mined.group, groups_of(store)),
        made=made,
        lines=settings.profile.lines,
        min_disclosures=settings.profile.min_disclosures,
        said=said,
        manual=manual_lines(standing.values(), mined.group),
        remarks=remarks(standing.values(), decisions, mined.group),
        told=quotes,
        indicators=indicators(
            speaking,
            lambda posts: (document.sentiment.label for document in annotate(posts, local)),
            min_people=settings.profile.min_disclosures,
        ),
        template=template_of(store.workspace / "groups"),
        orders=orders(decisions, mined.group),
    )


def orders(decisions: Iterable[Decision], group: str) -> dict[Kind, Sequence[str]]:
    """The columns of a group whose lines a person put into an order of their own."""
    return {d.data["kind"]: d.data["lines"] for d in decisions if d.action == "order" and d.data.get("group") == group}


def remarks(standing: Iterable[Verdict], decisions: Sequence[Decision], group: str) -> dict[str, list[Remark]]:
    """What the staff wrote of a group's characteristics from experience, by characteristic."""
    fields = {d.target: str(d.data["field"]) for d in decisions if d.data.get("field") and d.data.get("group") == group}
    found: dict[str, list[Remark]] = defaultdict(list)
    for verdict in standing:
        if verdict.action == "manual" and verdict.target in fields and verdict.text:
            found[fields[verdict.target]].append(Remark(verdict.text, verdict.who, verdict.at))
    return found


def characteristic(store: Store, group: str, field: str) -> None:
    """Raise BadInput when the profile of a group has no place for a characteristic."""
    from miner.profiles import find_group
    from miner.profiles.template import template_of

    template, of = template_of(store.workspace / "groups"), find_group(group, groups_of(store))
    sections = template.sections(of.kind)
    known = {name: template.traits[name].title for section in sections for name in section.traits}
    if field not in known:
        told = ", ".join(f"{name} ({title})" for name, title in known.items())
        raise BadInput(f"no characteristic {field!r} in the profile of {group!r}. Known: {told}.")
    if template.traits[field].special and field not in {*of.enable, *of.required}:
        raise BadInput(
            f"{field} is a special category of personal data, off by default. Name it in enable of the group."
        )


def manual_lines(standing: Iterable[Verdict], group: str) -> list[Line]:
    """The lines of a group that its staff wrote from experience."""
    return [
        Line(v.target, v.kind, v.text, "manual", who=v.who, at=v.at, accepted=True)
        for v in standing
        if v.action == "manual" and v.group == group and v.kind and v.text
    ]


def decide(
    store: Store,
    action: str,
    target: str,
    *,
    who: str,
    at: str,
    last: Mapping[str, str | None] | None = None,
    anyway: bool = False,
    **data: Any,
) -> Decision:
    """Put a person's decision on a candidate into the log. Raises BadInput when there is no such candidate.

    ``last`` are the decisions that this person has seen (see ``Decisions.append``); Overtaken tells of a later one.

    A ``manual`` line needs ``group``, ``text``, and ``kind`` or the ``field`` of a characteristic; personal data in its
    words is refused, unless ``anyway``: exports hide it then.
    """
    from miner.review import decide as making

    candidate = store.candidates.get(target)
    standing = {decision.target for decision in store.decisions.all(target)}
    if candidate is None and action not in {"manual", "order"} and target not in standing:
        raise BadInput(f"no candidate {target!r}. miner export candidates lists them with their ids.")
    if not anyway and (text := data.get("text")) and (personal := private(text)):
        raise BadInput(
            f"the line holds personal data: {', '.join(personal)}. A profile speaks of a group: leave it out."
        )
    if action == "merge" and (host := store.candidates.get(str(data.get("into")))):
        data["host"] = [[quote.doc_id, quote.start] for quote in host.evidence]
    decision = making(action, target, who=who, at=at, candidate=candidate, **data)
    store.decisions.append(decision, last)
    return decision


def hidden(text: str) -> str:
    """A text with its personal data hidden."""
    from miner.nlp import shared

    return mask(text, shared()(text)._.pii)


def private(text: str) -> list[str]:
    """What kinds of personal data a text holds, in words for a reader."""
    from miner.masks import NAMES
    from miner.nlp import shared

    return sorted({NAMES.get(found.label, found.label) for found in shared()(text)._.pii})


def export(made: Profile, form: str, path: Path, *, quotes: str = "whole", **options: Any) -> Path:
    """Write a profile in one of the formats of miner/exporters; a folder gets a file named by the group."""
    from miner.exporters import file_name

    exporter = load("exporters", form)(quotes=quotes, **options)
    file = path / file_name(made, exporter.suffix) if path.is_dir() else path
    exporter.export(made, file)
    return file


def import_word(store: Store, file: Path, settings: Settings, *, who: str, at: str) -> Profile:
    """What somebody changed in an exported Word document becomes decisions, and the next draft obeys them.

    Raises BadInput that says where the document can't be read, or which line holds personal data; then nothing is kept.
    """
    import uuid

    from miner.exporters._edited import read_edited
    from miner.exporters._privacy import hide

    edited = read_edited(file)
    before = store.profiles.version(edited.group, edited.number)
    standing = {decision.target for decision in store.decisions.all()}
    wanted: list[tuple[str, str, dict[str, Any]]] = []
    seen: set[str] = set()
    for line in edited.lines:
        former = before.of(line.was[0]) if line.was else []
        if line.was and line.was[1] > len(former):
            raise BadInput(f"{file}: {line.where}: version {before.version} has no such line. Export it again.")
        was = former[line.was[1] - 1] if line.was and line.was[0] == line.kind else None
        if was:
            seen.add(was.id)
            if line.text == " ".join(hide(was.text).split()):
                continue
        if personal := private(line.text):
            raise BadInput(f"{file}: {line.where}: the line holds personal data: {', '.join(personal)}. Leave it out.")
        if was and was.origin != "manual" and (was.id in standing or store.candidates.get(was.id)):
            wanted.append(("edit", was.id, {"text": line.text}))
        else:
            target = was.id if was and was.origin == "manual" else f"line-{uuid.uuid4().hex[:12]}"
            wanted.append(("manual", target, {"group": before.group, "kind": line.kind, "text": line.text}))
    wanted += [
        ("reject", gone.id, {"reason": "убрано в документе Word"})
        for gone in before.lines
        if gone.id not in seen and (gone.id in standing or store.candidates.get(gone.id))
    ]
    for action, target, data in wanted:
        decide(store, action, target, who=who, at=at, **data)
    return store.profiles.save(profile(store, before.group, settings, made=at[:10]))


def members(store: Store, settings: Settings, group: str | None = None) -> Iterator[str]:
    """Yield who was assigned to a group, surest first, with the words that say so; without one, how many to each."""
    from miner.profiles.assign import overlapping

    groups = groups_of(store)
    if group is not None:
        texts = {post.id: post.text for post, _ in store.documents.of_members(group, version(settings))}
        for member in store.memberships.all(group):
            said = texts.get(member.doc_id, "")[member.start : member.end]
            told = f"«{said}»" if said else "по источнику"
            yield f"{member.score:.2f}  {member.author or 'автор неизвестен'}  {member.doc_id}  {told}"
        return
    everyone = store.memberships.all()
    for name, count in store.memberships.counts().items():
        yield f"{name}: {count} чел. ({groups[name].title if name in groups else name})"
    stray = store.documents.of_group(None, version(settings))
    speakers = {post.speaker for post, _ in stray if post.role == "client"}
    yield f"без группы: {len(speakers - {member.speaker for member in everyone})} чел."
    for one, other, count in overlapping(everyone):
        yield f"{one} и {other}: одни и те же люди ({count}), одна из групп лишняя"


def compare(store: Store, name: str, other: str) -> Iterator[str]:
    """Yield what changed in a group's latest profile since a version (a number) or a day (ISO 8601)."""
    from miner.profiles import compare as comparing

    now = store.profiles.latest(name)
    if now is None:
        raise BadInput(f"group {name!r} has no profile yet. Build one with miner profile build {name}.")
    before = store.profiles.version(name, int(other)) if other.isdecimal() else store.profiles.on(name, other)
    if before is None:
        versions = ", ".join(f"{v.version} ({v.made})" for v in store.profiles.list(name))
        raise BadInput(f"group {name!r} has no profile on {other!r}. Versions: {versions}.")
    for change in comparing.compare(now, before):
        yield change.told()


def status(store: Store, today: str) -> Iterator[str]:
    """Yield how every group's profile stands: age, evidence, gaps, and the ten-profile target."""
    import datetime as dt

    from miner.profiles.status import review

    groups = groups_of(store)
    profiles = {name: store.profiles.latest(name) for name in groups}
    yield from review(groups, profiles, dt.date.fromisoformat(today))
