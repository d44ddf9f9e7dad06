"""The codes of what UptimeRobot does not take, each with what it is said of."""

from __future__ import annotations

CODES = {
    "UPTIMEROBOT101": "a monitor is checked more often than the plan allows",
    "UPTIMEROBOT102": "something is needed that the plan lacks",
    "UPTIMEROBOT103": "a channel needs an integration that the plan lacks",
    "UPTIMEROBOT104": "several monitors ask one URL or name",
    "UPTIMEROBOT105": "a keyword is empty, too long, or begins or ends with space",
    "UPTIMEROBOT106": "a method does not go with the body, or with what is looked for in the answer",
    "UPTIMEROBOT107": "an address cannot be reached from outside",
    "UPTIMEROBOT108": "a monitor is checked less often than UptimeRobot checks",
    "UPTIMEROBOT109": "a title or URL holds an HTML entity",
    "UPTIMEROBOT110": "a monitor has a source that UptimeRobot cannot hold",
    "UPTIMEROBOT111": "there are more monitors than the plan holds",
    "UPTIMEROBOT113": "a body is neither JSON nor a form",
    "UPTIMEROBOT114": "the checks of an answer are too many, or none that UptimeRobot has",
    "UPTIMEROBOT117": "a certificate is watched where there is none",
    "UPTIMEROBOT118": "headers are given twice, or are too long",
    "UPTIMEROBOT119": "a URL is too long",
    "UPTIMEROBOT120": "a monitor has too many tags",
    "UPTIMEROBOT121": "a heartbeat may be later than UptimeRobot waits",
}
"""Code → what is so, where it is told."""
