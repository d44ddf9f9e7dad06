"""`monctl.yaml` to settings: the environment chosen, variables filled, the environment's own settings worked in. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from monctl.document import Document
from monctl.errors import UsageError
from monctl.expand import UNFILLED, Expander
from monctl.finding import Finding, Level
from monctl.fit import Faults, one
from monctl.source import Origin
from monctl.spec.estate import Environment, Estate
from monctl.suggest import did_you_mean

_VERBATIM = frozenset({"estate", "variables", "environments", "environment"})
"""What says how the rest is filled is itself taken as it stands."""
_NAMELESS = "nameless"


@dataclass(frozen=True, slots=True)
class Settings:
    """What `monctl.yaml` says in one environment."""

    estate: Estate | None
    """None when the file cannot be read."""
    environment: str
    expander: Expander
    faults: Faults = field(default_factory=Faults)


def settings(document: Document, wanted: str | None, folder: str) -> Settings:
    """`wanted` is the environment asked for; `folder` names the estate where the file does not.

    Raises UsageError for an environment the estate does not have.
    """
    origin = Origin(document.file)
    if any(found.level is Level.ERROR for found in document.findings):
        return Settings(None, wanted or "", Expander(None, {"estate": folder, "environment": wanted or ""}))
    raw = document.value
    faults = Faults()
    chosen = _chosen(raw, wanted, origin, faults.findings)
    expander = Expander(_variables(raw, chosen, origin), {"estate": str(raw.get("estate", folder)), "environment": chosen})
    filled = {key: value if key in _VERBATIM else expander.fill(value, {}, origin.at(key)) for key, value in raw.items()}
    estate, _ = one(Estate, filled, origin, None, faults)
    if estate is None:  # `estate` is all that cannot be left out; without it the rest still says what it says
        estate, _ = one(Estate, {**filled, "estate": _NAMELESS}, origin, None, Faults())
    return Settings(_merged(estate or Estate(estate=_NAMELESS), chosen, expander, origin), chosen, expander, faults)


def _chosen(raw: dict[str, Any], wanted: str | None, origin: Origin, findings: list[Finding]) -> str:
    known = list(_map(raw.get("environments")))
    if wanted is not None:
        if wanted not in known:
            name = raw.get("estate", "")
            raise UsageError(
                f"estate '{name}' has no environment '{wanted}'",
                hint=did_you_mean(wanted, known, noun="environments") if known else "it declares no environments",
            )
        return wanted
    default = raw.get("environment")
    if isinstance(default, str) and default in known:
        return default
    if isinstance(default, str):
        help = did_you_mean(default, known, noun="environments") if known else "declare it under `environments`"
        findings.append(Finding("SPEC040", f"the estate has no environment '{default}'", origin.at("environment"), help=help))
    return known[0] if known else ""


def _variables(raw: dict[str, Any], chosen: str, origin: Origin) -> dict[str, tuple[Any, Origin]]:
    own = {name: (value, origin.at("variables", name)) for name, value in _map(raw.get("variables")).items()}
    block = _map(_map(raw.get("environments")).get(chosen))
    where = origin.at("environments", chosen, "variables")
    return own | {name: (value, where.at(name)) for name, value in _map(block.get("variables")).items()}


def _merged(estate: Estate, chosen: str, expander: Expander, origin: Origin) -> Estate:
    """The estate with what its environment says over it."""
    block = estate.environments.get(chosen)
    if block is None:
        block = Environment()
    where = origin.at("environments", chosen)
    own: dict[str, dict[str, Any]] = expander.fill(block.targets, {}, where.at("targets"))
    labels: dict[str, str] = expander.fill(block.labels, {}, where.at("labels"))
    names = {**estate.targets, **own}
    targets = {name: {**estate.targets.get(name, {}), **own.get(name, {})} for name in names}
    return estate.model_copy(
        update={
            "targets": {name: _known(options) for name, options in targets.items()},
            "labels": _known({**estate.labels, **labels}),
            "phase": block.phase or estate.phase,
        }
    )


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """The values of which every reference could be filled: of the others it was told why not."""
    return {name: value for name, value in values.items() if not _lacks(value)}


def _lacks(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_lacks, value.values() if isinstance(value, dict) else value))
    return value is UNFILLED


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
