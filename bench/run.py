"""Measures monctl as a person meets it, whole processes from start to end: `python -m bench.run`, or `make bench`.

Every figure is a median of pairs with `python -c pass` on the same machine in the same minute; read ratios before seconds.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path
from textwrap import indent

from bench import generate
from bench.goal import Verdict, judged
from bench.measure import Sample, WrongExit, sample

MONCTL = str(Path(sys.executable).with_name("monctl"))
STATUS_USAGE = 64


@dataclass(frozen=True, slots=True)
class Workplace:
    """One generated estate, the folder its output goes to, and the caches that a cold run must not find."""

    folder: Path
    environ: Mapping[str, str]

    @property
    def estate(self) -> Path:
        """The generated specs."""
        return self.folder / "estate"

    @property
    def out(self) -> Path:
        """What `compile` writes."""
        return self.folder / "out"

    def forget(self, _: int = 0) -> None:
        """Remove all that an earlier run left, so that the next one is cold."""
        for leftover in (self.estate / ".monctl", self.folder / ".monctl", self.folder / "cache", self.out):
            shutil.rmtree(leftover, ignore_errors=True)

    def touch(self, number: int) -> None:
        """Change a threshold in one spec file, otherwise each time."""
        path = self.estate / generate.path(42)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        changed = [f'      warning: "stuck > {number + 21} for 20m"\n' if line.startswith("      warning:") else line for line in lines]
        path.write_text("".join(changed), encoding="utf-8")


def environment(folder: Path) -> dict[str, str]:
    """The environment of every measured process: no colour, no credentials, caches inside the workplace."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
    return kept | {"NO_COLOR": "1", "PYTHONHASHSEED": "0", "XDG_CACHE_HOME": str(folder / "cache")}


def starts(runs: int, folder: Path) -> dict[str, Sample]:
    """P1 and P2: what it costs to be asked anything at all."""
    environ = environment(folder)
    asked = {"--help": ["--help"], "--version": ["--version"], "validate --help": ["validate", "--help"], "diff --help": ["diff", "--help"]}
    samples = {name: sample([MONCTL, *arguments], runs=runs, folder=folder, environ=environ) for name, arguments in asked.items()}
    wrong = [MONCTL, "validate", "--no-such-option"]
    return samples | {"usage error": sample(wrong, runs=runs, folder=folder, environ=environ, expected=(STATUS_USAGE,))}


def pipeline(place: Workplace, mode: str, size: int, runs: int) -> dict[str, Sample]:
    """P3 to P6 and P10 on one estate: each command cold, unchanged, and with one file changed.

    Raises RuntimeError when a compilation after one change differs from a cold one: a quick wrong answer is no figure.
    """
    samples: dict[str, Sample] = {}
    commands = {
        "validate": ["validate", "-C", str(place.estate)],
        "lint": ["lint", "-C", str(place.estate)],
        "compile": ["compile", "-C", str(place.estate), "--out", str(place.out)],
    }
    for name, arguments in commands.items():
        expected = (0, 1) if name == "lint" else (0,)  # findings are an answer too

        def measured(before: Callable[[int], None], arguments: list[str] = arguments, expected: tuple[int, ...] = expected) -> Sample:
            return sample([MONCTL, *arguments], runs=runs, folder=place.folder, environ=place.environ, expected=expected, before=before)

        samples[f"{name} {mode} {size} cold"] = measured(place.forget)
        samples[f"{name} {mode} {size} unchanged"] = measured(lambda _: None)
        samples[f"{name} {mode} {size} one changed"] = measured(place.touch)
    kept = place.folder / "incremental"
    shutil.rmtree(kept, ignore_errors=True)
    place.out.rename(kept)
    place.forget()
    sample([MONCTL, *commands["compile"]], runs=1, folder=place.folder, environ=place.environ)
    if not same(kept, place.out):
        raise RuntimeError(f"{mode} {size}: what compile wrote after one change is not what it writes from nothing")
    return samples


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    names = [sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()) for folder in (one, other)]
    return names[0] == names[1] and all(filecmp.cmp(one / name, other / name, shallow=False) for name in names[0])


