"""`monctl fmt`, as a person, an editor and a hook call it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from monctl.cli import run

UNTIDY = "monitors:\n    site:   {http: https://example.com}\n"
TIDY = "monitors:\n  site: {http: https://example.com}\n"


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "monctl.yaml").write_text("estate:   shop\nexclude: [old]\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(UNTIDY, encoding="utf-8")
    (tmp_path / "b.yml").write_text(TIDY, encoding="utf-8")
    (tmp_path / "c.py").write_text("x   = 1\n", encoding="utf-8")
    for name in ("old", ".hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "d.yaml").write_text(UNTIDY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_specs_of_an_estate_are_formatted(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(estate)

    assert run(["fmt"]) == 0
    assert texts(estate) == {**before, "monctl.yaml": "estate: shop\nexclude: [old]\n", "a.yaml": TIDY}
    told = capsys.readouterr()
    assert told.out == "monctl.yaml\na.yaml\n"
    assert told.err == "2 files formatted, 1 file already formatted\n"
    assert run(["fmt"]) == 0
    assert capsys.readouterr().err == "3 files already formatted\n"


def test_check_names_the_files_and_writes_nothing(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(estate)

    assert run(["fmt", "--check"]) == 1
    assert texts(estate) == before
    told = capsys.readouterr()
    assert told.out == "monctl.yaml\na.yaml\n"
    assert told.err == "2 files to be formatted, 1 file already formatted\n"


def test_a_diff_can_be_applied_by_git(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "a.yaml").write_text(UNTIDY.removesuffix("\n"), encoding="utf-8")
    before = texts(estate)

    assert run(["fmt", "--diff"]) == 1
    assert texts(estate) == before
    diff = capsys.readouterr().out
    subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True, cwd=estate)
    assert (estate / "a.yaml").read_text(encoding="utf-8") == TIDY
    assert run(["fmt", "--check"]) == 0


def test_files_and_folders_may_be_named(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "--check", "old", "b.yml"]) == 1
    assert capsys.readouterr().out == "old/d.yaml\n"
    assert run(["fmt", "--check", "-C", str(estate)]) == 1


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere.yaml", "monctl: nowhere.yaml does not exist\n  help: name files or folders, or `-` for standard input\n"),
        ("c.py", "monctl: c.py is no YAML file: its name ends in .py\n  help: name files that end in .yaml or .yml\n"),
    ],
)
def test_a_path_that_is_none_is_refused(path: str, sentence: str, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", path]) == 64
    assert capsys.readouterr().err == sentence


def test_standard_input_stands_alone(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "-", "a.yaml"]) == 64
    assert "'-' stands alone" in capsys.readouterr().err


def given(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode("utf-8", "surrogateescape"))))


def test_standard_input_is_written_to_standard_output(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(UNTIDY, monkeypatch)
    assert run(["fmt", "-"]) == 0
    assert capsys.readouterr().out == TIDY
    given(UNTIDY, monkeypatch)
    assert run(["fmt", "-", "--check"]) == 1
    assert capsys.readouterr().out == ""
    given(UNTIDY, monkeypatch)
    assert run(["fmt", "-", "--diff"]) == 1
    assert capsys.readouterr().out.startswith("--- a/stdin\n+++ b/stdin\n@@ -1,2 +1,2 @@\n")
    given(TIDY, monkeypatch)
    assert run(["fmt", "-", "--check"]) == 0


def test_standard_input_that_is_no_yaml_gives_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given("a: [1\nb: 2\n", monkeypatch)
    assert run(["fmt", "-"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "--> standard input:1:4" in told.err
    given("a: \udcff\n", monkeypatch)
    assert run(["fmt", "-"]) == 1
    assert capsys.readouterr().err == "standard input: the byte 0xff at offset 3 is not UTF-8; save it as UTF-8\n"


def test_what_is_no_yaml_is_told_and_the_rest_is_formatted(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "b.yml").write_text("a: [1\nb: 2\n", encoding="utf-8")
    (estate / "e.yaml").write_bytes(b"a: \xff\n")

    assert run(["fmt"]) == 1
    assert (estate / "a.yaml").read_text(encoding="utf-8") == TIDY
    assert (estate / "b.yml").read_text(encoding="utf-8") == "a: [1\nb: 2\n"
    told = capsys.readouterr().err
    assert " --> b.yml:1:4\n" in told
    assert "e.yaml: the byte 0xff at offset 3 is not UTF-8; save it as UTF-8\n" in told
    assert told.endswith("2 files formatted, 2 files no YAML\n")


def test_what_cannot_be_proved_is_left_and_refused(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "a.yaml").write_text("a:  x\u2028y\n", encoding="utf-8")

    assert run(["fmt", "-o", "json", "a.yaml", "b.yml"]) == 5
    told = capsys.readouterr()
    reason = "the character U+2028 ends a line for some readers of YAML and not for others"
    assert told.err.startswith(f"a.yaml is left as it is: {reason}\n")
    assert json.loads(told.out) == {
        "format_version": 1,
        "files": [
            {"file": "a.yaml", "status": "kept", "message": reason},
            {"file": "b.yml", "status": "unchanged", "message": None},
        ],
    }


def test_a_file_keeps_its_permissions_and_its_link(estate: Path) -> None:
    (estate / "a.yaml").chmod(0o640)
    (estate / "link.yaml").symlink_to("a.yaml")

    assert run(["fmt", "link.yaml"]) == 0
    assert (estate / "link.yaml").is_symlink()
    assert (estate / "a.yaml").read_text(encoding="utf-8") == TIDY
    assert (estate / "a.yaml").stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_read_is_told(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "e.yaml").mkdir()
    (estate / "f.yaml").symlink_to("f.yaml")

    assert run(["fmt", "-C", "."]) == 1
    assert "f.yaml: too many levels of symbolic links\n" in capsys.readouterr().err
    assert (estate / "a.yaml").read_text(encoding="utf-8") == TIDY


def test_what_is_no_file_is_told_and_never_opened(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(estate / "f.yaml")
    os.mkfifo(estate / "g.py")

    assert run(["fmt", "--check", "-C", "."]) == 1
    assert "f.yaml: it is a named pipe\n" in (err := capsys.readouterr().err)
    assert "g.py" not in err
    assert run(["fmt", "--check", "f.yaml"]) == 1
    assert capsys.readouterr().err == "f.yaml: it is a named pipe\n1 file not read\n"


def test_a_folder_that_cannot_be_read_is_told(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "sub").mkdir()
    scandir = os.scandir

    def guarded(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", path)  # whoever runs as root may read everything
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)

    assert run(["fmt", "-C", "."]) == 1
    assert "sub: the folder cannot be read: permission denied\n" in capsys.readouterr().err


def test_a_diff_is_part_of_the_json(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "--diff", "-o", "json"]) == 1

    files = {one["file"]: one for one in json.loads(capsys.readouterr().out)["files"]}
    assert files["a.yaml"]["diff"].startswith("--- a/a.yaml\n+++ b/a.yaml\n@@ ")
    assert files["b.yml"]["diff"] is None


def test_standard_input_has_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "-", "-o", "json"]) == 64
    assert capsys.readouterr().err.startswith("monctl: '-' writes the YAML itself, or its diff: -o json does not go with it\n")


def test_a_variable_for_every_command_is_not_asked_of_standard_input(
    estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONCTL_OUTPUT", "json")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(UNTIDY.encode())))

    assert run(["fmt", "-"]) == 0
    assert capsys.readouterr().out == TIDY


def test_help_loads_no_formatter() -> None:
    script = (
        "import sys; from monctl.cli import run; run(['--help']); sys.exit('yaml' in sys.modules or 'monctl.formatting' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert "fmt" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_may_not_be_written_is_left(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(estate)
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)  # whoever runs as root may write everything

    assert run(["fmt", "a.yaml"]) == 3
    assert texts(estate) == before
    assert capsys.readouterr().err == "a.yaml: permission denied\n1 file not written\n"
