"""The codes there are: of the rules, of what is not valid, and of the targets that list theirs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from monctl.lint.catalog import all_rules
from monctl.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monctl.target import Target


@dataclass(frozen=True, slots=True)
class Known:
    """What may be said where a code is asked for."""

    names: Mapping[str, str]
    """Name of a rule → its code."""
    codes: frozenset[str]
    areas: frozenset[str]
    """What codes begin with: `SQL`, `UPTIMEROBOT`."""
    unlisted: frozenset[str] = frozenset({"SPEC"})
    """Areas of which any code may be: nothing lists them."""

    def has(self, code: str) -> bool:
        """Whether there is such a code, as far as can be known."""
        return code in self.codes or _area(code) in self.unlisted

    def begins(self, said: str) -> bool:
        """Whether some code is or begins so."""
        return bool(said) and (self.has(said) or any(code.startswith(said) for code in (*self.codes, *self.unlisted)))

    def code_of(self, said: str) -> str | None:
        """The code that a rule's name, or a code in small letters, stands for."""
        code = self.names.get(said.lower(), said.upper())
        return code if code in self.codes else None

    def meant(self, said: str, *, names: bool = False) -> str | None:
        """The way out of a code that is none. `names`: those of rules would do, too."""
        if not names and (code := self.code_of(said)) is not None:
            return f"write {code}"
        area = _area(said.upper())
        of_area = sorted(one for one in self.codes if _area(one) == area)
        if area != said.upper() and of_area and area not in map(_area, self.names.values()):  # numbers of a target are all alike
            return f"codes of {area} go from {of_area[0]} to {of_area[-1]}"
        if near := closest(said, (self.codes | self.areas) - {said.upper()}):
            return f"did you mean '{near}'?"
        name = closest(said, self.names)
        return f"did you mean '{name if names else self.names[name]}'?" if name is not None else None

    def beside(self, targets: Iterable[str]) -> Known:
        """The same, where targets are spoken of that are not known here: their codes may be any."""
        areas = frozenset(name.upper() for name in targets) - self.areas
        return replace(self, areas=self.areas | areas, unlisted=self.unlisted | areas) if areas else self


def known(targets: Mapping[str, Target]) -> Known:
    """Of the rules, and of some targets. A target that lists its codes has `codes`: see `monctl.target.Target`."""
    rules = _of_rules()
    listed = {name.upper(): getattr(target, "codes", None) for name, target in targets.items()}
    return Known(
        rules.names,
        rules.codes.union(*(codes for codes in listed.values() if codes is not None)),
        rules.areas | frozenset(listed),
        rules.unlisted | frozenset(area for area, codes in listed.items() if codes is None),
    )


@cache
def _of_rules() -> Known:
    rules = all_rules()
    return Known(
        {rule.name: rule.code for rule in rules},
        frozenset({*(rule.code for rule in rules), "SQL001"}),
        frozenset(rule.area for rule in rules),
    )


def _area(code: str) -> str:
    return code.rstrip("0123456789")
