"""Links sources: datasources and metrics they name, and what the user says of their values and units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, cast

from monctl import measure
from monctl.link.condition import condition
from monctl.link.formula import check_formula
from monctl.link.measured import DATASOURCE_TYPES, Linked, Probe, Query, probe, query
from monctl.link.scope import Scope
from monctl.misread import Misread
from monctl.source import Origin
from monctl.spec import sources as spec
from monctl.spec.monitors import Datasource
from monctl.suggest import did_you_mean
from monctl.unit import NO_UNIT, Unit

REACHABLE = frozenset({"http", "tcp", "dns", "ping", "tls", "heartbeat", "redis", "storage", "command", "composite"})
"""Kinds that can be `down`."""

Said = Probe | Query | spec.ExprSource | list[spec.MemberSource]


class Resolve(Protocol):
    """From `metric` or `metric.value`, written at a path below an origin, to (metric, value, its unit).

    None and a finding when it is not there.
    """

    def __call__(self, written: str, origin: Origin, *path: str | int, address: str) -> tuple[str, str, Unit] | None: ...


class Sources:
    """Links the one source of a metric, monitor or panel."""

    def __init__(self, scope: Scope, resolve: Resolve) -> None:
        self._scope = scope
        self._resolve = resolve

    def link(
        self, field: str, said: Said, origin: Origin, address: str, *, unit: str | None, values: Mapping[str, spec.Value]
    ) -> Linked | None:
        """The source of one field of an object. None when it cannot be linked (findings tell).

        `unit` and `values` are what the object itself says of them.
        """
        linked = self._linked(field, said, origin, address)
        places: dict[str, tuple[str, ...]] = {name: ("values", name) for name in values}
        declared = dict(values)
        if isinstance(said, spec.SqlSource):
            places = {name: (field, "values", name) for name in said.values} | places
            declared = {**said.values, **values}
        if linked is not None and (declared or unit is not None):
            return self._valued(linked, declared, places, unit, origin, address)
        return linked

    def unit(self, text: str, origin: Origin, *path: str, address: str) -> Unit:
        """A unit from its text, written at a path below an origin; NO_UNIT and a finding when it is not one."""
        try:
            return Unit.parse(text)
        except Misread as error:
            self._scope.misread("SPEC033", error, origin.at(*path), address=address)
            return NO_UNIT

    def _linked(self, field: str, said: Said, origin: Origin, address: str) -> Linked | None:
        if isinstance(said, list):
            return self._composite("all" if field == "all_of" else "any", said, origin.at(field), address)
        if isinstance(said, spec.ExprSource):
            return self._expr(said, origin.at(field), address)
        if not isinstance(said, Query):
            return probe(said)
        if isinstance(said, spec.LogSource) and said.measure != "count" and said.field is None:
            message = f"`measure: {said.measure}` needs a `field` to measure"
            self._scope.fault("SPEC031", message, origin.at(field, "measure"), help="add `field: responseTime`", address=address)
        return query(said) if self._answers(said, origin, field, address) else None

    def _answers(self, said: Query, origin: Origin, field: str, address: str) -> bool:
        """Whether the datasource is declared and of a type that can answer."""
        name = said.datasource
        if self._scope.known("datasources", name, origin, field, "datasource", address=address) is None:
            return False
        given = cast("Datasource", self._scope.all("datasources")[name].spec).type
        wanted = DATASOURCE_TYPES[type(said)]
        if given in wanted:
            return True
        fitting = [other for other, item in self._scope.all("datasources").items() if cast("Datasource", item.spec).type in wanted]
        message = f"datasource '{name}' is {given}; {field} sources ask {' or '.join(sorted(wanted))}"
        help = did_you_mean(name, fitting, noun="datasources of that type")
        self._scope.fault("SPEC043", message, origin.at(field, "datasource"), help=help, address=address)
        return False

    def _valued(
        self,
        linked: Linked,
        declared: Mapping[str, spec.Value],
        places: Mapping[str, tuple[str, ...]],
        unit: str | None,
        origin: Origin,
        address: str,
    ) -> Linked:
        """The source with what the user says of its values. The values of a query are exactly those that are declared."""
        source, units, default = linked.source, dict(linked.units), linked.default
        if isinstance(source, measure.Sql) and declared:
            units, default = dict.fromkeys(declared, NO_UNIT), next(iter(declared))
        for name, value in declared.items():
            if name not in units:
                help = did_you_mean(name, units, noun="values")
                message = f"{source.kind} sources have no value '{name}'"
                self._scope.fault("SPEC052", message, origin.at(*places[name]), help=help, address=address, on_key=True)
            elif value.unit:
                units[name] = self._unit_of(name, units[name], value.unit, origin, *places[name], "unit", address=address)
        if unit is not None and len(declared) > 1:
            message = f"`unit` is of a single value; here are {', '.join(declared)}"
            self._scope.fault("SPEC048", message, origin.at("unit"), help="give each its unit under `values`", address=address, on_key=True)
        elif unit is not None:
            units[default] = self._unit_of(default, units[default], unit, origin, "unit", address=address)
        if isinstance(source, measure.Sql) and declared:
            source = measure.Sql(source.datasource, source.query, source.mode, units)
        return Linked(source, units, default)

    def _unit_of(self, name: str, own: Unit, text: str, origin: Origin, *path: str, address: str) -> Unit:
        """The unit the user gives a value, where the source leaves it open; what is counted may be called by another word."""
        unit = self.unit(text, origin, *path, address=address)
        if own == NO_UNIT or unit in {own, NO_UNIT} or own.dimension == unit.dimension == "count":
            return unit if unit != NO_UNIT else own
        help = "leave the unit out; thresholds may be written in any unit that fits"
        self._scope.fault("SPEC048", f"'{name}' is always in {own}, not {unit}", origin.at(*path), help=help, address=address)
        return own

    def _expr(self, said: spec.ExprSource, origin: Origin, address: str) -> Linked | None:
        inputs: dict[str, str] = {}
        for name, path in said.inputs.items():
            found = self._resolve(path, origin, "inputs", name, address=address)
            if found is not None:
                inputs[name] = ".".join(found[:2])
        try:
            check_formula(said.formula, said.inputs)
        except Misread as error:
            self._scope.misread("SPEC054", error, origin.at("formula"), address=address)
            return None
        return Linked(measure.Expr(said.formula, inputs), {"value": NO_UNIT}, "value") if len(inputs) == len(said.inputs) else None

    def _composite(self, rule: Literal["all", "any"], said: list[spec.MemberSource], origin: Origin, address: str) -> Linked | None:
        if not said:
            self._scope.fault("SPEC031", "a composite needs at least one member", origin, help="name a monitor", address=address)
            return None
        members = [self._member(one, origin.at(index), address) for index, one in enumerate(said)]
        found = tuple(member for member in members if member is not None)
        return Linked(measure.Composite(rule, found), {"value": NO_UNIT}, "value")

    def _member(self, one: spec.MemberSource, where: Origin, address: str) -> measure.Member | None:
        if (one.monitor is None) == (one.metric is None):
            help = "write a monitor's name, or `{metric: NAME, holds: '< 100'}`"
            self._scope.fault("SPEC060", "a member is either a monitor or a metric", where, help=help, address=address)
            return None
        if one.metric is None:
            known = self._scope.known("monitors", one.monitor, where, "monitor", address=address)
            return None if known is None else measure.Member(monitor=known)
        found = self._resolve(one.metric, where, "metric", address=address)
        if one.holds is None:
            help = "add `holds: '< 100'`: healthy while this is true"
            self._scope.fault("SPEC031", "a metric in a composite needs `holds`", where, help=help, address=address)
        if found is None or one.holds is None:
            return None
        metric, value, unit = found
        bound = condition(self._scope, one.holds, {}, unit, where, "holds", address=address, name=metric)
        return None if bound is None else measure.Member(metric=f"{metric}.{value}", condition=bound[0], text=bound[1])
