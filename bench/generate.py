"""Writes an estate of N monitors in N files of about 25 lines, each with one SQL query: `python -m bench.generate DIR --size 1000 --mode few`.

The same arguments give the same bytes. `few` repeats eight shapes of query with other literals, as estates made from templates do;
`distinct` gives every query a shape of its own, the worst case for a parser that remembers shapes.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

SERVICES = 20
FOLDER_SIZE = 100

ESTATE = """\
estate: bench
description: An estate of {size} monitors, made for measuring.
targets:
  grafana: {{}}
  runner: {{}}
"""

COMMON = """\
severities:
  critical: {response: 15m, notify: [pager], pages: true}
  warning: {response: 4h, notify: [chat]}

channels:
  chat: {slack: {channel: "#alerts", webhook: "${env:SLACK_WEBHOOK}"}}
  pager: {pagerduty: {service: Bench, owned: false, integration_key: "${env:PAGER_KEY}"}}

datasources:
  warehouse: {type: postgresql, dsn: "${env:WAREHOUSE_URL}"}

runbooks:
  stuck-rows:
    steps: [Find the job that should have handled the rows., Start it again., Count again.]

services:
"""

MONITOR = """\
# Rows of {table} that wait too long, customer {index:05d}.
monitors:
  {name}:
    title: {title}
    description: Counts what the nightly job of customer {index:05d} left behind.
    service: service-{service:02d}
    sql:
      datasource: warehouse
      query: |
{query}
      values:
        stuck: {{unit: rows, goal: "== 0"}}
        total: {{unit: rows}}
    every: {every}m
    timeout: 20s
    alert:
      critical: "stuck > {critical} for 20m"
      warning: "stuck > {warning} for 20m"
    runbook: stuck-rows
    action: Look at the job's log, then start it again.
    labels: {{customer: "{index:05d}", table: {table}}}
"""

RULE = """\
- alert: {name}
  expr: stuck_rows{{customer="{index:05d}", table="{table}"}} > {warning}
  for: 20m
  labels:
    severity: warning
    service: service-{service:02d}
    customer: "{index:05d}"
    table: {table}
  annotations:
    title: {title}
    description: Counts what the nightly job of customer {index:05d} left behind.
    action: Look at the job's log, then start it again.
    runbook: stuck-rows
