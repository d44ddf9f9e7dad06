"""`monctl lint`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import moment, narrowing, options

if TYPE_CHECKING:
    from monctl.finding import Finding
    from monctl.lint import Context
    from monctl.program import Delivery
    from monctl.project import Checked
    from monctl.target import Target


@click.command("lint")
@options.estate
@options.output("text", "json", "github", "sarif", "junit", "concise")
@narrowing.options
@click.option("--statistics", is_flag=True, help="Show how often each rule spoke instead of what it said.")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "info"]), default="error", show_default=True, help="Exit 1 from this level on."
)
@click.option(
    "--now", envvar="MONCTL_NOW", metavar="RFC3339", help="The time it is taken to be, for ignores that end: 2026-11-21T09:00:00Z."
)
@click.option(
    "--fix", "fixing", is_flag=True, help="Mend what can be mended for certain: show it as a diff, then write it. A terminal asks first."
)
@click.option("--diff", "diffing", is_flag=True, help="With --fix: show the diff, write nothing, and exit 1 when there is one.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@click.option("--rules", "listing", is_flag=True, help="List the rules instead: code, level, name, what they find.")
@options.cached
def command(
    folder: Path | None,
    environment: str | None,
    output: str,
    rules: tuple[str, ...],
    base: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    statistics: bool,
    fail_on: str,
    now: str | None,
    fixing: bool,
    diffing: bool,
    yes: bool,
    listing: bool,
) -> int:
    """Find monitors that cannot work: validate, then every rule, then the limits of each target.

    Exit 0 when nothing is at or above --fail-on, 1 when something is. `monctl rule CODE` explains a rule. What --select-rule, --base and
    --baseline leave out does not count, and is not mended. They may be combined; specs that are not valid are always told, all of them.
    On an estate that is not valid the rules are not run; on the others they are.
    """
    from monctl.cli import lint_fix

    if listing:
        narrowed = base is not None or baseline is not None or write_baseline is not None
        lint_fix.refuse_beside_rules(output, fixing=fixing or diffing or yes, narrowed=narrowed, statistics=statistics)
        return _list(output, rules)
    if statistics and output not in {"text", "json"}:
        raise click.BadParameter(f"--statistics are text or json, not {output}", param_hint="--output")
    from monctl.ahead import reading

    lint_fix.refuse_nonsense(fixing=fixing, diffing=diffing, yes=yes, write_baseline=write_baseline)
    at = moment.time(now)
    roots = options.roots(folder)
    with reading(roots) as ahead:
        from monctl.cli.findings import show
        from monctl.errors import MonctlError
        from monctl.project import check, check_all
        from monctl.target import discover

        known = discover()
        asked = narrowing.Narrowing(narrowing.checked_rules(rules, known), base, baseline, write_baseline)
        checked = check_all(roots, environment, targets=known, syntax=fixing, ahead=ahead)
    tell = partial(show, output=output, fail_on=fail_on, statistics=statistics)
    valid = [one for one in checked if one.valid]

    def as_it_was(root: Path) -> list[Finding] | str:
        try:
            was = check(root, environment, targets=known, syntax=False)
        except MonctlError as error:  # the environment is new
            return str(error)
        return narrowing.as_found(was, lambda: findings(was, known, at))

    def wanted(one: Checked) -> list[Finding]:
        return narrowing.narrow([(one, findings(one, known, at))], asked, earlier, only_certain=True).findings

    earlier = narrowing.before(base, valid, as_it_was)
    would_change = False
    if fixing:
        if len(valid) < len(checked):
            options.note(f"nothing is mended{_among(checked, valid)}: the specs have to be valid first")
        estates = lint_fix.mended(valid, environment, known, wanted=wanted, once=base is not None)
        valid, differs = lint_fix.carried_out(estates, valid, writing=not diffing, yes=yes, err=output != "text")
        would_change = differs and diffing
        if diffing and output == "text":
            faulty = _not_valid(checked, valid)
            return max(tell(faulty, _of(faulty)) if faulty else 0, int(would_change))
    linted = [(one, findings(one, known, at)) for one in valid]
    linted = [(one, found) for one, found in linted if not _has_faulty_sql(found)]
    faulty = _not_valid(checked, [one for one, _ in linted])
    if faulty and write_baseline is not None:
        options.note(f"{write_baseline} is not written: the specs have to be valid first")
        asked = replace(asked, write_baseline=None)
    shown = narrowing.narrow(linted, asked, earlier) if linted else narrowing.Shown([])
    kept = not fixing and base is None and write_baseline is None
    named = [baseline] if baseline is not None else []
    whole = sorted([*faulty, *(one for one, _ in linted)], key=lambda one: one.root)
    status = tell(
        whole,
        _by_estate([*linted, *((one, one.findings) for one in faulty)], [*shown.findings, *_of(faulty)]),
        kept=kept,
        named=named,
        scope=shown.scope,
    )
    if faulty and len(checked) > 1:
        options.note(f"the rules were not run{_among(checked, [one for one, _ in linted])}: the specs are not valid")
    _note(shown, fixes=not fixing)
    return max(status, int(would_change))


def _not_valid(checked: Sequence[Checked], others: Sequence[Checked]) -> list[Checked]:
    """Those that are not among the others, with all that is not valid in them, SQL as well."""
    from monctl.project import with_syntax

    roots = {one.root for one in others}
    return [with_syntax(one) for one in checked if one.root not in roots]


def _of(checked: Sequence[Checked]) -> list[Finding]:
    return [found for one in checked for found in one.findings]


def _among(checked: Sequence[Checked], others: Sequence[Checked]) -> str:
    """` in shop and bank`: which of several estates are not among the others; empty where none is."""
    roots = {one.root for one in others}
    names = [one.root.as_posix() for one in checked if one.root not in roots]
    return f" in {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}" if roots else ""


def _by_estate(found: Sequence[tuple[Checked, Sequence[Finding]]], shown: Sequence[Finding]) -> list[Finding]:
    """What is shown, estate by estate."""
    ordered = sorted(found, key=lambda both: both[0].root)
    place = {id(each): number for number, (_, several) in enumerate(ordered) for each in several}
    return sorted(shown, key=lambda each: place.get(id(each), len(place)))


def _note(shown: narrowing.Shown, *, fixes: bool) -> None:
    """How many findings can be mended, where that is to be said, and what was left out."""
    count = sum(found.fix is not None for found in shown.findings)
    if count and fixes:
        options.note(f"{count} of them can be mended by `monctl lint --fix`; `--fix --diff` shows how")
    for note in shown.notes:
        options.note(note)


def _has_faulty_sql(found: Sequence[Finding]) -> bool:
    """Whether SQL does not parse: then the specs are not valid, and nothing else is told of the estate."""
    return any(each.code == "SQL001" for each in found)


def findings(checked: Checked, known: Mapping[str, Target], now: datetime) -> list[Finding]:
    """Everything `monctl lint` says about a valid estate: what validate says, the rules, the targets' limits."""
    from monctl import lint
    from monctl.collector import no_garbage
    from monctl.finding import located
    from monctl.project import build

    limits = (found for built in build(checked, only=_speaking(checked, known), targets=known).values() for found in built.findings)
    sources = checked.loaded.sources
    with no_garbage():
        linted = lint.run(checked.program, sources, context(checked, now, known), others=limits, syntax=not checked.syntax)
        return located([*checked.findings, *linted], sources)


