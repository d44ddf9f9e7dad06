"""The ways alerts go: every alert goes exactly one, and those of one way share severity and deliveries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl.lint.ways import ways
from monctl.project import check
from tests.lint.conftest import write

WORLD = """\
severities:
  critical: {pages: true, notify: [phone]}
  warning: {notify: [chat]}
channels:
  chat: {slack: {channel: "#alerts", webhook: "${env:HOOK}"}}
  phone: {pagerduty: {service: Shop, owned: false, integration_key: "${env:KEY}"}}
  mail: {email: {to: [ops@example.com]}}
"""
ROUTES = """\
routes:
  shop: {match: {labels: {shop: "yes"}}, notify: [mail]}
"""
LABELS = st.sampled_from(["", ", labels: {shop: 'yes'}", ", labels: {shop: 'no'}"])
NOTIFY = st.sampled_from(["", ", notify: [mail]", ", notify: [chat]", ", notify: []"])
ALERTS = st.sampled_from(["{critical: down}", "{warning: down}", "{critical: down, warning: response_time > 1s}"])
MONITOR = "  m{at}: {{http: https://example.com/{at}, alert: {alert}{labels}{notify}}}\n"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(ALERTS, LABELS, NOTIFY), min_size=1, max_size=12), st.sampled_from(["", ROUTES]))
def test_each_alert_goes_one_way(tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str, str]], routes: str) -> None:
    folder = tmp_path_factory.mktemp("estate")
    monitors = "".join(MONITOR.format(at=at, alert=alert, labels=labels, notify=notify) for at, (alert, labels, notify) in enumerate(said))
    write(folder, {"monctl.yaml": "estate: shop\ntargets: {runner: {}}\n", "a.yaml": f"{WORLD}{routes}monitors:\n{monitors}"})
    program = check(folder).program

    known = ways(program.monitors.values())

    expected = [(monitor.name, alert.severity, alert.deliveries) for monitor in program.monitors.values() for alert in monitor.alerts]
    gone = [(monitor.name, alert.severity, alert.deliveries) for way in known for monitor, alert in way.alerts]
    assert sorted(gone, key=str) == sorted(expected, key=str)
    assert len({(way.severity, way.deliveries) for way in known}) == len(known)
    for way in known:
        assert all((alert.severity, alert.deliveries) == (way.severity, way.deliveries) for _, alert in way.alerts)
        assert [monitor.name for monitor, _ in way.alerts] == [
            name for name in program.monitors if name in {one.name for one, _ in way.alerts}
        ]
    assert len({id(alert.deliveries) for monitor in program.monitors.values() for alert in monitor.alerts}) <= len(known)
