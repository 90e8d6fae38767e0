"""The annotator in several processes: chunks of posts go out, documents come back in the posts' order."""

from __future__ import annotations

import functools
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from miner.nlp.annotator import Annotator
from miner.records import Document, Post
from miner.settings import Nlp, Settings

CHUNK_POSTS = 1_000
CHUNK_CHARS = 200_000
# Chunks on their way per worker: enough that none waits, few enough that memory stays flat.
AHEAD = 3
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def annotate_apart(
    posts: Iterable[Post], settings: Settings, *, workers: int, tokens: bool = False
) -> Iterator[Document]:
    """Yield documents in the posts' order; each of the processes loads the pipeline once."""
    # One thread of arithmetic a worker: more of them only take the cores from each other.
    limited = {name: os.environ.get(name) for name in THREAD_LIMITS}
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_ignore_interrupts)
    waiting: deque[Future[list[Document]]] = deque()
    try:
        for chunk in chunks(posts):
            waiting.append(pool.submit(_annotate, chunk, settings.nlp, settings.statements.model, tokens))
            if len(waiting) >= workers * AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for name, value in limited.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def chunks(posts: Iterable[Post]) -> Iterator[list[Post]]:
    """Cut posts into chunks of about equal work.

    >>> [len(chunk) for chunk in chunks([Post("1", "а" * CHUNK_CHARS), Post("2", "б"), Post("3", "в")])]
    [1, 2]
    """
    chunk: list[Post] = []
    size = 0
    for post in posts:
        chunk.append(post)
        size += len(post.text)
        if len(chunk) >= CHUNK_POSTS or size >= CHUNK_CHARS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _ignore_interrupts() -> None:
    # Ctrl-C reaches the whole process group; the parent decides what stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@functools.cache
def _annotator(settings: Nlp, model: str, *, tokens: bool) -> Annotator:
    from miner.nlp import finding_by

    return Annotator(finding_by(model), settings, tokens=tokens)


def _annotate(posts: list[Post], settings: Nlp, model: str, tokens: bool) -> list[Document]:
    return list(_annotator(settings, model, tokens=tokens).annotate(posts))
