"""The demo: posts, an interview and a survey of three invented groups in; their profiles of two years out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from miner import pipeline, refreshing
from miner.components import load, names
from miner.jsonl import read_posts, whole_text
from miner.records import Post, Profile
from miner.settings import Settings, resources

if TYPE_CHECKING:
    from miner.store import Store

TRANSCRIPTS = (("laid_off", "laid_off_interview.txt", "interview"), ("rural", "rural_survey.xlsx", "survey"))
YEAR = dt.timedelta(days=365)
CHANGES, SAME = "_changes.md", "без перемен"


def bundled() -> Iterator[Post]:
    """The posts of corpora/demo: the files' posts, the clients' and interviewers' turns, the survey's answers."""
    folder = resources() / "corpora" / "demo"
    for file in sorted(folder.glob("*.jsonl")):
        yield from read_posts(file)
    for group, name, collector in TRANSCRIPTS:
        made = load("collectors", collector)
        yield from made([str(folder / name)], made.Options(group=group)).collect()


def run(workspace: Path, output: Path, settings: Settings, follow: pipeline.Follow) -> Iterator[str]:
    """Walk the whole line in a workspace of its own; yield what to tell the reader: counts, then where the files are.

    A profile is built of what was said until a year before the newest post, and one of everything; the second is
    written in every format, with what changed between both. A second run annotates changed posts only, and writes again
    only the profiles that they touch.
    """
    from miner.store import open_store

    workspace.mkdir(parents=True, exist_ok=True)
    posts = list(bundled())
    with open_store(workspace) as store:
        added = store.posts.add(follow("read", posts, len(posts)))
        groups = sorted({post.group for post in posts if post.group})
        touched = refreshing.update(store, settings, follow, groups=groups)
        yield f"{len(posts)} posts, {added.new} new, {added.changed} changed"
        forms = {name: load("exporters", name).suffix for name in names("exporters")}
        files = {group: [output / f"{group}{end}" for end in (*forms.values(), CHANGES)] for group in groups}
        stale = [g for g in groups if g in touched or not all(file.is_file() for file in files[g])]
        for group in follow("write profiles", stale, len(stale)):
            before, now = years(store, group, settings)
            for form, file in zip(forms, files[group], strict=False):
                pipeline.export(now, form, file)
            rows = sorted(pipeline.compare(store, group, str(before.version)), key=lambda row: row.startswith(SAME))
            changes = [f"- {row}" for row in rows]
            title = f"# {now.title}: что изменилось с {before.made} по {now.made}"
            with whole_text(files[group][-1]) as stream:
                stream.write("\n".join([title, "", *changes]) + "\n")
    yield f"{len(stale) * (len(forms) + 1)} files written, {(len(groups) - len(stale)) * (len(forms) + 1)} up to date"
    yield from (str(file) for of in files.values() for file in of)


def years(store: Store, group: str, settings: Settings) -> tuple[Profile, Profile]:
    """The profiles of a group as it was a year before its newest post, and as it is; both are kept."""
    own = list(pipeline.documents(store, group, settings))
    newest = max(post.date[:10] for post, _ in own if post.date)
    then = (dt.date.fromisoformat(newest) - YEAR).isoformat()
    earlier = [(post, document) for post, document in own if post.date and post.date[:10] <= then]
    mined = pipeline.mine(earlier, group, settings)
    before = store.profiles.save(pipeline.portrait(store, mined, earlier, settings, made=then))
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return before, store.profiles.save(pipeline.profile(store, group, settings, made=today))