"""

TABLES = {
    "orders": ("status", "paid_at", "shipped_at", "customer_id", "total", "currency"),
    "invoices": ("state", "due_at", "sent_at", "customer_id", "amount", "currency"),
    "payments": ("status", "captured_at", "refunded_at", "customer_id", "amount", "method"),
    "shipments": ("state", "packed_at", "delivered_at", "customer_id", "weight", "carrier"),
    "tickets": ("state", "answered_at", "closed_at", "customer_id", "priority", "channel"),
    "uploads": ("status", "scanned_at", "stored_at", "customer_id", "size", "kind"),
    "messages": ("state", "queued_at", "sent_at", "customer_id", "attempts", "channel"),
    "sessions": ("state", "started_at", "ended_at", "customer_id", "pages", "device"),
}


def few(index: int, chance: random.Random) -> tuple[str, list[str]]:
    """The table and the query of one of eight shapes, with literals of its own."""
    table = sorted(TABLES)[index % len(TABLES)]
    state, first, second, owner, *_ = TABLES[table]
    return table, [
        f"SELECT COUNT(*) FILTER (WHERE t.{state} = 'open' AND t.{second} IS NULL) AS stuck,",
        "       COUNT(*) AS total",
        f"FROM {table} AS t",
        f"WHERE t.{owner} = {index}",
        f"  AND t.{first} > NOW() - INTERVAL '{chance.randint(1, 48)} hours'",
    ]


def distinct(index: int, chance: random.Random) -> tuple[str, list[str]]:
    """The table and a query whose shape no other index has: the index picks columns, operators and joins as digits pick a number."""
    names = sorted(TABLES)
    digits = index
    table, other = "", ""
    picks: list[int] = []
    for base in (8, 7, 6, 6, 3, 3, 2, 2):
        digits, digit = divmod(digits, base)
        picks.append(digit)
    table = names[picks[0]]
    other = [name for name in names if name != table][picks[1]]
    mine, theirs = TABLES[table], TABLES[other]
    comparison = ("IS NULL", "IS NOT NULL", "> NOW() - INTERVAL '1 day'")[picks[4]]
    join = ("JOIN", "LEFT JOIN", "FULL JOIN")[picks[5]]
    extra = (f"AND t.{mine[picks[2]]} IS NOT NULL", f"OR t.{mine[picks[2]]} <> o.{theirs[picks[3]]}")[picks[6]]
    group = ("", f" / {chance.randint(2, 9)}")[picks[7]]
    return table, [
        f"SELECT COUNT(*) FILTER (WHERE t.{mine[0]} = 'open' {extra}) AS stuck,",
        f"       COUNT(DISTINCT o.{theirs[picks[3]]}){group} AS total",
        f"FROM {table} AS t",
        f"{join} {other} AS o ON o.{theirs[3]} = t.{mine[3]}" + f" AND o.{theirs[4]} > {index}" * (1 + digits),
        f"WHERE t.{mine[1]} {comparison}",
    ]


MODES = {"few": few, "distinct": distinct}


def spec(index: int, mode: str) -> str:
    """The text of the spec file of one monitor."""
    chance = random.Random(index)
    table, query = MODES[mode](index, chance)
    warning = chance.randint(1, 20)
    return MONITOR.format(
        index=index,
        name=f"stuck-{table}-{index:05d}",
        title=f"Stuck {table} {index:05d}",
        table=table,
        service=index % SERVICES,
        query="\n".join(f"        {line}" for line in query),
        every=chance.choice((1, 2, 5, 10)),
        warning=warning,
        critical=warning * 10,
    )


def rule(index: int) -> str:
    """An alert of the same monitor of `few` as a rule of Prometheus, which says what the monitor says; its query is another one."""
    chance = random.Random(index)
    table, _ = few(index, chance)
    warning = chance.randint(1, 20)
    name, title = f"stuck-{table}-{index:05d}", f"Stuck {table} {index:05d}"
    return RULE.format(index=index, name=name, title=title, table=table, service=index % SERVICES, warning=warning)


def short_rule(index: int) -> str:
    """The alert alone, with the one label and the one sentence that no rule is without."""
    return (
        f'- alert: Stuck{index:05d}\n  expr: stuck_rows{{customer="{index:05d}"}} > {index % 20 + 1}\n  for: 10m\n'
        f"  labels: {{severity: warning}}\n  annotations: {{summary: Stuck rows of customer {index:05d}}}\n"
    )


def path(index: int) -> str:
    """Where the spec file of one monitor lies, relative to the estate: a hundred to a folder."""
    return f"part-{index // FOLDER_SIZE:03d}/monitor-{index:05d}.yaml"


def write(folder: Path, size: int, mode: str) -> None:
    """Write an estate of `size` monitors into a new or empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    services = "".join(f"  service-{number:02d}: {{title: Service {number:02d}, tier: {number % 4}}}\n" for number in range(SERVICES))
    (folder / "monctl.yaml").write_text(ESTATE.format(size=size), encoding="utf-8")
    (folder / "common.yaml").write_text(COMMON + services, encoding="utf-8")
    for index in range(size):
        target = folder / path(index)
        if index % FOLDER_SIZE == 0:
            target.parent.mkdir(exist_ok=True)
        target.write_text(spec(index, mode), encoding="utf-8")


def main() -> None:
    """Write the estate that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1000, help="monitors, one file each")
    parser.add_argument("--mode", choices=sorted(MODES), default="few")
    options = parser.parse_args()
    write(options.folder, options.size, options.mode)


if __name__ == "__main__":
    main()
