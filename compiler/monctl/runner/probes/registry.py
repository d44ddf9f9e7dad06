"""Which probe a kind of source has, imported when the first check of the kind is asked."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from monctl.errors import UsageError
from monctl.measure import Source
from monctl.runner.probes.probe import Means, Probe

KINDS: Mapping[str, tuple[str, str]] = {
    "command": ("command_probe", "CommandProbe"),
    "dns": ("dns_probe", "DnsProbe"),
    "host": ("host_probe", "HostProbe"),
    "http": ("web", "HttpProbe"),
    "log": ("log_probe", "LogProbe"),
    "ping": ("ping_probe", "PingProbe"),
    "prometheus": ("prometheus_probe", "PrometheusProbe"),
    "redis": ("redis_probe", "RedisProbe"),
    "sentry": ("sentry_probe", "SentryProbe"),
    "sql": ("query_probe", "QueryProbe"),
    "storage": ("storage_probe", "StorageProbe"),
    "tcp": ("tcp_probe", "TcpProbe"),
    "tls": ("tls_probe", "TlsProbe"),
}
"""Kind → module beside this one, and class. Heartbeats are called, expressions, composites and burn rates are computed: none of them asks."""


def probe(source: Source, means: Means) -> Probe:
    """A new probe. Raises UsageError when its packages are not installed."""
    module, name = KINDS[source.kind]
    try:
        return cast("Probe", getattr(import_module(f"{__package__}.{module}"), name)(source, means))
    except ModuleNotFoundError as error:
        raise UsageError(
            f"sources of kind '{source.kind}' need the package {error.name}", hint="pip install 'monctl-compiler[runner,more]'"
        ) from error
