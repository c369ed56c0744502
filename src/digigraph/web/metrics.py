"""Metrics for Prometheus. No label has a value that a client chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prometheus_client.core import Metric

    from digigraph.store.backend import Backend
    from digigraph.web.record import Record

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)


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
        self._requests = Counter(
            "digigraph_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._bytes = Counter("digigraph_sent_bytes", "Bytes of bodies sent.", registry=self._registry)
        self._seconds = Histogram(
            "digigraph_request_seconds",
            "Seconds from a request to the end of its reply.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._problems = Counter(
            "digigraph_problems",
            "Requests answered with a problem, limits that were struck among them.",
            ("type",),
            registry=self._registry,
        )
        self._broken = Counter("digigraph_broken_transfers", "Replies broken off.", registry=self._registry)
        self._kept = Counter("digigraph_kept_replies", "Replies that were there already.", registry=self._registry)

    def watch(self, cache: str, held: Callable[[], int]) -> None:
        """Tell how many bytes a cache holds, too."""
        self._caches[cache] = held

    def watch_states(self, opened: Callable[[], int]) -> None:
        """Tell how many earlier states are open, too."""
        self._states = opened

    def count(self, record: Record) -> None:
        """Count an exchange that is over."""
        method = record.method if record.method in _METHODS else "other"
        self._requests.labels(method, record.route, str(record.status)).inc()
        self._seconds.labels(record.route).observe(record.seconds)
        self._bytes.inc(record.bytes)
        if record.problem:
            self._problems.labels(record.problem).inc()
        if record.is_broken:
            self._broken.inc()
        if record.is_kept:
            self._kept.inc()

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

    def describe(self) -> Iterator[Metric]:
        """Return nothing: what is collected is not asked for in advance."""
        yield from ()

    def text(self) -> bytes:
        """Return all of it in the text format of Prometheus, version 0.0.4."""
        return generate_latest(self._registry)


_LOAD: Mapping[str, str] = {
    "processes": "Query processes.",
    "running": "Queries that are being answered.",
    "waiting": "Queries that wait for their turn.",
}
