"""The façade: an estate opened, checked, built, planned. What the command line and tests call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monctl import query
from monctl.ahead import Ahead
from monctl.collector import no_garbage
from monctl.errors import EstateError
from monctl.finding import Finding, Level, located
from monctl.link import link
from monctl.load import Loaded, load
from monctl.overlay import Overlay
from monctl.program import Program
from monctl.spec.documents import Runbook
from monctl.target import Built, Target, discover


@dataclass(frozen=True, slots=True)
class Checked:
    """An estate read and linked."""

    root: Path
    loaded: Loaded
    program: Program
    findings: tuple[Finding, ...]
    """Located, in order."""
    syntax: bool = True
    """Whether the findings tell of SQL that does not parse."""

    @property
    def valid(self) -> bool:
        """Whether there is no error."""
        return not any(found.level is Level.ERROR for found in self.findings)

    @property
    def named_files(self) -> list[Path]:
        """Files that are read because a spec names them."""
        return [self.root / item.spec.file for item in self.loaded.items if isinstance(item.spec, Runbook) and item.spec.file]


def check(
    root: Path,
    environment: str | None = None,
    *,
    targets: Mapping[str, Target] | None = None,
    overlay: Overlay | None = None,
    syntax: bool = True,
    ahead: Ahead | None = None,
) -> Checked:
    """Everything `monctl validate` says: types, references, units, SQL syntax. Offline. `overlay` holds what is laid over the disk, `ahead` what was read of it.

    Without `syntax` no SQL is parsed: the rules parse each query once, and tell of those that do not parse.

    Raises UsageError and EstateError; whatever is wrong in the specs comes back as findings.
    """
    known = discover() if targets is None else targets
    with no_garbage():
        loaded = load(root, environment, overlay=overlay, ahead=ahead)
        linked = link(loaded, {name: target.capabilities for name, target in known.items()})
        found = [
            *loaded.findings,
            *linked.findings,
            *query.check(linked.program, syntax=syntax),
            *_of_options(loaded, linked.program, known),
        ]
        return Checked(root, loaded, linked.program, tuple(located(found, loaded.sources)), syntax)


def _of_options(loaded: Loaded, program: Program, targets: Mapping[str, Target]) -> list[Finding]:
    """What targets find wrong with their options; `option_faults` is no part of what every target must have."""
    if not loaded.complete:
        return []
    asked = [targets[name] for name in program.targets if name in targets]
    for target in asked:
        for secret in getattr(target, "option_secrets", lambda _: ())(program):
            loaded.sources.hide(loaded.settings_file, secret)
    found = [one for target in asked for one in getattr(target, "option_faults", lambda _: ())(program)]
    return [replace(one, origin=replace(one.origin, file=loaded.settings_file)) for one in found]


def with_syntax(checked: Checked) -> Checked:
    """The same, with SQL that does not parse."""
    if checked.syntax:
        return checked
    found = located([*checked.findings, *query.check(checked.program)], checked.loaded.sources)
    return replace(checked, findings=tuple(found), syntax=True)


def check_all(
    roots: Iterable[Path],
    environment: str | None = None,
    *,
    targets: Mapping[str, Target] | None = None,
    syntax: bool = True,
    ahead: Ahead | None = None,
) -> list[Checked]:
    """Every estate. Raises EstateError when two have one name: they would take each other's objects for their own."""
    known = discover() if targets is None else targets
    checked = [check(root, environment, targets=known, syntax=syntax, ahead=ahead) for root in roots]
    named: dict[str, Checked] = {}
    for one in checked:
        if one.loaded.settings is None:  # nobody knows what it is called
            continue
        if (other := named.setdefault(one.program.estate, one)) is not one:
            raise EstateError(
                f"two estates are called '{one.program.estate}': {other.root} and {one.root}",
                hint="the name is in every ownership mark; give one of them another `estate:`",
            )
    return checked


def build(checked: Checked, *, only: tuple[str, ...] = (), targets: Mapping[str, Target] | None = None) -> dict[str, Built]:
    """What each target of the estate should hold, by target name. `only` narrows the targets; call it for a valid estate."""
    known = discover() if targets is None else targets
    return {name: known[name].build(checked.program) for name in sorted(checked.program.targets) if not only or name in only}
