"""`monctl rule`."""

from __future__ import annotations

import click

from monctl.errors import UsageError

_FIX = "Fix: yes, where it is certain. `monctl lint --fix` shows it as a diff and writes it; `--fix --diff` only shows it."


@click.command("rule")
@click.argument("code")
def command(code: str) -> int:
    """Explain one lint rule: what it finds, why, an example, what to write instead, and where the facts come from.

    CODE is a code such as SQL007, or a rule's name.
    """
    from monctl.lint import all_rules
    from monctl.lint.known import known
    from monctl.lint.levels import is_locked
    from monctl.target import discover

    wanted = code.strip().upper()
    rules = {rule.code: rule for rule in all_rules()} | {rule.name.upper(): rule for rule in all_rules()}
    rule = rules.get(wanted)
    if rule is None and is_locked(wanted):
        raise UsageError(
            f"{wanted} is no lint rule: it says that a spec is not valid",
            hint="its message says what to write instead; `monctl lint --rules` lists the rules",
        )
    if rule is None:
        targets = discover()
        codes, area = known(targets), wanted.rstrip("0123456789").lower()
        if area in targets and wanted != area.upper() and codes.has(wanted):
            said = getattr(targets[area], "codes", {}).get(wanted)
            raise UsageError(
                f"{wanted} is no lint rule: it says what the target {area} does not take{f' ({said})' if said else ''}",
                hint="its message says what to write instead; `monctl targets matrix` shows what each target can say",
            )
        raise UsageError(f"there is no rule '{code}'", hint=codes.meant(code.strip(), names=True) or "`monctl lint --rules` lists them")
    click.echo(f"{rule.code} {rule.name} ({rule.level.value})\n\n{rule.page}" + (f"\n\n{_FIX}" if rule.fixes else ""))
    return 0
