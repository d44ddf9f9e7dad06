"""The goals, and whether the measured figures reach them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.measure import Sample

PROMTOOL_RATIO = 175.0
"""`promtool check rules` of 10,000 rules, in `python -c pass`: 1.75 s and 0.010 s on the same machine, 2 cores, 2026-11-20."""
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


def against(name: str, peer: str, recorded: float) -> Callable[[Samples], float]:
    """The sample's time in times of a peer: measured here when the peer is installed, else as recorded."""
    return lambda samples: samples[name].ratio / (samples[peer].ratio if peer in samples else recorded)


def goals(*, compiled: bool) -> tuple[Goal, ...]:
    """Every goal this benchmark can judge; `compiled` says whether the `fast` extra is installed."""
    few, distinct = "compile few 10000", "compile distinct 10000"
    lint_few, lint_distinct = "lint few 10000 cold", "lint distinct 10000 cold"
    beside = 1.5 if compiled else 3.0
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
        Goal("P5", "cold, few shapes", 0.75, (f"{few} cold",), against(f"{few} cold", "promtool", PROMTOOL_RATIO), "x promtool"),
        Goal("P5", "cold, few shapes", 1 / 30, (f"{few} cold",), against(f"{few} cold", "terraform", TERRAFORM_RATIO), "x terraform"),
        Goal("P5", "cold, few shapes, memory", 120, (f"{few} cold",), peak(f"{few} cold"), "MiB"),
        Goal(
            "P6",
            "cold, distinct shapes",
            beside,
            (f"{distinct} cold",),
            against(f"{distinct} cold", "promtool", PROMTOOL_RATIO),
            "x promtool",
        ),
        Goal(
            "P6",
            "cold, distinct shapes",
            1 / faster,
            (f"{distinct} cold",),
            against(f"{distinct} cold", "terraform", TERRAFORM_RATIO),
            "x terraform",
        ),
        Goal(
            "P7",
            "every rule, few shapes",
            RULES * 0.75,
            (lint_few,),
            against(lint_few, "promtool", PROMTOOL_RATIO),
            "x promtool",
        ),
        Goal("P7", "every rule, few shapes", RULES / 30, (lint_few,), against(lint_few, "terraform", TERRAFORM_RATIO), "x terraform"),
        Goal(
            "P7",
            "every rule, distinct shapes",
            RULES * beside,
            (lint_distinct,),
            against(lint_distinct, "promtool", PROMTOOL_RATIO),
            "x promtool",
        ),
        Goal(
            "P7",
            "every rule, distinct shapes",
            RULES / faster,
            (lint_distinct,),
            against(lint_distinct, "terraform", TERRAFORM_RATIO),
            "x terraform",
        ),
        *(
            Goal("P10", f"{command} {mode}, ten times as many: {word}", limit, names, growth(*names, part), "times")
            for mode in ("few", "distinct")
            for command in ("validate", "lint", "compile")
            for names in ((f"{command} {mode} 1000 cold", f"{command} {mode} 10000 cold"),)
            for word, limit, part in (("time", 12, "wall_s"), ("memory", 2.5, "peak_mib"))
        ),
    )


def judged(samples: Samples, *, compiled: bool) -> list[Verdict]:
    """A verdict for every goal whose samples were measured."""
    return [
        Verdict(goal.name, goal.text, goal.limit, goal.figure(samples), goal.unit)
        for goal in goals(compiled=compiled)
        if all(name in samples for name in goal.needs)
    ]
