"""The goals, and whether the measured figures reach them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.measure import Sample

PROMTOOL_RATIO = 175.0
"""`promtool check rules` of 10,000 rules, in `python -c pass`: 1.75 s and 0.010 s on the same machine, 2 cores, 2026-11-20, when the goals were set."""
TERRAFORM_RATIO = 6100.0
"""`terraform plan` with nothing to do, 10,000 `terraform_data`, in the same unit: 61 s, same machine and day."""

RULES = 1.6
"""P7: how many times what P5 and P6 allow the whole catalogue of rules may take."""

Samples = Mapping[str, Sample]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One goal, judged."""

    goal: str
    text: str
    limit: float
    measured: float
    unit: str

    @property
    def reached(self) -> bool:
        """Not above the limit."""
        return self.measured <= self.limit


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure to hold. `needs` are the names of the samples it is computed from."""

    name: str
    text: str
    limit: float
    needs: tuple[str, ...]
    figure: Callable[[Samples], float]
    unit: str = "x pass"


def ratio(name: str) -> Callable[[Samples], float]:
    """The sample's time in empty interpreters."""
    return lambda samples: samples[name].ratio


def peak(name: str) -> Callable[[Samples], float]:
    """The sample's peak memory in MiB."""
    return lambda samples: samples[name].peak_mib


def growth(small: str, large: str, part: str) -> Callable[[Samples], float]:
    """How many times more the large sample takes."""
    return lambda samples: float(getattr(samples[large], part)) / float(getattr(samples[small], part))


def against(name: str, recorded: float) -> Callable[[Samples], float]:
    """The sample's time in times of a peer, as the peer was recorded."""
    return lambda samples: samples[name].ratio / recorded


def beside(name: str, peer: str) -> Callable[[Samples], float]:
    """The sample's time in times of a peer that was measured here as well."""
    return lambda samples: samples[name].ratio / samples[peer].ratio


def goals(*, compiled: bool) -> tuple[Goal, ...]:
    """Every goal this benchmark can judge; `compiled` says whether the `fast` extra is installed."""
    few, distinct = "compile few 10000", "compile distinct 10000"
    lint_few, lint_distinct = "lint few 10000 cold", "lint distinct 10000 cold"
    slower = 1.5 if compiled else 3.0
    faster = 20.0 if compiled else 9.0
    starts = ("--help", "--version")
    usages = ("validate --help", "diff --help", "usage error")
    return (
        *(Goal("P1", f"{name}", 5, (name,), ratio(name)) for name in starts),
        *(Goal("P2", f"{name}", 5, (name,), ratio(name)) for name in usages),
        Goal("P3", "nothing changed", 6, (f"{few} unchanged",), ratio(f"{few} unchanged")),
        Goal("P3", "nothing changed, memory", 20, (f"{few} unchanged",), peak(f"{few} unchanged"), "MiB"),
        Goal("P3", "nothing changed, 1,000 monitors", 2, ("compile few 1000 unchanged",), ratio("compile few 1000 unchanged")),
        Goal("P4", "one file changed", 35, (f"{few} one changed",), ratio(f"{few} one changed")),
        Goal("P5", "cold, few shapes, memory", 120, (f"{few} cold",), peak(f"{few} cold"), "MiB"),
        *_peers("P5", "cold, few shapes", f"{few} cold", promtool=0.75, terraform=1 / 30),
        *_peers("P6", "cold, distinct shapes", f"{distinct} cold", promtool=slower, terraform=1 / faster),
        *_peers("P7", "every rule, few shapes", lint_few, promtool=RULES * 0.75, terraform=RULES / 30),
        *_peers("P7", "every rule, distinct shapes", lint_distinct, promtool=RULES * slower, terraform=RULES / faster),
        *(
            Goal("P10", f"{command} {mode}, ten times as many: {word}", limit, names, growth(*names, part), "times")
            for mode in ("few", "distinct")
            for command in ("validate", "lint", "compile")
            for names in ((f"{command} {mode} 1000 cold", f"{command} {mode} 10000 cold"),)
            for word, limit, part in (("time", 12, "wall_s"), ("memory", 2.5, "peak_mib"))
        ),
    )


def _peers(goal: str, text: str, name: str, *, promtool: float, terraform: float) -> tuple[Goal, ...]:
    """A goal against both peers: promtool as recorded, and as measured on rules that say what the monitors say; terraform as recorded."""
    return (
        Goal(goal, text, promtool, (name,), against(name, PROMTOOL_RATIO), "x promtool, recorded"),
        Goal(goal, text, promtool, (name, "promtool"), beside(name, "promtool"), "x promtool, here"),
        Goal(goal, text, terraform, (name,), against(name, TERRAFORM_RATIO), "x terraform, recorded"),
    )


def judged(samples: Samples, *, compiled: bool) -> list[Verdict]:
    """A verdict for every goal whose samples were measured."""
    return [
        Verdict(goal.name, goal.text, goal.limit, goal.figure(samples), goal.unit)
        for goal in goals(compiled=compiled)
        if all(name in samples for name in goal.needs)
    ]
