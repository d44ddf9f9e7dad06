"""MON032."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.measure import Dns, Http, Ping, Source, Tcp, Tls
from monctl.program import Monitor, Program
from monctl.source import Origin

_NEVER = ip_network("169.254.0.0/16"), ip_network("fe80::/10")


@rule("MON032", "never-reached", level=Level.ERROR)
def never_reached(program: Program, context: Context) -> Iterator[Finding]:
    """A check asks a link-local address, which the runner never reaches, whatever its policy says.

    These are 169.254.0.0/16 and fe80::/10. Said where the runner holds the check and the address is written as a number.

    **Why.** It is down from the first minute on. What lies there on a machine in a cloud are its credentials, so no probe is let through.

    **Example**

        monitors:
          metadata: {http: http://169.254.169.254/latest/meta-data, alert: {warning: down}}

    **Instead**

        monitors:
          metadata: {command: {run: [check-metadata]}, alert: {warning: "exit_code > 0"}}

    **Source.** https://www.rfc-editor.org/rfc/rfc3927; the runner's network policy, docs/runner.md (2026-11-21)
    """
    for monitor in program.monitors.values():
        host = _host(monitor.source)
        if not host.startswith(("169.254.", "fe", "FE")) or "runner" not in monitor.targets:
            continue
        try:
            address = ip_address(host)
        except ValueError:
            continue
        if any(address.version == network.version and address in network for network in _NEVER):
            yield found(
                f"the runner never reaches {host}: it is link-local, and never asked",
                _origin(program, monitor),
                help="ask an address of the network, or run a command on the machine itself",
                address=monitor.address,
            )


def _host(source: Source) -> str:
    match source:
        case Http(url=url):
            if "://169.254." not in url and "://[" not in url:
                return ""
            try:
                return urlsplit(url).hostname or ""
            except ValueError:
                return ""
        case Tcp(host=host) | Ping(host=host) | Tls(host=host):
            return host
        case Dns(resolver=resolver):
            return resolver or ""
        case _:
            return ""


def _origin(program: Program, monitor: Monitor) -> Origin:
    owner = program.metrics[monitor.metric].origin if monitor.metric is not None else monitor.origin
    return owner.at(monitor.source.kind)
