"""`monctl.yaml`: the settings of one estate."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from monctl.spec.base import Labels, Name, Spec, shaped

EstateName = Annotated[str, shaped(r"^[a-z0-9][a-z0-9-]{0,39}$", "write lower case letters, digits and dashes, 40 at most")]
RuleLevel = Literal["error", "warning", "info", "off"]
Options = Annotated[
    dict[str, Any],
    BeforeValidator(lambda value: {} if value is None else value),
    WithJsonSchema({"type": ["object", "null"], "examples": [{"url": "https://grafana.example.com"}]}),
]
"""Options of a target; `grafana:` with nothing behind it has none."""


class Limits(Spec):
    """How much one apply may delete before it asks for `--allow-delete`."""

    deletions: Annotated[int, Field(ge=0)] = 3
    """So many objects are always allowed."""
    deletions_percent: Annotated[float, Field(ge=0, le=100)] = 10
    """Or this share of what we own in a target and environment, whichever is more."""


class Environment(Spec):
    """One environment: what differs from the rest."""

    variables: dict[str, Any] = {}
    """Win over the estate's variables."""
    targets: dict[Name, Options] = {}
    """Merged into the estate's targets, option by option."""
    phase: Name | None = None
    """The phase it is in."""
    labels: Labels = {}
    """On every monitor of this environment."""


class Estate(Spec):
    """The settings of one estate: what it is called, where its monitoring goes, what may differ."""

    estate: EstateName
    """Name of the estate: lower case letters, digits and dashes. It is part of every ownership mark, so it should not change."""
    title: str | None = None
    """What people call it."""
    description: str = ""
    """What this estate watches."""
    targets: dict[Name, Options] = {}
    """Back ends to build for, each with its options (url, organization, project, plan, …). Credentials come from the environment, never from here."""
    placement: dict[str, Name | list[Name]] = {}
    """Source kind → target (or several), where the default is not wanted: `sql: grafana`."""
    environments: dict[Name, Environment] = {}
    """Staging and production from one text; chosen with `-e`."""
    environment: Name | None = None
    """The environment when none is chosen; else the first one declared."""
    variables: dict[str, Any] = {}
    """Values for `${var.name}`."""
    phase: Name | None = None
    """The phase the estate is in; the first phase declared when left out."""
    labels: Labels = {}
    """On every monitor."""
    limits: Limits = Limits.model_construct()
    """How much an apply may delete."""
    rules: dict[str, RuleLevel] = {}
    """Level of a lint rule, by code or by prefix: `SQL007: off`, `DASH: warning`."""
    python: bool = True
    """False refuses specs written in Python."""
    exclude: list[str] = []
    """Globs of files and folders that hold no specs."""