def _speaking(checked: Checked, known: Mapping[str, Target]) -> tuple[str, ...]:
    """The targets of the estate whose limits may be passed. A bundle has none, and making it is a tenth of the work."""
    return tuple(name for name in checked.program.targets if not getattr(known[name], "unlimited", False)) or ("",)


def context(checked: Checked, now: datetime, targets: Mapping[str, Target] | None = None) -> Context:
    """What rules may look at besides the program. `targets` are those that are installed."""
    from monctl.lint import Context, Levels
    from monctl.lint.known import known
    from monctl.source import Origin

    loaded = checked.loaded
    return Context(
        texts=loaded.sources.texts,
        today=now.date(),
        defaults=_defaults(checked),
        undecided=_undecided(checked),
        levels=Levels(loaded.settings.rules if loaded.settings is not None else {}, Origin(loaded.settings_file, ("rules",))),
        known=known(targets or {}),
    )


def _defaults(checked: Checked) -> dict[str, Delivery]:
    """Severity → what it says about where its alerts go."""
    from monctl.program import Delivery
    from monctl.spec.people import Severity

    said = {item.name: item.spec for item in checked.loaded.items if isinstance(item.spec, Severity)}
    return {
        name: Delivery(tuple(spec.notify), spec.escalation, spec.during) for name, spec in said.items() if spec.notify or spec.escalation
    }


def _undecided(checked: Checked) -> frozenset[str]:
    """The monitors that do not say what no data means."""
    from monctl.spec.monitors import Monitor

    return frozenset(item.name for item in checked.loaded.items if isinstance(item.spec, Monitor) and item.spec.no_data is None)


def _list(output: str, chosen: Sequence[str]) -> int:
    from monctl.lint import all_rules
    from monctl.target import discover

    codes = narrowing.checked_rules(chosen, discover()) if chosen else ("",)
    rules = [rule for rule in all_rules() if rule.code.startswith(codes)]
    if output == "json":
        import json

        listed = [
            {"code": rule.code, "level": rule.level.value, "name": rule.name, "summary": rule.summary, "fix": rule.fixes} for rule in rules
        ]
        click.echo(json.dumps({"format_version": 1, "rules": listed}, indent=2, ensure_ascii=False))
        return 0
    width = max((len(rule.name) for rule in rules), default=0)
    for rule in rules:
        click.echo(f"{rule.code:<9} {rule.level.value:<8} {rule.name:<{width}}  {rule.summary}{' [fix]' if rule.fixes else ''}")
    return 0
