"""Files that cannot be written as text, and specs that never end: never an exception, always a sentence."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl import load_python
from monctl.expand import Raw
from monctl.finding import located
from monctl.fit import fit
from monctl.load import load
from monctl.project import check
from monctl.render.findings_text import text
from monctl.source import Origin
from monctl.spec.file import KINDS
from monctl_targets.runner import target as runner

SETTINGS = "estate: shop\ntargets: {runner: {}}\n"
BASE = 'severities: {critical: {}}\ndatasources: {db: {type: postgresql, dsn: "${env:DB}"}}\n'


def _seen(folder: Path, files: dict[str, bytes | str], *, seconds: float = load_python.SECONDS) -> str:
    """What a user sees of loading some files."""
    for name, body in ({"monctl.yaml": SETTINGS, "base.yaml": BASE} | files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode() if isinstance(body, str) else body)
    loaded = load(folder, shown_from=folder, python_seconds=seconds)
    return text(located(loaded.findings, loaded.sources), loaded.sources)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    seen = _seen(tmp_path, {"a.yaml": "monitors:\n  site: {title: Café}\n".encode("latin-1")})

    assert seen == (
        "error[SPEC006]: the byte 0xe9 at offset 29 is not UTF-8\n"
        " --> a.yaml:2:20\n"
        "  |\n"
        "2 |   site: {title: Caf\ufffd}\n"
        "  |                    ^\n"
        "  = help: save the file as UTF-8\n"
    )


def test_a_file_that_is_utf16(tmp_path: Path) -> None:
    seen = _seen(tmp_path, {"a.yaml": "monitors: {}\n".encode("utf-16")})

    assert seen.startswith("error[SPEC006]: the file is UTF-16, not UTF-8\n --> a.yaml:1:1\n")


def test_a_python_spec_that_is_not_utf8(tmp_path: Path) -> None:
    seen = _seen(tmp_path, {"a.py": "# Café\n".encode("latin-1")})

    assert seen.startswith("error[SPEC006]: the byte 0xe9 at offset 5 is not UTF-8\n --> a.py:1:1\n")


def test_a_file_of_five_megabytes(tmp_path: Path) -> None:
    seen = _seen(tmp_path, {"dump.yaml": b"a: 1\n" * 1_048_576})

    assert seen == (
        "error[SPEC010]: the file has 5.0 MiB; a spec file has 1 MiB at most\n"
        " --> dump.yaml:1:1\n"
        "  = help: split it, or move data out of the estate's folder\n"
    )


def test_empty_files_say_nothing(tmp_path: Path) -> None:
    assert _seen(tmp_path, {"a.yaml": "", "b.yaml": "# only a comment\n", "c.yaml": "---\n", "d.py": ""}) == ""


def test_a_byte_order_mark_and_crlf_do_not_move_the_caret(tmp_path: Path) -> None:
    spec = "metrics:\n  orders:\n    sql:\n      datasource: db\n      query: |\n        SELECT count(*)\n        FROM orders WHERE (\n"
    (tmp_path / "monctl.yaml").write_text(SETTINGS)
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + spec.replace("\n", "\r\n").encode())
    checked = check(tmp_path, targets={"runner": runner})
    span = checked.findings[0].span

    assert [found.code for found in checked.findings] == ["SQL001"]
    assert span is not None
    assert (span.line, span.column, span.end_column) == (7, 27, 28)


def test_symbolic_links_that_lead_in_circles(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "sub" / "self").symlink_to("self")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "loop.py").symlink_to("loop.py")
    seen = _seen(tmp_path, {"sub/a.yaml": "services: {shop: {}}\n"})

    assert [line for line in seen.splitlines() if line.startswith(("error", " -->"))] == [
        "error[SPEC014]: the file cannot be read: no such file or directory",
        " --> gone.yaml:1:1",
        "error[SPEC014]: the file cannot be read: too many levels of symbolic links",
        " --> loop.py:1:1",
        "error[SPEC014]: the file cannot be read: too many levels of symbolic links",
        " --> loop.yaml:1:1",
    ]


def test_a_linked_folder_is_read_once(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "a.yaml").write_text("services: {shop: {}}\n")
    estate = tmp_path / "estate"
    estate.mkdir()
    (estate / "one").symlink_to(shared, target_is_directory=True)
    (estate / "two").symlink_to(shared, target_is_directory=True)

    assert _seen(estate, {}) == ""
    assert [item.origin.file for item in load(estate, shown_from=estate).items if item.kind == "services"] == ["one/a.yaml"]


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def closed(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    seen = _seen(tmp_path, {})

    assert seen.startswith("error[SPEC014]: the folder cannot be read: permission denied\n --> closed:1:1\n")


def test_a_python_spec_that_never_returns(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"a.py": "number = 0\nwhile True:\n    number += 1\n", "b.py": "import nowhere\n"}
    seen = _seen(tmp_path, files, seconds=0.2)

    assert [line for line in seen.splitlines() if line.startswith(("error", " -->", "  ="))] == [
        "error[SPEC081]: the spec did not return within 0.2 s",
        seen.splitlines()[1],  # one of the two lines of the loop
        "  = help: this line was running; a spec must not wait, nor loop for ever",
        "error[SPEC080]: the spec raised ModuleNotFoundError: No module named 'nowhere'",
        " --> b.py:1:1",
        "  = help: mend this line; nothing of the file is used until it runs through",
    ]
    assert seen.splitlines()[1] in {" --> a.py:2:1", " --> a.py:3:5"}


def test_a_python_spec_that_cannot_be_interrupted_is_killed_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_python, "_GRACE", 1.0)
    stubborn = "import signal\n\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\nwhile True:\n    pass\n"
    seen = _seen(tmp_path, {"a.py": stubborn, "b.py": "from monctl import Service\n\nService('shop', tiers=1)\n"}, seconds=0.2)

    assert [line for line in seen.splitlines() if line.startswith(("error", " -->"))] == [
        "error[SPEC081]: the spec did not return within 0.2 s",
        " --> a.py:1:1",
        "error[SPEC030]: unknown field 'tiers'",
        " --> b.py:3:1",
    ]


def test_a_python_spec_that_is_killed(tmp_path: Path) -> None:
    seen = _seen(tmp_path, {"a.py": "import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)\n"})

    assert seen.startswith("error[SPEC080]: the spec ended the process: signal 9\n --> a.py:1:1\n")


def test_a_python_spec_that_leaves_a_thread_behind_does_not_hold_us_up(tmp_path: Path) -> None:
    spec = "import threading\n\nfrom monctl import Service\n\nthreading.Thread(target=threading.Event().wait).start()\nService('shop')\n"

    assert _seen(tmp_path, {"a.py": spec}) == ""


def test_a_spec_named_like_a_module_of_the_library_harms_nobody(tmp_path: Path) -> None:
    body = "raise ValueError('mine')\n"
    seen = _seen(tmp_path, {"signal.py": body, "json.py": body, "monctl.py": "from monctl import Service\n\nService('shop')\n"})

    assert seen.count("error[SPEC080]: the spec raised ValueError: mine") == 2
    assert seen.count("error") == 2


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from(["${env:A}", "5m", "> 5"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["alert", "when", "sql", "http", "title", "x", "${a}"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.sampled_from(["title", "alert", "sql", "members", "levels", "match"]), JSON))
def test_any_value_is_an_item_or_a_finding(kind: str, value: object) -> None:
    fitted = fit([Raw(kind, "a", value, Origin("a.yaml", (kind, "a")))], lambda origin: origin.file)

    assert fitted.items or fitted.faults.findings
    assert len(fitted.items) + len(fitted.broken) == 1


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from([*sorted(KINDS), "moved", "templates", "x-y", "other"]), JSON, max_size=3))
def test_any_yaml_is_checked_without_an_exception(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    folder = tmp_path_factory.mktemp("estate")
    (folder / "monctl.yaml").write_text(SETTINGS)
    (folder / "a.yaml").write_text(json.dumps(value))

    assert isinstance(check(folder, targets={"runner": runner}).findings, tuple)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["estate", "targets", "variables", "environments", "environment", "placement", "limits"]), JSON))
def test_any_settings_are_checked_without_an_exception(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    folder = tmp_path_factory.mktemp("estate")
    (folder / "monctl.yaml").write_text(json.dumps(value))
    (folder / "a.yaml").write_text("monitors: {site: {http: 'https://${var.x}', alert: {critical: down}}}\n")

    assert isinstance(check(folder, targets={"runner": runner}).findings, tuple)
