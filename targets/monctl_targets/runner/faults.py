"""What `targets.runner` of monctl.yaml says wrong: a runner that could not start tomorrow is told of today. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding
from monctl.program import Program
from monctl.source import Origin
from monctl.suggest import did_you_mean
from monctl.target_options import in_environment

OPTIONS = Origin("monctl.yaml", ("targets", "runner"))


def option_secrets(program: Program) -> Iterator[str]:
    """What stands in clear where a reference belongs."""
    from monctl.bundle_options import in_clear

    yield from in_clear(program.targets.get("runner", {}))


def option_faults(program: Program) -> Iterator[Finding]:
    """RUNNER101 for what cannot be read, RUNNER102 for names that are not there."""
    return (in_environment(found, program) for found in _faults(program))


def _faults(program: Program) -> Iterator[Finding]:
    from monctl.bundle_options import faults  # an estate without a runner does not wait for its models

    said = program.targets.get("runner", {})
    for place, message, help in faults(said):
        yield Finding("RUNNER101", message, OPTIONS.at(*place), help=help, on_key=message.startswith("unknown option"))
    fallback, page = said.get("fallback"), said.get("page")
    if isinstance(fallback, str) and fallback not in program.channels:
        help = did_you_mean(fallback, program.channels, noun="channels") or "declare the channel, or name another"
        yield Finding(
            "RUNNER102", f"the option 'fallback' names the channel '{fallback}', which is not there", OPTIONS.at("fallback"), help=help
        )
    shown = page.get("services") if isinstance(page, dict) else None
    for number, name in enumerate(shown if isinstance(shown, list | tuple) else ()):
        if isinstance(name, str) and name not in program.services:
            help = did_you_mean(name, program.services, noun="services") or "declare the service, or leave it out"
            where = OPTIONS.at("page", "services", number)
            yield Finding("RUNNER102", f"the option 'page.services' names '{name}', which is no service", where, help=help)
