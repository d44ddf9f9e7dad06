"""What the block `targets.sentry` of monctl.yaml may say."""

from __future__ import annotations

from monctl.target_options import Options


class SentryOptions(Options):
    """The options of Sentry."""

    organization: str | None = None
    """Slug of the organization; needed, unless every datasource names its own or `SENTRY_ORG` is set."""
    project: str | None = None
    """Slug of the project of datasources that name none."""
    slack_workspace: str | None = None
    """Name of the Slack integration, where there are several."""
    pagerduty_account: str | None = None
    """Account of the PagerDuty integration, where there are several."""
    slack_channels: dict[str, str] | None = None
    """Slack channel → its id: `"#ops": C0123456789`. Without one Sentry asks Slack, which limits how often."""
