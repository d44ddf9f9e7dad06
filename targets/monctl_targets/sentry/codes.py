"""The codes of what Sentry does not take, each with what it is said of."""

from __future__ import annotations

CODES = {
    "SENTRY101": "a datasource names no organization",
    "SENTRY102": "a datasource names no project",
    "SENTRY103": "an estate has monitors in two organizations",
    "SENTRY104": "a monitor has a source that Sentry cannot hold",
    "SENTRY105": "two resources would be one object at Sentry",
    "SENTRY106": "a name is too long beside the ownership mark",
    "SENTRY107": "many Slack actions name a channel without its id",
    "SENTRY108": "a query is one that Sentry refuses",
    "SENTRY109": "a condition counts over a window that Sentry does not have",
    "SENTRY110": "an alert is on every event of a project",
    "SENTRY111": "there are more metric monitors than a server takes",
}
"""Code → what is so, where it is told."""
