"""What an HTTP answer must be: status, literal text, JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from monctl.measure import Http
from monctl.runner.probes import json_path

MOST = 1024 * 1024
"""Bytes of a body that are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, after redirects."""

    status: int
    body: bytes = b""
    """At most MOST."""
    whole: bool = True
    """The body ends here; False when it was longer."""
    charset: str = "utf-8"

    @property
    def text(self) -> str:
        """The body as text; what cannot be read is replaced."""
        try:
            return self.body.decode(self.charset, "replace")
        except LookupError:  # a charset nobody knows
            return self.body.decode("utf-8", "replace")


def accepted(status: int, wanted: tuple[str, ...]) -> bool:
    """Whether a status is one of `200` or of the classes `2xx`."""
    return any(one in {str(status), f"{status // 100}xx"} for one in wanted)


def faults(source: Http, answer: Answer) -> Iterator[str]:
    """Everything that is not as it should be, each a clause. Raises json_path.BadPath."""
    if not accepted(answer.status, source.status):
        yield f"it answered {answer.status}, not {' or '.join(source.status)}"
    part = "" if answer.whole else f" the first {MOST // 1024} KiB of"
    if source.contains is not None and source.contains not in answer.text:
        yield f"'{source.contains}' is not in{part} the answer"
    if source.lacks is not None and source.lacks in answer.text:
        yield f"'{source.lacks}' is in the answer"
    if source.json:
        yield from _json(source, answer)


def _json(source: Http, answer: Answer) -> Iterator[str]:
    if not answer.whole:
        yield f"the answer is longer than {MOST // 1024} KiB and is not read as JSON"
        return
    try:
        document = json.loads(answer.text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        yield "the answer is not JSON"
        return
    for check in source.json:
        if wrong := json_path.fault(document, check):
            yield wrong
