"""What `monctl demo` shows, step by step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli.deploying import carry_out, make_plans, sandbox_in
from monctl.deploy import Planned
from monctl.number import counted
from monctl.project import Checked, build, check
from monctl.receipt import Outcome
from monctl.refuse import permitted
from monctl.render import plan_text, plans
from monctl.render.findings_text import text as findings_text
from monctl.render.style import Style
from monctl.target import Built, Fit, discover

if TYPE_CHECKING:
    from monctl.sandbox.place import Sandbox


def show(roots: Sequence[Path], data: Path, color: bool) -> int:
    """All steps; 0 when everything went as it must, else 1."""
    return _Show(roots, data, Style(color)).run()


class _Show:
    def __init__(self, roots: Sequence[Path], data: Path, style: Style) -> None:
        self.roots = roots
        self.data = data
        self.style = style
        self.targets = discover()
        self.step = 0

    def run(self) -> int:
        checked = [check(root) for root in self.roots]
        if not self._read(checked):
            return 1
        self._compiled([(one, build(one, targets=self.targets)) for one in checked])
        with sandbox_in(self.data, self.targets) as sandbox:
            self._head("Plan", "what would change at the providers; here is the first estate's, the others in a line")
            planned = make_plans(checked, self.targets, only=(), sandbox=sandbox)
            if not self._planned(planned):
                return 1
            self._head("Apply", "to stand-ins of the providers, as strict as the real ones")
            if not all([self._applied(one) for one in planned]):  # noqa: C419  # every estate is applied and shown, whatever became of the others
                return 1
            self._head("Plan again", "nothing may be left to do")
            again = make_plans(checked, self.targets, only=(), sandbox=sandbox)
            self._lines([(one.checked.program.estate, plan_text.summary(one.plan, color=self.style.color)) for one in again])
            if any(not one.plan.empty for one in again):
                return 1
            self._edited(sandbox)
        self._broken()
        return 0 if self._rehearsed() else 1

    def _head(self, title: str, about: str) -> None:
        self.step += 1
        click.echo(f"\n{self.style.bold(f'{self.step}. {title}')} {self.style.dim('· ' + about)}\n")

    def _lines(self, rows: Sequence[tuple[str, str]]) -> None:
        width = max(len(name) for name, _ in rows)
        for name, said in rows:
            click.echo(f"  {name:{width}}  {said}")

    def _read(self, checked: Sequence[Checked]) -> bool:
        self._head("Check", "types, references, units, SQL: offline, all faults at once")
        rows = []
        for one in checked:
            program = one.program
            counts = {
                "monitor": len(program.monitors), "metric": len(program.metrics), "dashboard": len(program.dashboards),
                "escalation": len(program.escalations), "runbook": len(program.runbooks),
            }  # fmt: skip
            said = ", ".join(counted(count, noun) for noun, count in counts.items() if count)
            rows.append(
                (program.estate, f"{self.style.paint('valid', 'green') if one.valid else self.style.paint('invalid', 'red')}  {said}")
            )
        self._lines(rows)
        for one in checked:
            if not one.valid:
                click.echo(findings_text(one.findings, one.loaded.sources, color=self.style.color))
        return all(one.valid for one in checked)

    def _compiled(self, built: Sequence[tuple[Checked, dict[str, Built]]]) -> None:
        self._head("Compile", "one text, each vendor's own shapes; what a vendor cannot say is told, never dropped in silence")
        rows = []
        for one, targets in built:
            said = ", ".join(f"{name} {len(each.resources)}" for name, each in targets.items())
            inexact = [entry for each in targets.values() for entry in each.fidelity if entry.fit is not Fit.EXACT]
            dropped = sum(1 for entry in inexact if entry.fit is Fit.DROPPED)
            rows.append(
                (
                    one.program.estate,
                    f"{said}  {self.style.dim(f'({len(inexact) - dropped} approximated, {dropped} dropped: compile --report)')}",
                )
            )
        self._lines(rows)

    def _planned(self, planned: Sequence[Planned]) -> bool:
        for one in planned:
            for name, error in one.unreached.items():
                click.echo(f"  {name}: {error}")
            for refusal in one.refusals:
                click.echo(f"  refused: {refusal.message}")
        first, *others = planned
        lines = plan_text.render(first.plan, color=self.style.color).splitlines()
        shown = lines if len(lines) <= _SHOWN else [*lines[:_SHOWN], self.style.dim(f"… {len(lines) - _SHOWN - 1} more lines"), lines[-1]]
        for line in shown:
            click.echo(f"  {line}" if line else "")
        if others:
            click.echo()
            self._lines([(one.checked.program.estate, plan_text.summary(one.plan, color=self.style.color)) for one in others])
        return not any(one.unreached or one.refusals for one in planned)

    def _applied(self, planned: Planned) -> bool:
        receipts = carry_out(planned, permitted(planned.plan, planned.refusals))
        failed = [receipt for receipt in receipts if receipt.outcome is not Outcome.DONE]
        done = self.style.paint(f"{len(receipts) - len(failed)} done", "green")
        self._lines([(planned.checked.program.estate, done + (f", {len(failed)} not" if failed else ""))])
        for receipt in failed:
            click.echo("  " + plans.receipt_line(receipt, color=self.style.color))
        return not failed

    def _edited(self, sandbox: Sandbox | None) -> None:
        """One threshold is changed in one file: the plan is that, and no more."""
        found = _threshold(self.roots)
        if found is None:
            return
        path, before, after = found
        self._head("Edit one threshold", f"{path.as_posix()}: {_bare(before)} → {_bare(after)}")
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        root = next(root for root in self.roots if path.is_relative_to(root))
        planned = make_plans([check(root)], self.targets, only=(), sandbox=sandbox)
        for line in plan_text.render(planned[0].plan, color=self.style.color).splitlines():
            click.echo(f"  {line}" if line else "")
        path.write_text(text, encoding="utf-8")

    def _broken(self) -> None:
        """A duration where a percentage belongs."""
        found = _threshold(self.roots)
        if found is None:
            return
        path, before, _ = found
        self._head("Get one wrong", "and be told where, what, and the way out")
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(before, re.sub(r"\d+%", "200ms", before, count=1), 1), encoding="utf-8")
        one = check(next(root for root in self.roots if path.is_relative_to(root)))
        for line in findings_text(one.findings, one.loaded.sources, color=self.style.color).splitlines():
            click.echo(f"  {line}")
        path.write_text(text, encoding="utf-8")

    def _rehearsed(self) -> bool:
        """The runner of each estate, among stand-ins of everything it asks and tells."""
        from monctl.cli.rehearsed import rehearse

        self._head("Run", "break something behind the runner's back: who is told, in which minute")
        return rehearse(self.roots, self.targets, self.style)


def _bare(line: str) -> str:
    return line.partition("  #")[0].strip()


_SHOWN = 45
"""Lines of the first plan."""


def _threshold(roots: Sequence[Path]) -> tuple[Path, str, str] | None:
    """(file, a line with a percentage threshold, the same line with another number): what the demo edits."""
    for root in roots:
        for path in sorted(root.rglob("*.yaml")):
            for line in path.read_text(encoding="utf-8").splitlines():
                if re.match(r'\s+\w+: "[<>] ?80%', line):
                    return path, line, line.replace("80%", "75%", 1)
    return None
