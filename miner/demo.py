"""The demo: posts, an interview and a survey of three invented groups in; their profiles out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from miner import pipeline, refreshing
from miner.components import load
from miner.jsonl import read_posts
from miner.records import Post
from miner.settings import Settings, resources

TRANSCRIPTS = (("laid_off", "laid_off_interview.txt", "interview"), ("rural", "rural_survey.xlsx", "survey"))
FORMATS = {"html": ".html", "word": ".docx"}


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

    A second run annotates changed posts only, and writes again only the profiles that they touch.
    """
    from miner.store import open_store

    workspace.mkdir(parents=True, exist_ok=True)
    posts = list(bundled())
    with open_store(workspace) as store:
        added = store.posts.add(follow("read", posts, len(posts)))
        groups = sorted({post.group for post in posts if post.group})
        touched = refreshing.update(store, settings, follow, groups=groups)
        yield f"{len(posts)} posts, {added.new} new, {added.changed} changed"
        made = dt.datetime.now(tz=dt.UTC).date().isoformat()
        files = {(group, form): output / f"{group}{suffix}" for group in groups for form, suffix in FORMATS.items()}
        stale = {name: file for name, file in files.items() if name[0] in touched or not file.is_file()}
        for (group, form), file in follow("write profiles", stale.items(), len(stale)):
            pipeline.export(pipeline.profile(store, group, settings, made=made), form, file)
    yield f"{len(stale)} files written, {len(files) - len(stale)} up to date"
    yield from (str(file) for file in files.values())
