"""Estates whose objects at one provider are about N, to fill an account for measuring: `monctl apply` of one makes them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

GROUP = 20
"""Rules of a Grafana rule group."""
PAIR = 2
"""A Sentry monitor is a detector and a workflow."""
CHAIN = 4
"""A PagerDuty channel is a schedule, an escalation policy, a service and an integration."""


def write(folder: Path, provider: str, size: int) -> None:
    """Put an estate into a new folder. Raises KeyError for a provider that is none of `ACCOUNTS`."""
    settings, specs = ACCOUNTS[provider](size)
    folder.mkdir(parents=True)
    (folder / "monctl.yaml").write_text(f"estate: account\n{settings}", encoding="utf-8")
    (folder / "specs.yaml").write_text(specs, encoding="utf-8")


def grafana(size: int) -> tuple[str, str]:
    """Alert rules, a group of twenty for each service, and a dashboard for every twentieth; one folder and one contact point."""
    boards = size // 20
    rules = size - boards - 2
    specs = [
        'severities: {critical: {notify: [chat]}}\nchannels: {chat: {email: {to: ["ops@example.com"]}}}',
        "datasources: {prom: {type: prometheus, url: https://prometheus.example.com}}",
        "services:",
        *(f"  s{index:04}: {{}}" for index in range(0, rules, GROUP)),
        "metrics:",
        *(f"  m{index:04}: {{every: 1m, prometheus: {{datasource: prom, query: queue_{index:04}}}}}" for index in range(rules)),
        "monitors:",
        *(
            f'  r{index:04}: {{metric: m{index:04}, service: s{index // GROUP * GROUP:04}, alert: {{critical: "> 5 for 5m"}}}}'
            for index in range(rules)
        ),
        "dashboards:",
        *(f"  d{index:04}: {{panels: [{{title: Queue, metric: m{index:04}}}]}}" for index in range(boards)),
    ]
    return "targets: {grafana: {}}\nplacement: {prometheus: grafana}\n", "\n".join(specs) + "\n"


def pagerduty(size: int) -> tuple[str, str]:
    """A schedule, an escalation policy, a service and its integration for each channel."""
    every = range(size // CHAIN)
    specs = [
        "severities: {critical: {notify: [p0000]}}\npeople: {ana: {email: ana@example.com}, ben: {email: ben@example.com}}",
        "rotations:",
        *(f"  w{index:04}: {{time_zone: UTC, layers: {{primary: [ana, ben]}}, shift: 1w, start: 2027-01-04T09:00}}" for index in every),
        "escalations:",
        *(f"  e{index:04}: {{levels: [{{after: 0m, notify: [w{index:04}]}}]}}" for index in every),
        "channels:",
        *(
            f'  p{index:04}: {{pagerduty: {{service: Service {index:04}, escalation: e{index:04}, integration_key: "${{env:KEY}}"}}}}'
            for index in every
        ),
        "monitors:",
        *(
            f"  m{index:04}: {{http: https://example.com/{index:04}, alert: {{critical: down for 5m}}, notify: [p{index:04}]}}"
            for index in every
        ),
    ]
    return "targets: {pagerduty: {}, runner: {}}\n", "\n".join(specs) + "\n"


def sentry(size: int) -> tuple[str, str]:
    """A detector and a workflow for each monitor."""
    every = range(size // PAIR)
    specs = [
        'severities: {critical: {notify: [mail]}}\nchannels: {mail: {email: {to: ["ana@example.com"]}}}',
        "people: {ana: {email: ana@example.com}}\ndatasources: {errors: {type: sentry}}",
        "metrics:",
        *(f'  m{index:04}: {{every: 5m, sentry: {{datasource: errors, measure: events, query: "job:{index:04}"}}}}' for index in every),
        "monitors:",
        *(f'  r{index:04}: {{metric: m{index:04}, alert: {{critical: "> 5 in 5m"}}}}' for index in every),
    ]
    return "targets: {sentry: {organization: acme, project: web}}\n", "\n".join(specs) + "\n"


def uptimerobot(size: int) -> tuple[str, str]:
    """One object for each monitor, but one: the largest plan has a thousand, and the sandbox's account holds one of somebody else's."""
    size -= 1
    specs = [
        "severities: {critical: {}}",
        "monitors:",
        *(
            f"  m{index:04}: {{http: https://example.com/{index:04}, every: 5m, alert: {{critical: down for 10m}}}}"
            for index in range(size)
        ),
    ]
    return "targets: {uptimerobot: {plan: enterprise}}\n", "\n".join(specs) + "\n"


ACCOUNTS: Mapping[str, Callable[[int], tuple[str, str]]] = {
    "grafana": grafana,
    "pagerduty": pagerduty,
    "sentry": sentry,
    "uptimerobot": uptimerobot,
}
"""Provider → (settings below the estate's name, specs) for about as many objects as asked for."""
