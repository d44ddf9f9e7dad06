"""What the runner measures of itself, for `/metrics` and its own health."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Gauges:
    """One runner's figures. Times are seconds."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.lag = Histogram(
            "monctl_start_lag_seconds",
            "How much later than its slot a check began",
            buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30),
            registry=registry,
        )
        self.checks = Counter("monctl_checks_total", "Checks run, by outcome", ["outcome"], registry=registry)
        self.missed = Counter("monctl_missed_slots_total", "Slots that were not run, by cause", ["cause"], registry=registry)
        self.strain = Gauge("monctl_slots_missed_last_minute", "Slots the runner missed lately because it was too busy", registry=registry)
        self.stood = Counter("monctl_loop_late_seconds_total", "How long the event loop stood still, all in all", registry=registry)
        self.inflight = Gauge("monctl_checks_in_flight", "Checks running now", registry=registry)
        self.steps = Counter("monctl_step_errors_total", "Steps that raised: bugs", registry=registry)
        self.commits = Histogram("monctl_commit_seconds", "Time of a commit to the store", registry=registry)
        self.store_lost = Gauge("monctl_store_lost", "1 while the store cannot be written", registry=registry)
        self.outbox_age = Gauge("monctl_outbox_age_seconds", "Age of the oldest message that is due and not sent", registry=registry)
        self.sent = Counter(
            "monctl_messages_total", "Attempts to send, by kind of channel and result", ["channel", "result"], registry=registry
        )
        self.firing = Gauge("monctl_incidents", "Incidents that are on, by severity", ["severity"], registry=registry)
        self.jumps = Counter(
            "monctl_clock_jumps_total", "Times the wall clock moved by more than 5 s against the monotonic one", registry=registry
        )
        self.shards = Gauge("monctl_shards_held", "Shards this runner holds, of 64", registry=registry)

    def missed_by_cause(self) -> dict[str, float]:
        """Slots that were not run since the start."""
        samples = (sample for metric in self.missed.collect() for sample in metric.samples)
        return {sample.labels["cause"]: sample.value for sample in samples if sample.name.endswith("_total")}

    def stood_s(self) -> float:
        """How long the event loop stood still since the start."""
        return next(sample.value for metric in self.stood.collect() for sample in metric.samples if sample.name.endswith("_total"))
