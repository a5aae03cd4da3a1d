"""``/metrics`` for Prometheus: the farm as the store knows it, and the requests of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select

from qarunner._version import __version__
from qarunner.access import Action
from qarunner.dialects.routes import allow
from qarunner.store.models import Job, JobState, Node, NodeDay, Ownership

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.server.live.feed import Feed
    from qarunner.store.engine import Store

Metric = CounterMetricFamily | GaugeMetricFamily
BUCKETS = (0.005, 0.02, 0.1, 0.5, 2, 10, 60)
FRESH = 5.0
"""Seconds for which the store need not be asked again, however many ask."""


class FarmCollector:
    """Reads the store when Prometheus asks."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._read = 0.0
        self._known: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """Give the metrics."""
        with self._lock:
            if not self._known or time.monotonic() - self._read > FRESH:
                with self._store.read() as connection:
                    self._known = [_nodes(connection), _jobs(connection), _results(connection)]
                self._read = time.monotonic()
            yield from self._known


def _nodes(connection: Connection) -> GaugeMetricFamily:
    query = select(Node.online, Ownership.node.is_not(None), func.count()).outerjoin(
        Ownership, Ownership.node == Node.id
    )
    counts = {"offline": 0, "free": 0, "busy": 0}
    for online, held, number in connection.execute(query.group_by(Node.online, Ownership.node.is_not(None))):
        counts["offline" if not online else "busy" if held else "free"] += number
    family = GaugeMetricFamily("qarunner_nodes", "Nodes by what they do.", labels=["state"])
    for state, number in counts.items():
        family.add_metric([state], number)
    return family


def _jobs(connection: Connection) -> GaugeMetricFamily:
    states = (JobState.QUEUED, JobState.RUNNING)
    query = select(Job.state, func.count()).where(Job.state.in_(states)).group_by(Job.state)
    counts = {str(state): number for state, number in connection.execute(query)}
    family = GaugeMetricFamily("qarunner_jobs", "Jobs that are not over.", labels=["state"])
    for state in states:
        family.add_metric([str(state)], counts.get(str(state), 0))
    return family


def _results(connection: Connection) -> CounterMetricFamily:
    columns = (NodeDay.pass_count, NodeDay.fail_count, NodeDay.error_count, NodeDay.skip_count)
    query = select(NodeDay.node, *(func.sum(column) for column in columns)).group_by(NodeDay.node)
    family = CounterMetricFamily("qarunner_results", "Results ever stored.", labels=["node", "outcome"])
    for node, *numbers in connection.execute(query):
        for outcome, number in zip(("pass", "fail", "error", "skip"), numbers, strict=True):
            family.add_metric([node, outcome], number or 0)
    return family


class Metrics:
    """All metrics of one application, in a registry of its own."""

    def __init__(self, store: Store, feed: Feed) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        collector: Any = FarmCollector(store)
        self._registry.register(collector)
        Gauge("qarunner_info", "The release.", ["version"], registry=self._registry).labels(__version__).set(1)
        Gauge("qarunner_event_streams", "Open event streams.", registry=self._registry).set_function(
            lambda: feed.listeners
        )
        labels = ["dialect", "method", "status"]
        self._requests = Counter("qarunner_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "qarunner_request_seconds", "Time to an answer.", ["dialect"], registry=self._registry, buckets=BUCKETS
        )

    def install(self, routes: Blueprint) -> None:
        """Add the route, and count what every route of the application answers."""

        @routes.get("/metrics")
        @allow(Action.SEE_METRICS, limit="unlimited")
        def metrics() -> Response:
            """Give all metrics as Prometheus reads them."""
            return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)

        @routes.record_once
        def observe(state: Any) -> None:
            app: Flask = state.app
            app.after_request(self._count)

    def _count(self, response: Response) -> Response:
        owner = (request.endpoint or "nothing").partition(".")[0]
        # Methods are the client's words: without a route there would be a new series for each.
        method = request.method if request.url_rule is not None else "-"
        self._requests.labels(owner, method, f"{response.status_code // 100}xx").inc()
        began = g.get("began")
        if began is not None:
            self._seconds.labels(owner).observe(time.monotonic() - began)
        return response
