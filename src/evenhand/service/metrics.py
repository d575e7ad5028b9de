"""What the service counts of itself, for Prometheus; what is asked of the database is in `gauges.py`.

To add a number: a line in `Meters`, and where it happens a call. Each is named in docs/reference/metrics.md.
"""

from collections.abc import Iterator
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

from evenhand.actions.committer import Batch
from evenhand.actions.receiving import Received

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
CALLS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
NANO: Final = 1_000_000_000
ROOM: Final = "workspace"  # the label with the workspace's name
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


class Meters:
    """Everything that is counted in this process. Each service has a registry of its own."""

    def __init__(self) -> None:
        here = self.registry = CollectorRegistry()
        asked, what, room = ("method", "route", "status"), (ROOM, "outcome"), (ROOM,)
        said = "Requests that were answered."
        self.requests = Counter("evenhand_requests", said, asked, registry=here)
        said = "From the head of a request to the end of its answer."
        self.seconds = Histogram("evenhand_request_seconds", said, asked[:2], registry=here, buckets=SECONDS)
        said = "Leads that came in here, by what was decided at once, or `replayed` or `touched`."
        self.leads = Counter("evenhand_leads_taken", said, what, registry=here)
        said = "From when a lead was ready to when its decision was kept for good."
        self.decided = Histogram("evenhand_decision_seconds", said, room, registry=here, buckets=SECONDS)
        said = "Calls in one transaction."
        self.batches = Histogram("evenhand_batch_calls", said, room, registry=here, buckets=CALLS)
        said = "How long a transaction took."
        self.commits = Histogram("evenhand_batch_seconds", said, room, registry=here, buckets=SECONDS)
        said = "What webhooks brought, by what became of it; `refused` were those whose sender did not prove itself."
        self.hooks = Counter("evenhand_hooks", said, what, registry=here)
        said = "Forms that were sent, by what became of them."
        self.forms = Counter("evenhand_forms", said, what, registry=here)
        self._routes: dict[tuple[str, str, int], tuple[Any, Any]] = {}
        self._leads: dict[tuple[str, str], tuple[Any, Any]] = {}

    def answered(self, method: str, route: str, status: int, *, seconds: float) -> None:
        """A request was answered; `route` is its template."""
        key = (method, route, status)
        found = self._routes.get(key)
        if found is None:
            made = self.requests.labels(method, route, str(status)), self.seconds.labels(method, route)
            found = self._routes[key] = made
        found[0].inc()
        found[1].observe(seconds)

    def committed(self, workspace: str, batch: Batch) -> None:
        """The committer of a workspace has run a batch."""
        self.batches.labels(workspace).observe(len(batch.answers))
        self.commits.labels(workspace).observe(batch.took / NANO)
        for answer, wait in zip(batch.answers, batch.waits, strict=True):
            if isinstance(answer.value, Received):
                self._taken(workspace, _outcome(answer.value), wait / NANO)

    def _taken(self, workspace: str, outcome: str, seconds: float) -> None:
        key = (workspace, outcome)
        found = self._leads.get(key)
        if found is None:
            found = self._leads[key] = self.leads.labels(*key), self.decided.labels(workspace)
        found[0].inc()
        found[1].observe(seconds)

    def told(self, workspace: str = "") -> bytes:
        """Everything in Prometheus' own words; of one workspace, only what is its own."""
        return generate_latest(_Only(self.registry, workspace) if workspace else self.registry)


def _outcome(received: Received) -> str:
    return received.how if received.settled is None else type(received.settled.ruling.decision.outcome).__name__.lower()


class _Only:
    """What concerns one workspace, of all that a registry has."""

    def __init__(self, registry: CollectorRegistry, workspace: str) -> None:
        self._registry = registry
        self._workspace = workspace

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [each for each in metric.samples if each.labels.get(ROOM) == self._workspace]
            if metric.samples:
                yield metric
