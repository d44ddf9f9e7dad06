"""Severities, people and teams."""

from __future__ import annotations

from typing import Annotated, Literal

from monctl.quantity import DurationField
from monctl.spec.base import Described, Labels, Name, shaped

Color = Annotated[str, shaped(r"^#[0-9a-fA-F]{6}$", "write a colour in quotes, such as '#d62728'")]
Phone = Annotated[str, shaped(r"^\+[1-9][0-9]{6,14}$", "write a number in E.164 form, in quotes: '+4915112345678'")]
Email = Annotated[str, shaped(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "write an address such as ops@example.com")]


class Severity(Described):
    """One step of the estate's own scale. Declared most severe first."""

    response: DurationField | None = None
    """Promised time to respond."""
    notify: list[Name] = []
    """Channels every alert of this severity goes to, unless a route or the monitor says otherwise."""
    escalation: Name | None = None
    """Who is called, and who next."""
    during: Name | None = None
    """A calendar: notified only in these hours; outside them it waits for the opening."""
    urgency: Literal["high", "low"] | None = None
    """High may wake somebody. Left out: high for the first severity, low for the others, unless there is an escalation."""
    pages: bool | None = None
    """Must reach a human at any hour. Left out: high urgency and no calendar."""
    digest: Literal["hourly", "daily", "weekly"] | None = None
    """Collected into one message instead of sent at once."""
    emoji: str = ""
    """In front of messages."""
    color: Color | None = None
    """Of messages and bands in dashboards; a sensible one by rank when left out."""
    event: Literal["critical", "error", "warning", "info"] | None = None
    """The word for it in event APIs; by rank when left out."""
    labels: Labels = {}
    """Label → value, on every alert of this severity."""


class Person(Described):
    """Somebody who can be reached."""

    email: Email | None = None
    """Address, and the account at PagerDuty and Sentry when they name no other."""
    phone: Phone | None = None
    """E.164: `+4915112345678`."""
    slack: str | None = None
    """Member id or @handle."""
    pagerduty: Email | None = None
    """E-mail of the PagerDuty account, when it is another one."""
    sentry: str | None = None
    """E-mail or user name at Sentry, when it is another one."""
    time_zone: str | None = None
    """IANA name: `Europe/Berlin`."""


class Team(Described):
    """People who own things together."""

    members: list[Name] = []
    """People in it."""
    lead: Name | None = None
    """Who leads it."""
    slack: str | None = None
    """User group or channel."""
    email: Email | None = None
    """Address of the whole team."""
    sentry: str | None = None
    """Slug of the team at Sentry, when it is not the name."""
