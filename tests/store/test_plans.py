"""Every test of the store asks at its end how the database meant to answer it; these ask whether that asking works."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from miner.store.tables import Base
from tests.store.conftest import document, post
from tests.store.plans import walks, watched

# The rows that these point at are never deleted.
NEVER_DELETED = {("documents", "pipeline")}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM posts WHERE title = 'x'",
        "SELECT id FROM posts",
        "SELECT DISTINCT group_name FROM posts",
        "UPDATE statements SET kind = 'pain' WHERE score > 2",
        "DELETE FROM documents WHERE language = 'xx'",
        "SELECT id FROM posts JOIN statements ON kind = title WHERE seq = 1",
    ],
)
def test_a_walk_is_seen(store, query):
    """Whatever asks for it, of a table that has rows."""
    store.posts.add([post(n) for n in range(20)])
    store.documents.save([document(post(n), "надоело ждать") for n in range(20)], "v1")
    with watched(store.database, by_hand=True) as seen:
        with store.database.writing() as connection:
            connection.execute(text(query))
        assert len(walks(store.database, seen)) == 1


def test_every_reference_has_an_index():
    """Or deleting one row would walk the table that refers to it."""
    bare = []
    for table in Base.metadata.tables.values():
        ways = [[c.name for c in table.primary_key.columns]] + [[c.name for c in i.columns] for i in table.indexes]
        for there in table.foreign_key_constraints:
            names = [c.name for c in there.columns]
            if not any(way[: len(names)] == names for way in ways):
                bare.append((table.name, *names))
    assert set(bare) == NEVER_DELETED
