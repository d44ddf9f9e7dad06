"""The codes of what PagerDuty does not take, each with what it is said of."""

from __future__ import annotations

CODES = {
    "PAGERDUTY101": "a person who is called has no e-mail address",
    "PAGERDUTY102": "a turn of a rotation is shorter than an hour or longer than a year",
    "PAGERDUTY103": "an escalation or service has nobody who could be called",
    "PAGERDUTY104": "a level calls more at once than PagerDuty takes",
    "PAGERDUTY106": "two channels are one service with two escalations",
    "PAGERDUTY107": "a time zone is one that PagerDuty does not take",
    "PAGERDUTY108": "a layer cannot be a schedule of the new form",
    "PAGERDUTY109": "a layer has more overrides than can be kept track of",
    "PAGERDUTY111": "two objects would have one name where names are looked up",
    "PAGERDUTY112": "a level is one that PagerDuty's own pages do not take",
}
"""Code → what is so, where it is told."""
