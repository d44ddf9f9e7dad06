"""Links datasources, services, phases, runbooks and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from monctl.link.routing import secret
from monctl.link.scope import Scope
from monctl.program import Datasource, Phase, Report, Runbook, Service
from monctl.spec import documents as spec_documents
from monctl.spec import monitors as spec_monitors

_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "sqlite": "sqlite", "duckdb": "duckdb"}
"""sqlglot's name per type: https://sqlglot.com/sqlglot/dialects.html (read 2026-11-20)."""
_OPTIONS = ("organization", "project", "grafana", "path", "format")


def datasources(scope: Scope) -> dict[str, Datasource]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("datasources").items()):
        spec = item.spec
        assert isinstance(spec, spec_monitors.Datasource)
        options = {option: getattr(spec, option) for option in _OPTIONS if getattr(spec, option) is not None and option in spec.model_fields_set}
        linked[name] = Datasource(
            name,
            spec.type,
            spec.title or name,
            spec.description,
            spec.dialect or _DIALECTS.get(spec.type),
            secret(spec.dsn),
            spec.url,
            spec.tables,
            tuple(spec.large),
            spec.lag.seconds if spec.lag else 0.0,
            spec.retention.seconds if spec.retention else None,
            {**options, **spec.options},
            item.origin,
        )
    return linked


def services(scope: Scope) -> dict[str, Service]:
    """Sorted by name. A circle of dependencies is a finding."""
    linked = {}
    for name, item in sorted(scope.all("services").items()):
        spec = item.spec
        assert isinstance(spec, spec_monitors.Service)
        promise = spec.promise or spec_monitors.Promise()
        linked[name] = Service(
            name,
            spec.title or name,
            spec.description,
            scope.known("teams", spec.team, item.origin.at("team"), address=item.address),
            spec.tier,
            scope.every("services", spec.depends_on, item.origin.at("depends_on"), address=item.address),
            spec.links,
            promise.detect.seconds if promise.detect else None,
            promise.resolve.seconds if promise.resolve else None,
            scope.known("runbooks", spec.runbook, item.origin.at("runbook"), address=item.address),
            spec.labels,
            item.origin,
        )
    for circle in circles({name: service.depends_on for name, service in linked.items()}):
        first = linked[circle[0]]
        scope.fault(
            "SPEC042",
            f"services depend on each other in a circle: {' → '.join((*circle, circle[0]))}",
            first.origin.at("depends_on"),
            help="remove one of these dependencies",
            address=f"service.{first.name}",
        )
    return linked


def circles(edges: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Every circle of a graph that a depth-first walk meets, each once, beginning with its smallest name; linear in the edges."""
    found: dict[tuple[str, ...], None] = {}
    state: dict[str, Literal["open", "done"]] = {}
    for root in sorted(edges):
        if root in state:
            continue
        state[root] = "open"
        path = [root]
        walks = [iter(edges[root])]
        while walks:
            following = next(walks[-1], None)
            if following is None:
                walks.pop()
                state[path.pop()] = "done"
            elif following not in state:
                state[following] = "open"
                path.append(following)
                walks.append(iter(edges.get(following, ())))
            elif state[following] == "open":
                circle = path[path.index(following) :]
                turn = circle.index(min(circle))
                found[(*circle[turn:], *circle[:turn])] = None
    return list(found)


def phases(scope: Scope, current: str | None) -> dict[str, Phase]:
    """In the order of declaration; the first is current unless another is named."""
    declared = scope.all("phases")
    now = current if current in declared else next(iter(declared), None)
    return {
        name: Phase(name, item.spec.title or name, item.spec.description, name == now, item.origin)  # type: ignore[attr-defined]  # all items of a kind have its model
        for name, item in declared.items()
    }


def runbooks(scope: Scope, texts: Mapping[str, str]) -> dict[str, Runbook]:
    """Sorted by name. `texts` holds the Markdown files by the path the spec names."""
    linked = {}
    for name, item in sorted(scope.all("runbooks").items()):
        spec = item.spec
        assert isinstance(spec, spec_documents.Runbook)
        parts = []
        if spec.file and spec.file in texts:
            parts.append(texts[spec.file].strip())
        if spec.steps:
            parts.append("\n".join(f"{number}. {step}" for number, step in enumerate(spec.steps, 1)))
        for heading, body in spec.sections.items():
            said = body.strip() if isinstance(body, str) else "\n".join(f"{'- [ ]' if spec.kind == 'checklist' else '-'} {line}" for line in body)
            parts.append(f"## {heading}\n\n{said}")
        if not parts and spec.url is None and spec.file is None:
            scope.fault("SPEC031", "the runbook says nothing", item.origin, help="add `steps:`, `sections:`, `file:` or `url:`", address=item.address, on_key=True)
        linked[name] = Runbook(
            name, spec.title or name, spec.description, spec.url, "\n\n".join(parts), _first_step(spec), spec.kind, item.origin
        )
    return linked


def _first_step(spec: spec_documents.Runbook) -> str:
    if spec.steps:
        return spec.steps[0]
    for body in spec.sections.values():
        if isinstance(body, list) and body:
            return body[0]
    return spec.description.split(". ")[0]


def reports(scope: Scope) -> dict[str, Report]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("reports").items()):
        spec = item.spec
        assert isinstance(spec, spec_documents.Report)
        linked[name] = Report(
            name,
            spec.title or name,
            spec.description,
            spec.every,
            tuple(spec.sections),
            {str(figure): goal for figure, goal in spec.goals.items()},
            scope.every("channels", spec.notify, item.origin.at("notify"), address=item.address),
            item.origin,
        )
    return linked
