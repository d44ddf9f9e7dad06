"""MON023."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON023", "labels-alike", level=Level.WARNING)
def labels_alike(program: Program, context: Context) -> Iterator[Finding]:
    """Two labels, or two values of a label, differ only in case, dashes and underscores.

    The rarer spelling is told, once, at the first monitor that has it.

    **Why.** Routes, groups and searches take labels as they are: `env: Prod` is in none of the places where `env: prod` is looked for.

    **Example**

        monitors:
          site: {http: https://example.com, labels: {env: prod}}
          api: {http: https://api.example.com, labels: {Env: Prod}}

    **Instead**

        monitors:
          site: {http: https://example.com, labels: {env: prod}}
          api: {http: https://api.example.com, labels: {env: prod}}

    **Source.** pint holds labels to a form, too: https://cloudflare.github.io/pint/checks/rule/label.html (read 2026-11-21)
    """
    values: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for monitor in program.monitors.values():
        for key, value in monitor.labels.items():
            values[key][value] += 1
    if _are_different(values) and all(map(_are_different, values.values())):  # nearly always
        return
    counted: dict[tuple[str, str | None], int] = {(key, None): several.total() for key, several in values.items()}
    counted |= {(key, value): number for key, several in values.items() for value, number in several.items()}
    first: dict[tuple[str, str | None], tuple[str, str | None]] = {}
    usual = {
        spelling: first.setdefault(_plain(spelling), spelling)
        for spelling, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0][0], one[0][1] or ""))
    }
    told: set[tuple[str, str | None]] = set()
    for monitor in program.monitors.values():
        for key, value in monitor.labels.items():
            for rare in ((key, None), (key, value)):
                known = usual[rare]
                if rare in told or (rare[1] is None) == (known[0] == key) or rare[1] == known[1] is not None:
                    continue
                where = monitor.origin.at("labels", key)
                if not context.is_ignored(where, on_key=rare[1] is None):
                    told.add(rare)
                what = (
                    f"label '{key}' is '{known[0]}' elsewhere"
                    if rare[1] is None
                    else f"'{key}: {value}' is '{known[0]}: {known[1]}' elsewhere"
                )
                yield found(
                    what,
                    where,
                    help="write it one way, as routes and searches do not know that they are the same",
                    address=monitor.address,
                    on_key=rare[1] is None,
                    same=": ".join(filter(None, _plain(rare))),
                    same_at="",
                )


def _are_different(texts: Collection[str]) -> bool:
    return len({_plain_text(text) for text in texts}) == len(texts)


def _plain(spelling: tuple[str, str | None]) -> tuple[str, str | None]:
    key, value = spelling
    return _plain_text(key), None if value is None else _plain_text(value)


def _plain_text(text: str) -> str:
    return text.lower().replace("-", "").replace("_", "")
