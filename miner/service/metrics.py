"""What Prometheus reads at /metrics: figures of the whole service, whichever machine its workers are on.

Everything comes from the database: gauges by looking, counters from the tallies that workers add to.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

if TYPE_CHECKING:
    from miner.store import Store

CONTENT_TYPE = CONTENT_TYPE_LATEST
# Posts are counted anew after so many seconds, since that takes a while where there are millions.
COUNTED = 30.0
# Tallies by their metric: the name of their label, and what they count.
TALLIES = {
    "stage_seconds": ("stage", "Seconds of work spent on a stage."),
    "stage_items": ("stage", "Posts, statements or groups that a stage has done."),
    "crawl_pages": ("source", "Pages asked for."),
    "crawl_posts": ("source", "New and changed posts."),
    "crawl_errors": ("source", "Crawls that failed."),
    "runs_done": ("kind", "Runs that ended well."),
    "runs_failed": ("kind", "Runs that failed."),
}
_posts: dict[str, tuple[float, int]] = {}


def page(store: Store) -> bytes:
    """The page in Prometheus's text format, to be served as ``CONTENT_TYPE``."""
    registry = CollectorRegistry()
    registry.register(_Figures(store))
    return generate_latest(registry)


class _Figures:
    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("miner_posts", "Posts in the store.", value=self._count())
        yield GaugeMetricFamily(
            "miner_posts_waiting", "Posts that wait for their annotation.", value=self._store.documents.waiting()
        )
        yield from self._queue()
        yield from self._sources()
        yield from self._tallies()

    def _count(self) -> int:
        key = str(self._store.database.name)
        at, count = _posts.get(key, (-COUNTED, 0))
        if time.monotonic() - at >= COUNTED:
            count = self._store.posts.count()
            _posts[key] = (time.monotonic(), count)
        return count

    def _queue(self) -> Iterator[Metric]:
        now = datetime.now(UTC)
        runs = self._store.runs.open()
        ready = [run for run in runs if run.status == "due" and run.due_at <= now]
        age = max((now - run.due_at).total_seconds() for run in ready) if ready else 0.0
        yield GaugeMetricFamily("miner_queue_age_seconds", "How long the oldest due run has waited.", value=age)
        counts = Counter((run.kind, run.status) for run in (*ready, *(r for r in runs if r.status == "leased")))
        open_runs = GaugeMetricFamily("miner_runs_open", "Runs that are due or under way.", labels=["kind", "status"])
        for (kind, status), count in sorted(counts.items()):
            open_runs.add_metric([kind, status], count)
        yield open_runs
        silent = sum(1 for run in runs if run.status == "leased" and run.leased_until and run.leased_until < now)
        yield GaugeMetricFamily("miner_runs_silent", "Runs whose worker gives no sign of life.", value=silent)

    def _sources(self) -> Iterator[Metric]:
        failures = GaugeMetricFamily("miner_source_failures", "Failures of a source in a row.", labels=["source"])
        paused = GaugeMetricFamily("miner_source_paused", "1 while a source is paused.", labels=["source"])
        for source in self._store.sources.list():
            failures.add_metric([source.name], source.failures)
            paused.add_metric([source.name], float(source.paused_at is not None))
        yield from (failures, paused)

    def _tallies(self) -> Iterator[Metric]:
        values: dict[str, dict[str, float]] = defaultdict(dict)
        for (metric, subject), value in self._store.tallies.all().items():
            values[metric][subject] = value
        for metric, (label, told) in TALLIES.items():
            family = CounterMetricFamily(f"miner_{metric}", told, labels=[label])
            for subject, value in sorted(values[metric].items()):
                family.add_metric([subject], value)
            yield family
