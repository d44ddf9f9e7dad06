"""Where messages go, and when: channels, routes, calendars, maintenance."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from monctl.misread import Misread
from monctl.quantity import DurationField, RateField
from monctl.secret import SecretField
from monctl.spec.base import Described, Labels, Name, Pattern, SecretText, Short, Spec, shaped
from monctl.spec.oncall import LocalTime, WeeklyHours
from monctl.spec.people import Email, Phone

Day = Annotated[str, shaped(r"^\d{4}-\d{2}-\d{2}$", "write a date such as 2027-01-04")]
"""`2027-01-04`."""
ChannelKind = Literal["slack", "email", "pagerduty", "sms", "webhook", "sentry"]
CHANNEL_KINDS: tuple[ChannelKind, ...] = ("slack", "email", "pagerduty", "sms", "webhook", "sentry")


class SlackChannel(Spec):
    """A Slack channel, by incoming webhook or bot token."""

    channel: Annotated[str, shaped(r"^[#@]?[^\s]+$", "write a channel without spaces, in quotes: '#alerts'")]
    """`#alerts-critical`. Quote it: a bare `#` begins a comment in YAML."""
    webhook: SecretField | None = None
    """Incoming webhook, by reference."""
    token: SecretField | None = None
    """Bot token: threads and updates need one."""
    workspace: str | None = None
    """Name of the workspace, where a provider has several."""


class EmailChannel(Spec):
    """Mail addresses."""

    to: list[Email] = Field(min_length=1)
    """Who gets it."""


class PagerDutyChannel(Short):
    """A PagerDuty service. We hold the service; the runner sends its events."""

    shorthand: ClassVar[str] = "service"
    service: str
    """Name of the service at PagerDuty."""
    escalation: Name | None = None
    """Who PagerDuty calls. Needed unless the service is another's."""
    integration_key: SecretField | None = None
    """For those who send events themselves; the runner needs it."""
    owned: bool = True
    """False: the service is there already and is another's."""


class SmsChannel(Spec):
    """Text messages through Twilio."""

    to: list[Phone | Name] = Field(min_length=1)
    """Phone numbers (E.164), or people who have one, or rotations."""
    account: SecretField | None = None
    """SID of the Twilio account, by reference."""
    token: SecretField | None = None
    """Auth token of the Twilio account, by reference."""
    sender: str | None = None
    """The number it comes from, or a messaging service's SID."""


class WebhookChannel(Short):
    """An HTTP POST of JSON."""

    shorthand: ClassVar[str] = "url"
    url: SecretText
    """Where to; `${env:NAME}` when the URL is itself a secret."""
    headers: dict[str, SecretText] = {}
    """`${env:NAME}` as a whole value keeps it secret."""
    secret: SecretField | None = None
    """Signs the body (HMAC-SHA256)."""


class SentryChannel(Short):
    """An event in a Sentry project."""

    shorthand: ClassVar[str] = "dsn"
    dsn: SecretField
    """DSN of the project, by reference."""


class Channel(Described):
    """A place messages go. Exactly one of slack, email, pagerduty, sms, webhook, sentry."""

    slack: SlackChannel | None = None
    """A Slack channel."""
    email: EmailChannel | None = None
    """Mail addresses."""
    pagerduty: PagerDutyChannel | None = None
    """A PagerDuty service."""
    sms: SmsChannel | None = None
    """Text messages through Twilio."""
    webhook: WebhookChannel | None = None
    """An HTTP POST of JSON."""
    sentry: SentryChannel | None = None
    """An event in a Sentry project."""
    resolved: bool = True
    """Also tell when the alert is over."""
    rate: RateField | None = None
    """At most this many messages: `10/h`; more are collected into one."""
    repeat: DurationField | None = None
    """Tell again while it lasts."""
    group_by: list[str] = []
    """Alerts with equal values of these labels make one message (`service`, `severity`, `monitor` and any label)."""
    severities: list[Name] = []
    """Takes only these; all when left out."""

    @model_validator(mode="after")
    def _one_kind(self) -> Channel:
        given = [kind for kind in CHANNEL_KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            said = "nothing" if not given else " and ".join(given)
            raise Misread(f"a channel is one thing, here it is {said}", help=f"give it exactly one of {', '.join(CHANNEL_KINDS)}")
        return self

    @property
    def kind(self) -> ChannelKind:
        """The one kind it is."""
        return next(kind for kind in CHANNEL_KINDS if getattr(self, kind) is not None)

    @property
    def one(self) -> SlackChannel | EmailChannel | PagerDutyChannel | SmsChannel | WebhookChannel | SentryChannel:
        """What it is given as."""
        given = self.slack or self.email or self.pagerduty or self.sms or self.webhook or self.sentry
        assert given is not None  # _one_kind
        return given


class RouteMatch(Spec):
    """Which alerts; every part given must match, and one entry of a list is enough."""

    severity: Name | list[Name] = []
    """One of these severities."""
    service: Name | list[Name] = []
    """Of one of these services."""
    team: Name | list[Name] = []
    """Of one of these teams."""
    monitor: Pattern | list[Pattern] = []
    """Names or globs."""
    labels: Labels = {}
    """All of these labels."""


class Route(Described):
    """Sends some alerts elsewhere than their severity would. Routes are tried by falling priority, then by name; the first that matches decides."""

    match: RouteMatch
    """Which alerts; `{}` is every one."""
    priority: int = 0
    """Higher is tried first."""
    notify: list[Name] = []
    """Channels."""
    escalation: Name | None = None
    """Who is called."""
    during: Name | None = None
    """A calendar: this route counts only in its hours."""
    outside: Literal["next", "hold", "drop"] = "next"
    """Outside the calendar: `next` goes on to the next route, `hold` waits for the opening, `drop` is silent."""
    proceed: bool = False
    """Go on to the next route as well."""


class Calendar(Described):
    """When something counts: business hours, holidays."""

    time_zone: str = "UTC"
    """IANA name: `Europe/Berlin`."""
    hours: list[WeeklyHours] = Field(min_length=1)
    """When it counts, each week."""
    holidays: list[Day] = []
    """Dates that do not count."""


class Maintenance(Described):
    """A window that mutes monitors: once (`start`, `end`) or each week (`hours`)."""

    time_zone: str = "UTC"
    """IANA name: `Europe/Berlin`."""
    monitors: list[Pattern] = []
    """Names or globs; with `services`, what it mutes."""
    services: list[Name] = []
    """Mutes every monitor of these."""
    start: LocalTime | None = None
    """Begin of a window that happens once: `2027-01-04T22:00`."""
    end: LocalTime | None = None
    """End of a window that happens once."""
    hours: list[WeeklyHours] = []
    """Hours of a window that happens each week."""

    @model_validator(mode="after")
    def _once_or_weekly(self) -> Maintenance:
        if (self.start is None) != (self.end is None):
            raise Misread("a window that happens once needs both `start` and `end`", help="add the other one")
        if (self.start is None) == (not self.hours):
            raise Misread("a window happens once or each week", help="give either `start` and `end`, or `hours`")
        return self
