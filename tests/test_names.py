"""The names a spec file imports from `monctl` are never hidden by a module of the same name."""

from __future__ import annotations

from pathlib import Path

from monctl import python


def test_no_module_has_the_name_of_something_a_spec_imports() -> None:
    folder = Path(python.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} | {path.name for path in folder.iterdir() if path.is_dir()}

    assert modules & set(python.__all__) == set()
