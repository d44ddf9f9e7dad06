"""Reads a datasource's secret at the moment it is used."""

from __future__ import annotations

from monctl.errors import UsageError
from monctl.program import Datasource
from monctl.resource import SecretRef
from monctl.runner.probes.probe import Means


class Unknown(Exception):
    """The secret cannot be read. `str()` names the reference, never what it holds."""


def secret_of(datasource: Datasource, means: Means) -> str:
    """The value of `dsn`. Raises Unknown, also where the datasource has none."""
    if datasource.dsn is None:
        raise Unknown(f"datasource '{datasource.name}' has no `dsn`")
    return value(datasource.dsn, means)


def value(reference: SecretRef, means: Means) -> str:
    """The secret itself. Raises Unknown."""
    try:
        return means.secrets(reference)
    except UsageError as error:
        raise Unknown(str(error)) from None


def optional(name: str, means: Means) -> str | None:
    """An environment variable that may be set; None where it is not."""
    try:
        return means.secrets(SecretRef(f"env:{name}"))
    except UsageError:
        return None
