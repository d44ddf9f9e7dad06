"""Which target holds which monitor: the monitor's own word, the estate's placement, the target's default, the fallback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monctl import measure
from monctl.link.scope import Scope, listed
from monctl.source import Origin
from monctl.suggest import did_you_mean
from monctl.target import Capabilities


class Placement:
    """`targets` are the estate's, with what each can do, None where monctl.yaml cannot be read; `wishes` is its `placement:`."""

    def __init__(
        self, scope: Scope, targets: Mapping[str, Capabilities] | None, wishes: Mapping[str, str | list[str]], settings: Origin
    ) -> None:
        self._scope = scope
        self._known = targets is not None
        self._targets = targets or {}
        self._by_kind: dict[str, tuple[str, ...]] = {}
        for kind, said in wishes.items():
            if kind not in measure.KINDS:
                help = did_you_mean(kind, measure.KINDS, noun="kinds")
                scope.fault("SPEC100", f"'{kind}' is not a kind of source", settings.at("placement", kind), help=help, on_key=True)
                continue
            self._by_kind[kind] = self._checked(kind, said, settings.at("placement", kind), None)
        for kind in measure.KINDS:
            if not self._by_kind.get(kind):
                self._by_kind[kind] = self._default(kind)

    def targets(self, kind: str, wanted: str | Sequence[str], origin: Origin, address: str) -> tuple[str, ...]:
        """The targets of one monitor. `origin` is the monitor's."""
        if not self._known:
            return ()
        if wanted:
            return self._checked(kind, wanted, origin.at("on"), address)
        found = self._by_kind[kind]
        if not found and self._targets:  # an estate without any target is told so once
            help = "add `runner: {}` to `targets` in monctl.yaml: the runner takes every source"
            self._scope.fault("SPEC101", f"no target of this estate takes {kind} sources", origin, help=help, address=address, on_key=True)
        return found

    def _checked(self, kind: str, wanted: str | Sequence[str], origin: Origin, address: str | None) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for index, name in enumerate(listed(wanted)):
            where = origin if isinstance(wanted, str) else origin.at(index)
            if name not in self._targets:
                help = did_you_mean(name, self._targets, noun="targets of this estate") or "add it to `targets` in monctl.yaml"
                self._scope.fault("SPEC100", f"'{name}' is not a target of this estate", where, help=help, address=address)
            elif kind not in self._targets[name].accepts:
                takes = ", ".join(sorted(self._targets[name].accepts))
                help = f"it takes {takes}" if takes else "it holds no monitors at all"
                self._scope.fault("SPEC101", f"{name} cannot hold {kind} sources", where, help=help, address=address)
            else:
                found[name] = None
        return tuple(found)

    def _default(self, kind: str) -> tuple[str, ...]:
        own = sorted(name for name, can in self._targets.items() if kind in can.default_for)
        fallback = sorted(name for name, can in self._targets.items() if can.fallback)
        return tuple((own or fallback)[:1])
