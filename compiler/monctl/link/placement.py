"""Which target holds which monitor: the monitor's own word, the estate's placement, the target's default, the fallback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monctl import measure
from monctl.link.scope import Scope, listed
from monctl.source import Origin
from monctl.suggest import did_you_mean
from monctl.target import Capabilities


class Placement:
    """`targets` are the estate's, with what each can do; `wishes` is `placement:` of monctl.yaml."""

    def __init__(self, scope: Scope, targets: Mapping[str, Capabilities], wishes: Mapping[str, str | list[str]], settings: Origin) -> None:
        self._scope = scope
        self._targets = targets
        self._by_kind: dict[str, tuple[str, ...]] = {}
        for kind, said in wishes.items():
            where = settings.at("placement", kind)
            if kind not in measure.KINDS:
                scope.fault("SPEC100", f"'{kind}' is not a kind of source", where, help=did_you_mean(kind, measure.KINDS, noun="kinds"), on_key=True)
                continue
            self._by_kind[kind] = self._checked(kind, listed(said), where, None)
        for kind in measure.KINDS:
            if not self._by_kind.get(kind):
                self._by_kind[kind] = self._default(kind)

    def targets(self, kind: str, wanted: Sequence[str], origin: Origin, address: str) -> tuple[str, ...]:
        """The targets of one monitor."""
        found = self._checked(kind, wanted, origin, address) if wanted else self._by_kind[kind]
        if not found and not wanted:
            self._scope.fault(
                "SPEC101",
                f"no target of this estate takes a {kind} source",
                Origin(origin.file, origin.path[:-1], origin.line),
                help="add `runner: {}` to `targets` in monctl.yaml",
                address=address,
                on_key=True,
            )
        return found

    def _checked(self, kind: str, wanted: Sequence[str], origin: Origin, address: str | None) -> tuple[str, ...]:
        found = []
        for name in dict.fromkeys(wanted):
            if name not in self._targets:
                self._scope.fault("SPEC100", f"'{name}' is not a target of this estate", origin, help=did_you_mean(name, self._targets, noun="targets"), address=address)
            elif kind not in self._targets[name].accepts:
                takes = ", ".join(sorted(self._targets[name].accepts)) or "no monitors at all"
                self._scope.fault("SPEC101", f"{name} cannot hold a {kind} source", origin, help=f"it takes {takes}", address=address)
            else:
                found.append(name)
        return tuple(found)

    def _default(self, kind: str) -> tuple[str, ...]:
        own = sorted(name for name, can in self._targets.items() if kind in can.default_for)
        fallback = sorted(name for name, can in self._targets.items() if can.fallback)
        return tuple((own or fallback)[:1])
