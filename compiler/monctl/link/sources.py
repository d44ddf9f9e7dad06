"""Links sources: from what the user wrote to what is measured, with the values it yields and their units."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from monctl import measure
from monctl.link.condition import condition
from monctl.link.routing import reference
from monctl.link.scope import Scope
from monctl.misread import Misread
from monctl.source import Origin
from monctl.spec import sources as spec
from monctl.unit import BYTES, MILLISECONDS, NO_UNIT, PERCENT, Unit

DAYS = Unit.parse("d")
REACHABLE = frozenset({"http", "tcp", "dns", "ping", "tls", "heartbeat", "redis", "storage", "command", "composite"})
"""Kinds that can be `down`."""
_SQL_TYPES = frozenset({"postgresql", "mysql", "sqlite", "duckdb"})
_FORMULA = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?|[-+*/()]|\s+")

Units = dict[str, Unit]


class Sources:
    """Links the one source of a metric or monitor."""

    def __init__(self, scope: Scope, resolve: Callable[[str, Origin, str], tuple[str, str, Unit] | None]) -> None:
        self._scope = scope
        self._resolve = resolve
        """From `metric` or `metric.value` to (metric, value, its unit); collects a finding and gives None when it is not there."""

    def link(self, field: str, said: Any, origin: Origin, address: str, *, unit: str | None, values: Mapping[str, spec.Value]) -> tuple[measure.Source, Units, str] | None:
        """The source, the units of its values, and the value meant when none is named. None when it cannot be linked (findings tell)."""
        linked = getattr(self, f"_{field}")(said, origin.at(field), address)
        if linked is None:
            return None
        source, units, default = linked
        declared = {**(dict(said.values) if isinstance(said, spec.SqlSource) else {}), **values}
        where = origin.at(field, "values") if isinstance(said, spec.SqlSource) and said.values else origin.at("values")
        for name, value in declared.items():
            if not isinstance(said, spec.SqlSource) and name not in units:
                self._scope.fault("SPEC052", f"a {field} source has no value '{name}'", where.at(name), help=f"its values are {', '.join(units)}", address=address, on_key=True)
                continue
            units[name] = self.unit(value.unit, where.at(name, "unit"), address) if value.unit else units.get(name, NO_UNIT)
        if isinstance(said, spec.SqlSource) and said.values:
            default = next(iter(said.values))
            source = measure.Sql(said.datasource, source.query, said.mode, {name: units[name] for name in said.values})
            units = {name: units[name] for name in said.values}
        if unit is not None:
            units[default] = self.unit(unit, origin.at("unit"), address)
        return source, units, default

    def unit(self, text: str, origin: Origin, address: str) -> Unit:
        """A unit from its text; NO_UNIT and a finding when it is not one."""
        try:
            return Unit.parse(text)
        except Misread as error:
            self._scope.misread("SPEC033", error, origin, address=address)
            return NO_UNIT

    def _datasource(self, name: str, types: frozenset[str], origin: Origin, address: str) -> str | None:
        known = self._scope.known("datasources", name, origin.at("datasource"), address=address)
        if known is None:
            return None
        given = self._scope.all("datasources")[name].spec.type  # type: ignore[attr-defined]  # every item of this kind is a Datasource
        if given not in types:
            self._scope.fault(
                "SPEC043", f"datasource '{name}' is {given}, not {' or '.join(sorted(types))}", origin.at("datasource"), address=address
            )
            return None
        return known

    def _sql(self, said: spec.SqlSource, origin: Origin, address: str) -> Any:
        if self._datasource(said.datasource, _SQL_TYPES, origin, address) is None:
            return None
        return measure.Sql(said.datasource, said.query.rstrip().removesuffix(";").rstrip(), said.mode), {"value": NO_UNIT}, "value"

    def _http(self, said: spec.HttpSource, origin: Origin, address: str) -> Any:
        checks = tuple(measure.JsonAssertion(check.path, check.op, check.target) for check in said.json_checks)
        source = measure.Http(
            said.url,
            said.method,
            {name: reference(value) for name, value in said.headers.items()},
            said.body,
            tuple(said.status),
            said.contains,
            said.lacks,
            checks,
            said.follow_redirects,
            said.verify,
            said.certificate_expires_in.seconds if said.certificate_expires_in else None,
        )
        units = {"response_time": MILLISECONDS, "status": NO_UNIT}
        return source, units | ({"certificate_expires_in": DAYS} if said.url.startswith("https:") else {}), "response_time"

    def _tcp(self, said: spec.TcpSource, origin: Origin, address: str) -> Any:
        return measure.Tcp(said.host, said.port), {"response_time": MILLISECONDS}, "response_time"

    def _dns(self, said: spec.DnsSource, origin: Origin, address: str) -> Any:
        return measure.Dns(said.host, said.record, tuple(said.expect), said.resolver), {"response_time": MILLISECONDS}, "response_time"

    def _ping(self, said: spec.PingSource, origin: Origin, address: str) -> Any:
        return measure.Ping(said.host), {"response_time": MILLISECONDS, "loss": PERCENT}, "response_time"

    def _tls(self, said: spec.TlsSource, origin: Origin, address: str) -> Any:
        return measure.Tls(said.host, said.port), {"certificate_expires_in": DAYS}, "certificate_expires_in"

    def _host(self, said: spec.HostSource, origin: Origin, address: str) -> Any:
        unit = {"load": NO_UNIT, "network": BYTES, "disk_io": BYTES}.get(said.measure, PERCENT)
        return measure.Host(said.measure, said.path), {"value": unit}, "value"

    def _prometheus(self, said: spec.PrometheusSource, origin: Origin, address: str) -> Any:
        if self._datasource(said.datasource, frozenset({"prometheus"}), origin, address) is None:
            return None
        return measure.Prometheus(said.datasource, said.query.strip()), {"value": NO_UNIT}, "value"

    def _sentry(self, said: spec.SentrySource, origin: Origin, address: str) -> Any:
        if self._datasource(said.datasource, frozenset({"sentry"}), origin, address) is None:
            return None
        unit = {"failure_rate": PERCENT, "crash_free_rate": PERCENT, "apdex": NO_UNIT, "events": Unit.parse("events"), "users": Unit.parse("users"), "throughput": Unit.parse("transactions/min")}
        source = measure.Sentry(said.datasource, said.measure, said.tags, said.level, said.query, said.environment)
        return source, {"value": unit.get(said.measure, MILLISECONDS)}, "value"

    def _log(self, said: spec.LogSource, origin: Origin, address: str) -> Any:
        if self._datasource(said.datasource, frozenset({"logs"}), origin, address) is None:
            return None
        if said.measure != "count" and said.field is None:
            self._scope.fault("SPEC031", f"`measure: {said.measure}` needs a `field` to measure", origin.at("measure"), help="add `field: responseTime`", address=address)
        source = measure.Log(
            said.datasource, said.where, said.contains, said.measure, said.field, said.by, said.window.seconds if said.window else None
        )
        return source, {"value": Unit.parse("lines") if said.measure == "count" else NO_UNIT}, "value"

    def _heartbeat(self, said: spec.HeartbeatSource, origin: Origin, address: str) -> Any:
        return measure.Heartbeat(said.grace.seconds), {"late": MILLISECONDS}, "late"

    def _redis(self, said: spec.RedisSource, origin: Origin, address: str) -> Any:
        if self._datasource(said.datasource, frozenset({"redis"}), origin, address) is None:
            return None
        source = measure.Redis(said.datasource, said.info, said.length_of)
        counted = said.info is not None or said.length_of is not None
        return source, {"value": NO_UNIT, "response_time": MILLISECONDS} if counted else {"response_time": MILLISECONDS}, "value" if counted else "response_time"

    def _storage(self, said: spec.StorageSource, origin: Origin, address: str) -> Any:
        if self._datasource(said.datasource, frozenset({"storage"}), origin, address) is None:
            return None
        return measure.Storage(said.datasource, said.bucket, said.prefix), {"response_time": MILLISECONDS}, "response_time"

    def _command(self, said: spec.CommandSource, origin: Origin, address: str) -> Any:
        environ = {name: reference(value) for name, value in said.environ.items()}
        return measure.Command(tuple(said.run), environ), {"value": NO_UNIT, "exit_code": NO_UNIT}, "value"

    def _expr(self, said: spec.ExprSource, origin: Origin, address: str) -> Any:
        inputs: dict[str, str] = {}
        for name, path in said.inputs.items():
            found = self._resolve(path, origin.at("inputs", name), address)
            if found is None:
                return None
            inputs[name] = ".".join(found[:2])
        if not self._formula(said.formula, inputs, origin.at("formula"), address):
            return None
        return measure.Expr(said.formula, inputs), {"value": NO_UNIT}, "value"

    def _formula(self, formula: str, inputs: Mapping[str, str], origin: Origin, address: str) -> bool:
        at = 0
        words = []
        while at < len(formula):
            found = _FORMULA.match(formula, at)
            if found is None:
                self._scope.fault("SPEC054", f"'{formula[at]}' means nothing in a formula", origin, help="use names, numbers, + - * / and brackets", within=(at, at + 1), address=address)
                return False
            word = found[0]
            if word[0].isalpha() or word[0] == "_":
                if word not in inputs:
                    self._scope.fault("SPEC054", f"the formula names '{word}', which is no input", origin, help=f"its inputs are {', '.join(inputs)}", within=found.span(), address=address)
                    return False
                word = "1"
            words.append(word)
            at = found.end()
        try:
            compile("".join(words).strip(), "formula", "eval")
        except SyntaxError:
            self._scope.fault("SPEC054", f"'{formula}' is not a formula", origin, help="write one such as 'failed / total * 100'", address=address)
            return False
        return True

    def _all_of(self, said: list[spec.MemberSource], origin: Origin, address: str) -> Any:
        return self._composite("all", said, origin, address)

    def _any_of(self, said: list[spec.MemberSource], origin: Origin, address: str) -> Any:
        return self._composite("any", said, origin, address)

    def _composite(self, rule: Any, said: list[spec.MemberSource], origin: Origin, address: str) -> Any:
        members = []
        if not said:
            self._scope.fault("SPEC031", "a composite needs at least one member", origin, address=address)
            return None
        for index, one in enumerate(said):
            where = origin.at(index)
            if (one.monitor is None) == (one.metric is None):
                self._scope.fault("SPEC060", "a member is either a monitor or a metric", where, help="write a monitor's name, or `{metric: NAME, holds: '< 100'}`", address=address)
                continue
            if one.monitor is not None:
                if self._scope.known("monitors", one.monitor, where.at("monitor"), address=address):
                    members.append(measure.Member(monitor=one.monitor))
                continue
            member = self._metric_member(one, where, address)
            if member is not None:
                members.append(member)
        return measure.Composite(rule, tuple(members)), {"value": NO_UNIT}, "value"

    def _metric_member(self, one: spec.MemberSource, where: Origin, address: str) -> measure.Member | None:
        assert one.metric is not None
        found = self._resolve(one.metric, where.at("metric"), address)
        if found is None:
            return None
        if one.holds is None:
            self._scope.fault("SPEC031", "a metric in a composite needs `holds`", where, help="add `holds: '< 100'`: healthy while this is true", address=address)
            return None
        metric, value, unit = found
        bound = condition(self._scope, one.holds, {}, unit, where.at("holds"), address, name=metric)
        return None if bound is None else measure.Member(metric=f"{metric}.{value}", condition=bound[0], text=bound[1])
