"""Each query is parsed once, however many there are and however often the same one stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monctl import query
from monctl.cli import run
from monctl.halves import LEAST

Parsed = Callable[[], Counter[str]]


@pytest.fixture
def parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parsed:
    """Which texts of metrics sqlglot was given, how often: also in a second process."""
    log = tmp_path / "parsed.log"
    engine = query._engine

    def told(dialect: str) -> Any:
        known = engine(dialect)

        def logged(tokens: Any, sql: str) -> Any:
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{sql}\n")
            return known.parse(tokens, sql)

        return known._replace(parse=logged)

    monkeypatch.setattr(query, "_engine", told)
    return lambda: Counter(line for line in log.read_text(encoding="utf-8").splitlines() if "FROM jobs" in line)


def estate(folder: Path, queries: list[str]) -> None:
    (folder / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\nrules: {SQL015: off}\n", encoding="utf-8")
    metrics = "".join(f"  m{at}: {{sql: {{datasource: shop, query: {query!r}}}}}\n" for at, query in enumerate(queries))
    text = f'datasources: {{shop: {{type: postgresql, dsn: "${{env:SHOP}}"}}}}\nmetrics:\n{metrics}'
    (folder / "a.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("count", [3, 2 * LEAST + 1])
def test_lint_parses_each_query_once(count: int, tmp_path: Path, parsed: Parsed) -> None:
    different = ["SELECT COUNT(*) AS n FROM jobs WHERE AT = 7".replace("AT", f"tries_{at}") for at in range(count)]
    estate(tmp_path, [*different, *different[:2]])

    assert run(["lint", "-C", str(tmp_path), "--fail-on", "error"]) == 0
    assert parsed() == Counter(different)


def test_of_queries_that_are_alike_one_is_parsed(tmp_path: Path, parsed: Parsed) -> None:
    estate(tmp_path, ["SELECT COUNT(*) AS n FROM jobs WHERE tries = AT".replace("AT", f"{1000 + at}") for at in range(20)])

    assert run(["lint", "-C", str(tmp_path), "--fail-on", "error"]) == 0
    assert parsed() == Counter(["SELECT COUNT(*) AS n FROM jobs WHERE tries = 1000"])


def test_sql_that_does_not_parse_is_all_that_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    estate(tmp_path, ["SELECT COUNT(* FROM jobs", "SELECT COUNT(*) FROM jobs WHERE state = NULL"])

    assert run(["lint", "-C", str(tmp_path), "--select-rule", "SQL006"]) == 1
    told = capsys.readouterr().out
    assert "SQL001" in told
    assert "SQL006" not in told
