"""The store: everything that outlives a command, in SQLite in the workspace or in PostgreSQL. All SQL lives here.

    with open_store(workspace) as store:
        store.posts.add(posts)                                # Added(new, changed, same, updated, forgotten)
        store.documents.save(annotate(store.documents.pending(version)), version)
        store.candidates.replace(mine(store.documents.of_group(group, version)))
        store.profiles.save(profile)                          # the profile with its version number

What is where:

- ``posts``: ``add``, ``of_group``, ``all``, ``get(ids)``, ``known(id)``, ``count(group)``, ``groups()``,
  ``versions(id)``, ``of_thread``, ``vanish(ids)``, ``vanished(ids)``, ``copies(post)``, ``drop_raw(older_than)``,
  ``stamp()`` and ``changed_groups(since)``;
- ``documents``: ``pending(version, group)``, ``count_pending``, ``lease``, ``free``, ``reclaim``, ``fail``, ``failed``,
  ``save``, ``waits``, ``waiting()``, ``fresh_groups()``, ``fresh(group)``, ``marked(marks, version)``,
  ``known(marks)``,
  ``of_group(group, version)``, ``all(version)``, ``quotes(group, version, kind)``, ``versions()``, ``retire(version)``;
- ``search``: ``find(words, Where(groups=, …), before=place)``, ``sources()``, ``waiting()``, ``fill()``;
- ``topics``: ``save(topics, lineage, scope=, state=)``, ``load(scope=)``, ``lineage(scope=)``, ``state(scope=)``,
  ``join(texts, instead=posts)``;
- ``candidates``: ``replace(mined)``, ``of(group)``, ``get(id)``, ``heads(group)``, ``quotes(id)``, ``groups()``;
- ``decisions``: ``append``, ``all(target)``, ``since(decision id)``; nothing is ever changed or deleted;
- ``profiles``: ``save``, ``current(group)``, ``latest(group)``, ``version(group, n)``, ``on(group, day)``,
  ``list(group)``, ``groups()``, ``endorse(group, n, who, at)``;
- ``sources``: ``add``, ``change``, ``get``, ``list``, ``due(at)``, ``plan(name, due_at)``, ``pause(name, reason)``,
  ``resume``, ``remove``, ``succeeded``, ``failed(name, reason, pause_after=)``;
- ``runs``: ``request(kind, subject)``, ``fall_due(source, was, following)``, ``start``, ``lease(worker)``,
  ``heartbeat(run)``, ``finish``, ``fail``, ``release``, ``cancel``, ``get``, ``open()``, ``leased()``,
  ``latest()``, ``recent(kind, subject)``, ``drop(before)``;
- ``tallies``: ``add``, ``all()``, figures that only grow;
- ``crawls``: ``of(source, run)`` is a ``miner.fetch.Frontier`` with ``keep(post)`` and ``note(ledger line)``, a page is
  a transaction; ``counts(source)``, ``failures(source)``, ``clear(source)``;
- ``ledger``: ``write(entries)``, ``of_source``, ``outcomes(run)``, ``drop(before)``;
- ``accounts``: ``add``, ``get``, ``list``, ``change``, ``login``, ``of_session``, ``close_session``, ``make_token``,
  ``of_token``, ``tokens``, ``drop_token``, ``setup_secret``, ``set_up``; ``audit``: ``write``, ``page``;
- ``replies``: ``begin``, ``finish``, ``abandon``; ``webhooks``: ``add``, ``list``, ``remove``, ``take``, ``settle``;
- ``forget(author)``, ``upgrade()``, ``downgrade(to)``, ``backup(path)``, ``version()``, ``close()``.

Personal data: names of authors are keys before they are written (keys.py). Raw text lies in posts alone, since a
better pipeline has to read it again: ``posts`` and ``documents.pending`` give it. Whatever is made of it is stored
masked at equal length, and ``documents.of_group`` and ``quotes`` give masked text only.

A batch is a transaction: ``kill -9`` leaves whole batches, and the same call again completes them. Long answers are
read by pages, in bounded memory. Errors are BadInput, NotWritable and StoreUnavailable (try again later).
"""

from __future__ import annotations

from miner.store.accounts import ROLES, NotLetIn, Opened, Token, TooManyTries, User
from miner.store.audit import Deed
from miner.store.crawls import Crawl
from miner.store.database import StoreUnavailable
from miner.store.decisions import Overtaken
from miner.store.documents import Saved
from miner.store.forget import Forgotten
from miner.store.keys import AuthorKeys
from miner.store.ledger import Entry
from miner.store.posts import Added
from miner.store.profiles import Version
from miner.store.replies import Reply
from miner.store.runs import Run
from miner.store.search import Found, Where, terms
from miner.store.sources import Source
from miner.store.store import Store, open_store
from miner.store.topics import Event, TopicState
from miner.store.webhooks import Delivery, Told, Webhook

__all__ = [
    "ROLES",
    "Added",
    "AuthorKeys",
    "Crawl",
    "Deed",
    "Delivery",
    "Entry",
    "Event",
    "Forgotten",
    "Found",
    "NotLetIn",
    "Opened",
    "Overtaken",
    "Reply",
    "Run",
    "Saved",
    "Source",
    "Store",
    "StoreUnavailable",
    "Token",
    "Told",
    "TooManyTries",
    "TopicState",
    "User",
    "Version",
    "Webhook",
    "Where",
    "open_store",
    "terms",
]
