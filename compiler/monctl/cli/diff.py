"""`monctl diff`."""

from __future__ import annotations

from pathlib import Path

import click

from monctl.cli import moment, options


@click.command("diff")
@options.estate
@options.targets
@options.selection
@click.option("--adopt", multiple=True, metavar="ADDRESS[=ID]", help="Take over an object that is there and is nobody's; may be repeated.")
@click.option(
    "--out", "out", type=click.Path(path_type=Path, dir_okay=False), metavar="PLAN", help="Save the plan for `monctl apply PLAN`."
)
@click.option(
    "--resend-secrets", is_flag=True, help="Send every secret again: a value that changed behind the same reference cannot be seen."
)
@click.option("--allow-delete", is_flag=True, help="Do not hold deletions to the limit of monctl.yaml.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.option("--full", is_flag=True, help="Fold nothing.")
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="SNAPSHOT",
    help="Ask a file that `monctl snapshot` wrote instead of the providers: no credentials, no network.",
)
@moment.now
@options.sandbox
@options.output("text", "json", "markdown")
def command(
    folder: Path | None,
    environment: str | None,
    targets: tuple[str, ...],
    selected: tuple[str, ...],
    excluded: tuple[str, ...],
    adopt: tuple[str, ...],
    out: Path | None,
    resend_secrets: bool,
    allow_delete: bool,
    detailed_exitcode: bool,
    full: bool,
    against: Path | None,
    now: str | None,
    sandbox: Path | None,
    output: str,
) -> int:
    """Show what would change, and for whom: specs against what the providers hold now, or held when a snapshot was taken.

    \b
    Exit 0: done. 1: the specs have errors. 2: there are changes (with --detailed-exitcode).
    3: a provider could not be asked. 5: the plan would be refused.
    """
    from monctl.cli.against import plans_against, refuse_options
    from monctl.cli.checked import checked_or_none, known_targets
    from monctl.cli.deploying import command_line, make_plans, sandbox_in, tell_refusals, tell_unreached
    from monctl.deploy import resources
    from monctl.plan_file import write_plans
    from monctl.render import plans as render

    if against is not None:
        refuse_options(out=out, sandbox=sandbox, adopt=adopt, resend_secrets=resend_secrets)
    known = known_targets(targets)
    checked = checked_or_none(options.roots(folder), environment, only=targets)
    if checked is None:
        return 1
    if against is not None:
        planned = plans_against(
            against, checked, known, now=moment.time(now), only=targets, selected=selected, excluded=excluded, allow_delete=allow_delete
        )
    else:
        with sandbox_in(sandbox, known) as opened:
            planned = make_plans(
                checked,
                known,
                only=targets,
                selected=selected,
                excluded=excluded,
                adopt=adopt,
                allow_delete=allow_delete,
                sandbox=opened,
                resend_secrets=resend_secrets,
                now=moment.time(now),
            )
    made = [one.plan for one in planned]
    match output:
        case "json":
            click.echo(render.json_text(made), nl=False)
        case "markdown":
            click.echo(render.markdown(made), nl=False)
        case _:
            click.echo(render.text(made, color=options.color(), full=full), nl=False)
    if tell_unreached(planned):
        return 3
    refused = tell_refusals(planned)
    if out is not None:
        write_plans(out, [(one.plan, tuple(resources(one))) for one in planned])
        following = command_line("apply", str(out), folder=folder, environment=environment, sandbox=sandbox)
        options.note(f"saved {out}; carry it out with: {following}")
    if refused:
        return 5
    return 2 if detailed_exitcode and any(not plan.empty for plan in made) else 0
