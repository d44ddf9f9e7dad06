"""What UptimeRobot can say of a spec, line by line, with the vendor's page."""

from __future__ import annotations

from monctl.target import Capabilities, Capability, Fit, Limit
from monctl_targets.uptimerobot.plan import FREE

_CONTRACT = "https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27)"
_LIVE = "https://github.com/GoSuccessHQ/uptimerobot-api (live-checked 2026-09, read 2026-11-20)"
_PROVIDER = "https://github.com/uptimerobot/terraform-provider-uptimerobot b41c1c3 (2026-08-20, read 2026-11-20)"
_SKILLS = "https://github.com/uptimerobot/ai de67d60 (read 2026-11-20)"
_SSL = "https://help.uptimerobot.com article 11358746 (read 2026-11-20)"

_EXACT, _NEARLY, _NOT = Fit.EXACT, Fit.APPROXIMATED, Fit.DROPPED

CAPABILITIES = Capabilities(
    capabilities=(
        Capability("source.http", _EXACT, "an HTTP, KEYWORD or API monitor", _CONTRACT),
        Capability("source.http.contains", _EXACT, "one literal text: a KEYWORD monitor", _CONTRACT),
        Capability("source.http.lacks", _NEARLY, "only when there is no `contains`: a monitor has one keyword", _CONTRACT),
        Capability("source.http.json", _NEARLY, "at most five; no >= and <=; `exists` is `is_not_null`", _CONTRACT),
        Capability("source.http.certificate_expires_in", _NEARLY, "a reminder on certain days, looked at once a day; no incident", _SSL),
        Capability("source.tcp", _EXACT, "a PORT monitor", _CONTRACT),
        Capability("source.ping", _EXACT, "a PING monitor", _CONTRACT),
        Capability("source.dns", _NEARLY, "the vendor's resolvers; every listed answer", _CONTRACT),
        Capability("source.heartbeat", _NEARLY, "the vendor makes the address to call", _PROVIDER),
        Capability("source.tls", _NOT, "a certificate is looked at by an http monitor of an https URL", _SSL),
        Capability("source.sql", _NOT, "checks come from outside", _CONTRACT),
        Capability("threshold.down", _EXACT, "", _CONTRACT),
        Capability("threshold.for", _NEARLY, "whole minutes after the monitor is down, per contact; paid plans", _CONTRACT),
        Capability(
            "threshold.response_time", _NEARLY, "one limit per monitor, in ms; a second monitor where other people are told", _CONTRACT
        ),
        Capability("threshold.certificate_expires_in", _NEARLY, "reminders on certain days", _SSL),
        Capability("threshold.trend", _NOT, "no history of values", _CONTRACT),
        Capability("threshold.no_data", _NEARLY, "no answer is down", _CONTRACT),
        Capability("severity", _NEARLY, "chooses contacts and delays; kept as a custom field", _CONTRACT),
        Capability("recover_after", _NOT, "the first good check ends the alert", _CONTRACT),
        Capability("no_data", _NEARLY, "no answer is down", _CONTRACT),
        Capability("goal", _NOT, "no place for it", _CONTRACT),
        Capability("runbook", _NEARLY, "a custom field; not in the message", _CONTRACT),
        Capability("message", _NEARLY, "a custom field; the vendor writes its own messages", _CONTRACT),
        Capability("action", _NEARLY, "a custom field; not in the message", _CONTRACT),
        Capability("labels", _NEARLY, "custom fields, at most 20; paid plans", _CONTRACT),
        Capability("phases", _EXACT, "paused outside them", _CONTRACT),
        Capability("calendar", _NOT, "tells at any hour", _CONTRACT),
        Capability("maintenance", _NEARLY, "the account's time zone, one window per weekly stretch", _PROVIDER),
        Capability("channel.email", _EXACT, "an alert contact; its owner must confirm it", _LIVE),
        Capability("channel.slack", _EXACT, "by webhook", _CONTRACT),
        Capability("channel.webhook", _NEARLY, "the vendor's own JSON; no signature", _CONTRACT),
        Capability("channel.pagerduty", _NEARLY, "by integration key; without one, the integration must be there already", _LIVE),
        Capability("channel.sms", _NEARLY, "the phone must be there already: it is verified in the dashboard", _CONTRACT),
        Capability("channel.sentry", _NOT, "not among its integrations", _CONTRACT),
        Capability("channel.repeat", _EXACT, "whole minutes, per contact; paid plans", _CONTRACT),
        Capability("channel.rate", _NOT, "no limit of messages", _CONTRACT),
        Capability("channel.group_by", _NOT, "one message per monitor", _CONTRACT),
        Capability("escalation", _NEARLY, "later steps are delays per contact; nobody acknowledges", _CONTRACT),
        Capability("escalation.repeat", _NOT, "", _CONTRACT),
        Capability("rotation", _NEARLY, "no shifts: PagerDuty calls who is on call, else everybody in the seat gets e-mail", _CONTRACT),
        Capability("severity.digest", _NOT, "told at once", _CONTRACT),
        Capability("slo", _NOT, "the runner computes it", _CONTRACT),
        Capability("dashboard", _NOT, "status pages show monitors, not metrics", _CONTRACT),
    ),
    limits=(
        Limit("friendlyName of a monitor", 250, "characters", _CONTRACT),
        Limit("friendlyName of an integration", 60, "characters", _CONTRACT),
        Limit("keyword", 500, "characters", _CONTRACT),
        Limit("url", 10000, "characters", _CONTRACT),
        Limit("headers", 3000, "characters of JSON", _LIVE),
        Limit("timeout", 60, "seconds", _CONTRACT),
        Limit("interval of a heartbeat", 2678400, "seconds", _CONTRACT),
        Limit("interval of other monitors", 86400, "seconds", _SKILLS),
        Limit("grace of a heartbeat", 86400, "seconds", _CONTRACT),
        Limit("response time", 60000, "milliseconds", _CONTRACT),
        Limit("certificate reminders", 10, "days", _CONTRACT),
        Limit("JSON assertions", 5, "checks", _CONTRACT),
        Limit("tags", 20, "tags", _SKILLS),
        Limit("custom fields", 20, "fields", _CONTRACT),
        Limit("requests, Free", FREE, "a minute", _LIVE),
    ),
    default_for=frozenset({"http", "ping", "tcp"}),
    accepts=frozenset({"http", "ping", "tcp", "dns", "heartbeat"}),
    credentials=("UPTIMEROBOT_API_KEY",),
)
