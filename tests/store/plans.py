"""How the databases mean to answer our queries: what would walk a whole large table shows on a million posts."""

from __future__ import annotations

import contextlib
import json
import re

from sqlalchemy import Delete, Insert, Select, Update, event

# Tables that grow with the posts, the requests or the work done.
LARGE = frozenset(
    "posts post_versions due documents statements entities disclosures topic_members candidate_quotes profile_quotes "
    "decisions runs findable frontier http_cache marks ledger candidates".split()
)
_NUMBERED = re.compile(r"(?:\?|%\(\w+\)s(?:::\w+)?)(?:,\s*(?:\?|%\(\w+\)s(?:::\w+)?))*")
# An empty table without statistics is walked for want of anything better; another test will have rows in it.
UNTOLD = "untold"
_done: set[tuple[str, str]] = set()


@contextlib.contextmanager
def watched(database, *, by_hand=False):
    """The statements of the repositories by their form, with parameters; ``by_hand`` those that a test wrote itself."""
    seen = {}

    def hear(connection, cursor, statement, parameters, context, executemany):
        if isinstance(getattr(context.compiled, "statement", None), Select | Update | Delete | Insert) == by_hand:
            return
        form = _NUMBERED.sub("?", statement)
        if statement.split(None, 1)[0] in {"SELECT", "UPDATE", "DELETE"} or " SELECT " in statement:
            seen.setdefault(form, (statement, parameters[0] if executemany else parameters))

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def walks(database, seen):
    """Which statements walk a large table from end to end, and how."""
    explain = _sqlite if database.is_sqlite else _postgresql
    raw = database.engine.raw_connection()
    found = []
    try:
        cursor = raw.cursor()
        for form, (statement, parameters) in seen.items():
            if (database.engine.dialect.name, form) in _done:
                continue
            steps = [step for step in explain(cursor, statement, parameters) if step]
            found += [(step, statement) for step in steps if step != UNTOLD]
            if not steps:
                _done.add((database.engine.dialect.name, form))
        raw.rollback()
        cursor.close()
    finally:
        raw.close()
    return found


def _sqlite(cursor, statement, parameters):
    for *_, step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall():
        match = re.match(r"SCAN (\w+)", step)
        yield step if (match and match[1] in LARGE) or "AUTOMATIC" in step else None


def _postgresql(cursor, statement, parameters):
    # A table of a test fits a page and is best walked; the planner is told that its pages hold a million rows each.
    cursor.execute(
        "UPDATE pg_class SET reltuples = 1e6, relpages = 1 "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND pg_relation_size(oid) > 0"
    )
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relpages <> 1")
    empty = {name for (name,) in cursor.fetchall()}
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    [[plan]] = cursor.fetchall()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    yield from _nodes(plan[0]["Plan"], empty)


def _nodes(node, empty):
    # An index of open runs alone is as small as what is open.
    if (
        node.get("Index Name") != "uq_runs_open"
        and node.get("Relation Name") in LARGE
        and (node["Node Type"] == "Seq Scan" or ("Index" in node["Node Type"] and "Index Cond" not in node))
    ):
        name = node["Relation Name"]
        yield UNTOLD if name in empty else f"{node['Node Type']} on {name}"
    for below in node.get("Plans", ()):
        yield from _nodes(below, empty)
