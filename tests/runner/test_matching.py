"""What is odd about a silence is said, for a word that fits nothing mutes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from monctl.runner.matching import doubts, matchers
from monctl.runner.reading import compiled

SHOP = """
severities: {critical: {notify: [chat]}}
channels: {chat: {webhook: {url: "https://example.com/h"}}}
services: {database: {}}
monitors:
  disk: {service: database, host: disk, labels: {tier: gold}, alert: {critical: "> 90%"}}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("disk", []),
        ("service=database", []),
        ("service=~data.*", []),
        ("service!=web", []),
        ("severity=critical", []),
        ("tier=gold", []),
        ("servce=database", ["no monitor has a label 'servce'; only rows or series could (did you mean 'service'?)"]),
        ("service=databse", ["no monitor has service=databse now (did you mean 'database'?)"]),
        (
            "path=/var",
            ["no monitor has a label 'path'; only rows or series could (known are kind, monitor, service, severity, team, tier)"],
        ),
        ("service=~web.*", ["no monitor has service=~web.* now"]),
    ],
)
def test_a_matcher_that_fits_nothing(text: str, said: list[str], tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    bundle = compiled(tmp_path, None)

    assert doubts(matchers([text], bundle.monitors), bundle) == said
