"""What is said at the start of channels that could not be used."""

from __future__ import annotations

from pathlib import Path

from monctl.runner.options import options
from monctl.runner.preflight import NO_SERVER, unusable
from monctl.runner.reading import compiled
from monctl.secret import reader

SHOP = """
severities: {critical: {notify: [chat, mail]}}
channels:
  chat: {slack: {channel: "#shop", webhook: "${env:SHOP_HOOK}"}}
  mail: {email: {to: [ops@example.com]}}
monitors:
  disk: {host: disk, alert: {critical: "> 90%"}}
"""


def _said(folder: Path, environ: dict[str, str], runner: str = "{}") -> list[tuple[str, str]]:
    (folder / "monctl.yaml").write_text(f"estate: shop\ntargets: {{runner: {runner}}}\n", encoding="utf-8")
    (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    bundle = compiled(folder, None)
    return list(unusable(bundle, options(bundle.options), reader(environ, folder)))


def test_a_secret_that_is_not_set_and_a_missing_mail_server_are_said(tmp_path: Path) -> None:
    assert _said(tmp_path, {}) == [
        ("chat", "the secret env:SHOP_HOOK is not set; export SHOP_HOOK, or name another secret in the spec"),
        ("mail", NO_SERVER),
    ]


def test_what_can_be_used_is_not_spoken_of(tmp_path: Path) -> None:
    assert _said(tmp_path, {"SHOP_HOOK": "https://hooks.example.com/x"}, "{smtp: {host: localhost}}") == []
