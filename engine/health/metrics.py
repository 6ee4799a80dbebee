"""The figures in the words of Prometheus: all of them from the database, so that any web process can answer for all."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.health.way import Way
from engine.store.figures import Figures
from engine.store.health import WORKER

KIND = "text/plain; version=0.0.4; charset=utf-8"


class _Told(Collector):
    """What was found out, as a collector."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def told(figures: Figures, ways: Sequence[Way], now: datetime) -> bytes:
    """The page that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Told([*_cases(figures), *_traffic(figures, now), *_ways(figures, ways, now)]))
    return generate_latest(registry)


def _cases(figures: Figures) -> Iterator[Metric]:
    cases = GaugeMetricFamily("baton_open_cases", "Open cases", labels=["process", "health"])
    for (process, state), number in figures.cases.items():
        cases.add_metric([process, state], number)
    yield cases
    yield GaugeMetricFamily("baton_ended_cases", "Cases that have ended and are kept", figures.ended)
    yield GaugeMetricFamily("baton_open_incidents", "Steps that could not go on by themselves", figures.incidents)
    yield GaugeMetricFamily("baton_open_tasks", "Tasks that wait for people", figures.tasks)


def _traffic(figures: Figures, now: datetime) -> Iterator[Metric]:
    age = (now - figures.oldest).total_seconds() if figures.oldest else 0.0
    yield GaugeMetricFamily("baton_undelivered", "Arrivals on their way to cases", figures.undelivered)
    yield GaugeMetricFamily("baton_undelivered_oldest_seconds", "Age of the first of them", age)
    yield GaugeMetricFamily("baton_unrouted", "Arrivals that nobody has routed yet", figures.unrouted)
    yield GaugeMetricFamily("baton_unread_mails", "Mails that came and were not read yet", figures.unread)
    yield GaugeMetricFamily("baton_misfires", "Arrivals that could not start what they should", figures.misfires)
    outbox = GaugeMetricFamily("baton_outbox", "Mails in the outbox", labels=["state"])
    for state, number in figures.outbox.items():
        outbox.add_metric([state], number)
    yield outbox
    dropped = CounterMetricFamily("baton_form_honeypot", "Public forms that machines have sent", labels=["form"])
    for form, number in figures.honeypot.items():
        dropped.add_metric([form], number)
    yield dropped


def _ways(figures: Figures, ways: Sequence[Way], now: datetime) -> Iterator[Metric]:
    seen = GaugeMetricFamily("baton_last_seen_timestamp_seconds", "When something came or went", labels=["source"])
    lag = GaugeMetricFamily("baton_lag_seconds", "How long the last thing took to get here", labels=["source"])
    silent = GaugeMetricFamily("baton_silent", "1: nothing came, and it should have", labels=["source"])
    trouble = GaugeMetricFamily("baton_trouble", "1: it does not work", labels=["source"])
    for way in ways:
        if way.health.last_seen_at:
            seen.add_metric([way.source], way.health.last_seen_at.timestamp())
        if way.health.lag is not None:
            lag.add_metric([way.source], way.health.lag)
        silent.add_metric([way.source], way.state(now) == "silent")
        trouble.add_metric([way.source], way.state(now) in ("trouble", "down"))
    yield from (seen, lag, silent, trouble)
    worker = figures.ways.get(WORKER)
    at = worker.last_well_at.timestamp() if worker and worker.last_well_at else 0.0
    yield GaugeMetricFamily("baton_worker_last_seen_timestamp_seconds", "When a worker was last at work", at)
