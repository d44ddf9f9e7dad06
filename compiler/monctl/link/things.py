"""Links datasources, services, phases, runbooks and reports."""

from __future__ import annotations

from collections.abc import Mapping

from monctl.link.circles import circles
from monctl.link.scope import Scope
from monctl.link.secrets import secret
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
        options = {
            option: getattr(spec, option) for option in _OPTIONS if getattr(spec, option) is not None and option in spec.model_fields_set
        }
        linked[name] = Datasource(
            name=name,
            type=spec.type,
            title=spec.title or name,
            description=spec.description,
            dialect=spec.dialect or _DIALECTS.get(spec.type),
            dsn=secret(spec.dsn),
            url=spec.url,
            schema=spec.tables,
            large_tables=tuple(spec.large),
            lag_s=spec.lag.seconds if spec.lag else 0.0,
            retention_s=spec.retention.seconds if spec.retention else None,
            options={**options, **spec.options},
            origin=item.origin,
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
            name=name,
            title=spec.title or name,
            description=spec.description,
            team=scope.known("teams", spec.team, item.origin, "team", address=item.address),
            tier=spec.tier,
            depends_on=scope.every("services", spec.depends_on, item.origin, "depends_on", address=item.address),
            links=spec.links,
            detect_s=promise.detect.seconds if promise.detect else None,
            resolve_s=promise.resolve.seconds if promise.resolve else None,
            runbook=scope.known("runbooks", spec.runbook, item.origin, "runbook", address=item.address),
            labels=spec.labels,
            origin=item.origin,
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


def phases(scope: Scope, current: str | None) -> dict[str, Phase]:
    """In the order of declaration; the first is current unless another is named."""
    declared = scope.all("phases")
    now = current if current in declared else next(iter(declared), None)
    linked = {}
    for name, item in declared.items():
        spec = item.spec
        assert isinstance(spec, spec_monitors.Phase)
        linked[name] = Phase(name, spec.title or name, spec.description, name == now, item.origin)
    return linked


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
            said = (
                body.strip()
                if isinstance(body, str)
                else "\n".join(f"{'- [ ]' if spec.kind == 'checklist' else '-'} {line}" for line in body)
            )
            parts.append(f"## {heading}\n\n{said}")
        if not parts and spec.url is None and spec.file is None:
            scope.fault(
                "SPEC031",
                "the runbook says nothing",
                item.origin,
                help="add `steps:`, `sections:`, `file:` or `url:`",
                address=item.address,
                on_key=True,
            )
        linked[name] = Runbook(
            name=name,
            title=spec.title or name,
            description=spec.description,
            url=spec.url,
            text="\n\n".join(parts),
            first_step=_first_step(spec),
            kind=spec.kind,
            origin=item.origin,
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
            name=name,
            title=spec.title or name,
            description=spec.description,
            every=spec.every,
            sections=tuple(spec.sections),
            goals={str(figure): goal for figure, goal in spec.goals.items()},
            channels=scope.every("channels", spec.notify, item.origin, "notify", address=item.address),
            origin=item.origin,
        )
    return linked
