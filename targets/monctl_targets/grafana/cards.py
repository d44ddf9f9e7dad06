"""Markdown for text panels: what Grafana cannot ask for, who depends on whom, objectives. A card says what is meant and who measures it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monctl.number import show_number
from monctl.program import Monitor, Program, Service, Slo
from monctl_targets.grafana import durations
from monctl_targets.grafana.asked import Measured

_WHERE = {"runner": "monctl's runner", "sentry": "Sentry", "uptimerobot": "UptimeRobot", "pagerduty": "PagerDuty", "grafana": "Grafana"}


def figures(program: Program, left: Sequence[Measured]) -> str:
    """Figures that are measured elsewhere: one as a card, several as a table."""
    if len(left) == 1:
        return _figure(program, left[0])
    lines = ["| measured | how often | goal | alerts | by |", "| --- | --- | --- | --- | --- |"]
    for figure in left:
        by = sorted({_where(target) for monitor in figure.monitors for target in monitor.targets}) or ["nobody yet"]
        alerts = "<br>".join(_alerts(program, figure.monitors)) or "–"
        lines.append(
            f"| **{figure.title}** | {durations.show(figure.every_s)} | {_cell(figure.goal) or '–'} | {alerts} | {', '.join(by)} |"
        )
    return "\n".join(lines)


def _figure(program: Program, figure: Measured) -> str:
    by = ", ".join(sorted({_where(target) for monitor in figure.monitors for target in monitor.targets}))
    lines = [f"**{figure.title}** every {durations.show(figure.every_s)}" + (f", by {by}" if by else "")]
    lines += [f"Goal: {figure.goal}"] if figure.goal else []
    lines += ["\n".join(f"- {line}" for line in _alerts(program, figure.monitors))] if figure.monitors else []
    return "\n\n".join(line for line in lines if line)


def states(program: Program, monitors: Sequence[Monitor]) -> str:
    """Monitors whose state Grafana does not know: one as a card, several as a table."""
    if len(monitors) == 1:
        return _state(program, monitors[0])
    lines = ["| monitor | alerts | watched by | runbook |", "| --- | --- | --- | --- |"]
    for monitor in monitors:
        by = ", ".join(_where(target) for target in monitor.targets)
        lines.append(
            f"| **{_cell(monitor.title)}** | {'<br>'.join(_alerts(program, (monitor,))) or '–'} | {by} | {_runbook(program, monitor)} |"
        )
    return "\n".join(lines)


def _state(program: Program, monitor: Monitor) -> str:
    lines = [f"**{monitor.title}**, watched by {', '.join(_where(target) for target in monitor.targets)}"]
    lines += ["\n".join(f"- {line}" for line in _alerts(program, (monitor,)))]
    lines += [f"Runbook: {_runbook(program, monitor)}"] if monitor.runbook else []
    return "\n\n".join(line for line in lines if line)


def services(program: Program, service: Service | None) -> str:
    """What a service rests on, all the way down; every service of the estate when none is named."""
    if service is None:
        chosen = list(program.services.values())
    else:
        names, queue = {service.name: None}, [service.name]
        while queue:
            for needed in program.services[queue.pop(0)].depends_on:
                if needed not in names:
                    names[needed] = None
                    queue.append(needed)
        chosen = [program.services[name] for name in names]
    lines = ["| service | tier | team | rests on |", "| --- | --- | --- | --- |"]
    for each in chosen:
        team = program.teams[each.team].title if each.team else "–"
        needs = ", ".join(program.services[name].title for name in each.depends_on) or "–"
        lines.append(f"| **{_cell(each.title)}** | {'–' if each.tier is None else each.tier} | {_cell(team)} | {_cell(needs)} |")
    return "\n".join(lines)


def objective(program: Program, slo: Slo) -> str:
    """An objective nobody computes here."""
    if slo.monitor is not None:
        what = f"as long as '{program.monitors[slo.monitor].title}' does not fire"
    elif slo.good is not None and slo.total is not None:
        what = f"{_title(program, slo.good)} of {_title(program, slo.total)}"
    else:
        what = f"{_title(program, slo.metric or '')} {slo.text}"
    return f"**{show_number(slo.objective)} %** over {durations.show(slo.window_s)}: {_cell(what)}\n\n{slo.description}".rstrip()


def _alerts(program: Program, monitors: Iterable[Monitor]) -> list[str]:
    return [
        f"{program.severities[alert.severity].emoji} {alert.severity}: {_cell(alert.text)}".strip()
        for monitor in monitors
        for alert in monitor.alerts
    ]


def _title(program: Program, path: str) -> str:
    metric = program.metrics.get(path.partition(".")[0])
    return path if metric is None else metric.title


def _runbook(program: Program, monitor: Monitor) -> str:
    if monitor.runbook is None:
        return "–"
    runbook = program.runbooks[monitor.runbook]
    return f"[{_cell(runbook.title)}]({runbook.url})" if runbook.url else _cell(runbook.title)


def _where(target: str) -> str:
    return _WHERE.get(target, target)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
