"""Figures for Prometheus, in a registry of their own. The only place that imports prometheus_client."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_QUICK = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)


class Metrics:
    """What the bot counts. Labels are few and fixed: no person, server or word is among them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        name = "commentary_discord_"
        self.questions = Counter(name + "questions", "Questions by what came of them", ["outcome"], registry=self._registry)
        self.ratings = Counter(name + "ratings", "Ratings of answers", ["helpful"], registry=self._registry)
        self.deliveries = Counter(name + "deliveries", "Messages to Discord by how they ended", ["outcome"], registry=self._registry)
        self.connects = Counter(name + "connects", "Clients that were started", registry=self._registry)
        self.acknowledged = Histogram(
            name + "acknowledge_seconds", "From an interaction's arrival to its acknowledgement", buckets=_QUICK, registry=self._registry
        )
        self.answered = Histogram(
            name + "answer_seconds",
            "From a question's arrival to its shown answer",
            buckets=(*_QUICK, 5.0, 10.0, 30.0),
            registry=self._registry,
        )
        self.lag = Histogram(name + "loop_lag_seconds", "How late the event loop woke up", buckets=_QUICK, registry=self._registry)

    def watch(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        Gauge(f"commentary_discord_{name}", help_text, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        return generate_latest(self._registry)
