"""Bundles of N monitors for the runner's benchmark: half plain pages, 30 % TLS, 15 % SQL, 5 % that never answer.

One monitor of each kind is compiled as an estate; the others are copies with other names and hosts, under a fingerprint that fits.
The same arguments give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.answering import HOSTS, address
from monctl.bundle import bundle, fingerprint
from monctl.project import check

EVERY_S = 30
TIMEOUT_S = 10
MIX = (*("plain",) * 10, *("page",) * 4, *("tls",) * 2, *("query",) * 3, "silent")
"""Of twenty monitors: plain pages, pages over TLS, bare TLS handshakes, queries, and one whose target never answers."""
WAREHOUSES = 4
"""Datasources; each is asked over four connections at most."""

_ESTATE = """\
estate: load
description: Made for measuring.
targets:
  runner:
    page: {{listen: "127.0.0.1:{page}"}}
"""
_SPEC = """\
severities:
  critical: {{response: 15m, notify: [hook], pages: true}}
channels:
  hook: {{webhook: {{url: "http://127.0.0.1:{hook}/"}}}}
services:
  shop: {{}}
datasources:
{datasources}
monitors:
  plain:
    http: {{url: "http://HOST:{plain}/"}}
{rest}
    alert: {{critical: down}}
  page:
    http: {{url: "https://HOST:{tls}/"}}
{rest}
    alert: {{critical: down}}
  tls:
    tls: {{host: HOST, port: {tls}}}
{rest}
    alert: {{critical: down}}
  silent:
    http: {{url: "http://HOST:{silent}/"}}
{rest}
    alert: {{critical: down}}
  query:
    sql: {{datasource: warehouse-0, query: "SELECT count(*) AS n FROM pg_class WHERE relname = 'HOST'", values: {{n: {{unit: rows}}}}}}
{rest}
    alert: {{critical: n > 5}}
"""


def write(folder: Path, size: int, ports: Mapping[str, Any], *, page: int) -> Path:
    """A bundle of `size` monitors against what listens on these ports; `folder/bundle.json`."""
    estate = folder / "estate"
    estate.mkdir(parents=True, exist_ok=True)
    datasources = "\n".join(f"  warehouse-{number}: {{type: {_engine(ports)}, dsn: '${{env:BENCH_DSN}}'}}" for number in range(WAREHOUSES))
    rest = f"    service: shop\n    every: {EVERY_S}s\n    timeout: {TIMEOUT_S}s"
    text = _SPEC.format(**{name: port for name, port in ports.items() if name != "dsn"}, datasources=datasources, rest=rest)
    if not ports["dsn"]:
        text = text.replace("pg_class WHERE relname", "sqlite_schema WHERE name")
    (estate / "monctl.yaml").write_text(_ESTATE.format(page=page), encoding="utf-8")
    (estate / "load.yaml").write_text(text, encoding="utf-8")
    checked = check(estate)
    if not checked.valid:
        raise RuntimeError(f"the estate for measuring is not valid: {checked.findings[0].message}")
    body: dict[str, Any] = bundle(checked.program)
    made = {kind: json.dumps(body["monitors"][kind]) for kind in set(MIX)}
    body["monitors"] = dict(_copies(made, size))
    body["datasources"] = {
        f"warehouse-{number}": body["datasources"]["warehouse-0"] | {"name": f"warehouse-{number}"} for number in range(WAREHOUSES)
    }
    body["fingerprint"] = fingerprint(body)
    path = folder / "bundle.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def _engine(ports: Mapping[str, Any]) -> str:
    return "postgresql" if ports["dsn"] else "sqlite"


def _copies(made: Mapping[str, str], size: int) -> Iterator[tuple[str, Any]]:
    for number in range(size):
        kind = MIX[number % len(MIX)]
        name = f"{kind}-{number:05d}"
        host = address(number % HOSTS if kind in {"page", "tls"} else number % 2_000)
        body = json.loads(made[kind].replace("HOST", host).replace("warehouse-0", f"warehouse-{number % WAREHOUSES}"))
        yield name, body | {"name": name, "title": name}
