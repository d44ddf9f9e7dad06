"""MON030."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.shared import apart
from monctl.program import Monitor, Program


@rule("MON030", "titles-alike", level=Level.INFO)
def titles_alike(program: Program, context: Context) -> Iterator[Finding]:
    """Several monitors with alerts have one title.

    Told once for each title, at the second that has it. Upper and lower case are one.

    **Why.** The title is what stands in the message at night, and in lists of every provider. Two people look at two monitors and speak of one.

    **Example**

        monitors:
          site:
            for_each: {main: https://example.com, shop: https://shop.example.com}
            title: Site
            http: "${each.value}"
            alert: {critical: down}

    **Instead**

            title: Site ${each.key}

    **Source.** Grafana wants titles of rules to be unique in a folder: https://github.com/grafana/grafana/issues/43066 (read 2026-11-20)
    """
    named: dict[str, list[Monitor]] = {}
    for monitor in program.monitors.values():
        if monitor.alerts:
            named.setdefault(monitor.title.casefold(), []).append(monitor)
    for several in named.values():
        if len(several) < 2:
            continue
        ignored, rest = apart(several, lambda one: context.is_ignored(one.origin.at("title"), on_key=False))
        for one in (*ignored, *rest[1:2]):
            of = several if one in ignored else rest
            yield found(
                f"{len(of)} monitors are called '{one.title}', the first of them is '{of[0].name}'",
                one.origin.at("title"),
                help="say in the title what tells them apart; with `for_each`, write `${each.key}` into it",
                address=one.address,
                same=one.title.casefold(),
                same_at="",
            )
