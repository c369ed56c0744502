"""Metrics for Prometheus. No label has a value that a client chose."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client.core import Metric

    from digigraph.store.answering.backend import Backend
    from digigraph.web.observing.record import Record

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_LOAD = {
    "processes": "Query processes.",
    "running": "Queries that are being answered.",
    "waiting": "Queries that wait for their turn.",
}
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)


class _Seconds:
    """How many requests took how long."""

    def __init__(self) -> None:
        self.sum = 0.0
        self._counts = [0] * (len(_SECONDS) + 1)

    def add(self, seconds: float) -> None:
        self.sum += seconds
        self._counts[bisect.bisect_left(_SECONDS, seconds)] += 1

    def buckets(self) -> list[tuple[str, float]]:
        """How many took at most so long, from the least on."""
        bounds = [*(str(float(each)) for each in _SECONDS), "+Inf"]
        return [*zip(bounds, itertools.accumulate(self._counts), strict=True)]


class Metrics:
    """Counts what happens.

    Parameters
    ----------
    backend
        Whose load and snapshot are told.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._caches: dict[str, Callable[[], int]] = {}
        self._states: Callable[[], int] = int
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        # Plain numbers, counted by the event loop: the library's own counters cost a third of a kept reply.
        self._requests: Counter[tuple[str, str, str]] = Counter()
        self._seconds: defaultdict[str, _Seconds] = defaultdict(_Seconds)
        self._problems: Counter[str] = Counter()
        self._bytes = self._broken = self._kept = 0

    def watch(self, cache: str, held: Callable[[], int]) -> None:
        """Tell how many bytes a cache holds, too."""
        self._caches[cache] = held

    def watch_states(self, opened: Callable[[], int]) -> None:
        """Tell how many earlier states are open, too."""
        self._states = opened

    def count(self, record: Record) -> None:
        """Count an exchange that is over."""
        method = record.method if record.method in _METHODS else "other"
        self._requests[method, record.route, str(record.status)] += 1
        self._seconds[record.route].add(record.seconds)
        self._bytes += record.bytes
        self._broken += record.is_broken
        self._kept += record.is_kept
        if record.problem:
            self._problems[record.problem] += 1

    def collect(self) -> Iterator[Metric]:
        """Return what is so now, as the library asks for it."""
        load, version = self._backend.load, self._backend.version
        if load is not None:
            for name, value in (("processes", load.processes), ("running", load.running), ("waiting", load.waiting)):
                if value is None:
                    continue
                yield GaugeMetricFamily(f"digigraph_queries_{name}", _LOAD[name], value=value)
        if version is not None:
            yield InfoMetricFamily("digigraph_snapshot", "The snapshot that is served.", value={"name": version})
        yield GaugeMetricFamily("digigraph_earlier_states", "Earlier states that are open.", value=self._states())
        held = GaugeMetricFamily("digigraph_cache_bytes", "Bytes that are kept.", labels=("cache",))
        for name, cache in self._caches.items():
            held.add_metric((name,), cache())
        yield held
        yield from self._counted()

    def _counted(self) -> Iterator[Metric]:
        requests = CounterMetricFamily("digigraph_requests", "Requests answered.", labels=("method", "route", "status"))
        for labels, number in list(self._requests.items()):
            requests.add_metric(labels, number)
        yield requests
        seconds = HistogramMetricFamily(
            "digigraph_request_seconds", "Seconds from a request to the end of its reply.", labels=("route",)
        )
        for route, each in list(self._seconds.items()):
            seconds.add_metric((route,), each.buckets(), each.sum)
        yield seconds
        problems = CounterMetricFamily(
            "digigraph_problems",
            "Requests answered with a problem, limits that were struck among them.",
            labels=("type",),
        )
        for problem, number in list(self._problems.items()):
            problems.add_metric((problem,), number)
        yield problems
        yield CounterMetricFamily("digigraph_sent_bytes", "Bytes of bodies sent.", value=self._bytes)
        yield CounterMetricFamily("digigraph_broken_transfers", "Replies broken off.", value=self._broken)
        yield CounterMetricFamily("digigraph_kept_replies", "Replies that were there already.", value=self._kept)

    def describe(self) -> Iterator[Metric]:
        """Return nothing: what is collected is not asked for in advance."""
        yield from ()

    def text(self) -> bytes:
        """Return all of it in the text format of Prometheus, version 0.0.4."""
        return generate_latest(self._registry)
