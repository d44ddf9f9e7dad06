"""monctl: a compiler for monitoring. Spec files written in Python import their names from here."""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # what type checkers take for true; `typing` alone costs as much as an empty interpreter
if TYPE_CHECKING:
    from monctl.python import *  # noqa: F403  # the names a spec file imports, for type checkers; at run time they come lazily

else:

    def __getattr__(name: str) -> object:
        """The names of `monctl.python`, loaded when first asked for: `monctl --help` must not pay for them."""
        if name.startswith("_") and name != "__all__":
            raise AttributeError(name)
        from importlib import import_module

        python = import_module("monctl.python")
        if name == "__all__":
            return python.__all__
        if name not in python.__all__:
            raise AttributeError(f"module 'monctl' has no attribute '{name}'")
        return getattr(python, name)