def promtool(runs: int, folder: Path, size: int) -> dict[str, Sample]:
    """The peer of P5 to P7 on as many rules, where it is installed; else nothing: rules that say what the monitors say, and short ones beside them."""
    program = shutil.which("promtool")
    if program is None:
        return {}
    kinds = {"promtool": generate.rule, "promtool, short rules": generate.short_rule}
    samples = {}
    for name, rule in kinds.items():
        path = folder / "rules.yaml"
        path.write_text("groups:\n- name: bench\n  rules:\n" + indent("".join(map(rule, range(size))), "  "), encoding="utf-8")
        samples[name] = sample([program, "check", "rules", str(path)], runs=runs, folder=folder, environ=environment(folder))
    return samples


def machine() -> dict[str, object]:
    """Where this was measured, without naming it."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "sqlglot": "compiled" if any(package.name == "sqlglotc" for package in distributions()) else "pure Python",
    }


def table(samples: Mapping[str, Sample], verdicts: list[Verdict], about: Mapping[str, object]) -> str:
    """The figures and the verdicts as text."""
    lines = [", ".join(f"{name} {value}" for name, value in about.items()), ""]
    lines.append(f"{'work':<34}{'wall s':>9}{'cpu s':>9}{'MiB':>8}{'x pass':>9}")
    lines += [f"{name:<34}{cost.wall_s:>9.3f}{cost.cpu_s:>9.3f}{cost.peak_mib:>8.1f}{cost.ratio:>9.1f}" for name, cost in samples.items()]
    lines += ["", f"{'goal':<6}{'':<48}{'limit':>9}{'measured':>10}  unit"]
    for verdict in verdicts:
        word = "reached" if verdict.reached else "MISSED"
        lines.append(f"{verdict.goal:<6}{verdict.text:<48}{verdict.limit:>9.3g}{verdict.measured:>10.3g}  {verdict.unit:<23}{word}")
    if "promtool" not in samples:
        lines += [
            "",
            "promtool is not installed here: P5 to P7 are judged by its recorded ratio alone. terraform's is always the recorded one.",
        ]
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and keep the figures as JSON when asked. Exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="Measure monctl in pairs with an empty interpreter.")
    parser.add_argument("--size", type=int, action="append", help="monitors; may be given several times (1000 and 10000)")
    parser.add_argument("--mode", choices=sorted(generate.MODES), action="append", help="shapes of the queries (both)")
    parser.add_argument("--runs", type=int, default=5, help="pairs for each figure (5)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    samples: dict[str, Sample] = {}
    with tempfile.TemporaryDirectory(prefix="monctl-bench-") as parent:
        top = Path(parent)
        samples |= starts(max(options.runs, 9), top)
        for mode in options.mode or sorted(generate.MODES, reverse=True):
            for size in options.size or (1000, 10_000):
                print(f"measuring {mode} {size} …", file=sys.stderr, flush=True)
                folder = top / f"{mode}-{size}"
                maker = [sys.executable, "-m", "bench.generate", str(folder / "estate"), "--size", str(size), "--mode", mode]
                subprocess.run(maker, check=True)  # in a process of its own: this one stays small
                samples |= pipeline(Workplace(folder, environment(folder)), mode, size, options.runs)
        samples |= promtool(options.runs, top, 10_000)
    about = machine()
    verdicts = judged(samples, compiled=about["sqlglot"] == "compiled")
    print(table(samples, verdicts, about))
    if options.json:
        report = {
            "format_version": 1,
            "machine": about,
            "samples": {name: asdict(cost) for name, cost in samples.items()},
            "goals": [asdict(verdict) | {"reached": verdict.reached} for verdict in verdicts],
        }
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if all(verdict.reached for verdict in verdicts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WrongExit as wrong:
        sys.exit(str(wrong))
