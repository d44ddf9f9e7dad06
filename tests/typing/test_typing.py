"""What a type checker says of Python specs: `good/*.py` pass, and each line of `bad/*.py` marked `# error` is the one that is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mypy import api

from monctl import python, stub

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_ERROR = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error:", re.MULTILINE)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[int]]:
    """File → lines that mypy refuses; one run for all of them."""
    cache = tmp_path_factory.mktemp("mypy")
    specs = sorted(str(path) for path in [*HERE.glob("good/*.py"), *HERE.glob("bad/*.py")])
    out, err, _ = api.run(["--strict", "--no-error-summary", "--config-file=", f"--cache-dir={cache}", *specs])

    assert err == ""

    found: dict[str, set[int]] = {}
    for one in _ERROR.finditer(out):
        found.setdefault(Path(one["file"]).name, set()).add(int(one["line"]))
    return found


@pytest.mark.parametrize("path", sorted(HERE.glob("good/*.py")), ids=lambda path: path.stem)
def test_good_specs_type_check(path: Path, refused: dict[str, set[int]]) -> None:
    assert refused.get(path.name, set()) == set()


@pytest.mark.parametrize("path", sorted(HERE.glob("bad/*.py")), ids=lambda path: path.stem)
def test_bad_specs_are_refused_at_their_lines(path: Path, refused: dict[str, set[int]]) -> None:
    marked = {number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "# error" in line}

    assert marked
    assert refused.get(path.name, set()) == marked


def test_the_stub_matches_the_models() -> None:
    assert stub.PATH.read_text(encoding="utf-8") == stub.text(), "run: python -m monctl.stub"


def test_the_stub_declares_every_name_and_no_other() -> None:
    declared = set(re.findall(r"^(?:class|def) ([A-Za-z]\w*)", stub.text(), re.MULTILINE))

    assert declared | {"Object", "Source"} == set(python.__all__)


def test_every_name_is_there_at_run_time() -> None:
    import monctl

    assert [name for name in python.__all__ if getattr(monctl, name) is not getattr(python, name)] == []
