"""Where things stand in the user's files: spans, origins, and the texts they point into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text in one file. Lines and columns are 1-based; `end_column` is exclusive.

    The span of "foo" at the start of a file is `Span("a.yaml", 1, 1, 1, 4)`.
    """

    file: str
    """Path as shown to the user: relative to the folder the command was given, with forward slashes."""
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a spec or one of its fields was written, cheap to make; `Sources.span` turns it into a Span when it is needed."""

    file: str
    path: tuple[str | int, ...] = ()
    """YAML: keys and indexes from the document's root, such as `("monitors", "site", "alert", "critical")`."""
    line: int | None = None
    """Python specs: 1-based line of the call in the user's file; None for YAML."""

    def at(self, *parts: str | int) -> Origin:
        """The origin of a part below this one."""
        return Origin(self.file, (*self.path, *parts), self.line)


class Sources(Protocol):
    """Turns origins into spans. Implemented by `monctl.document.SourceMap`; a test may give its own."""

    def span(self, origin: Origin, *, key: bool = False, within: tuple[int, int] | None = None) -> Span:
        """The span of the value (or, with `key`, of its key) at an origin; the nearest enclosing node where the path is not in the file.

        `within` are 0-based character offsets [start, end) into the scalar's *value* (after YAML has read it):
        for a block scalar they are mapped to the right line and column of the file.
        """

    def has(self, origin: Origin) -> bool:
        """Whether there is something at the path of an origin in its YAML file."""

    def text(self, file: str) -> str | None:
        """The text of a file, as it is; None when it is not held. Never to be shown: it may hold a secret in clear."""

    def quoted(self, file: str) -> str | None:
        """The text of a file, to quote a line of it: `*` for each character of a secret; None when it is not held."""
