"""[I/O] Log files of stand-ins: one folder for each datasource, lines with the time one says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from monctl.program import Datasource
from monctl.resource import Json


class LogFolder:
    """The files of some datasources below `folder`, empty at first."""

    def __init__(self, folder: Path, datasources: Mapping[str, Datasource]) -> None:
        self._folder = folder
        self._text = {name for name, one in datasources.items() if one.options.get("format") == "text"}
        self._names = {name: PurePosixPath(str(one.options.get("path") or "log")).name for name, one in datasources.items()}
        for name in self._names:
            self._file(name).parent.mkdir(parents=True, exist_ok=True)
            self._file(name).touch()

    def pattern(self, datasource: str) -> str:
        """What stands in the place of the datasource's path."""
        return str(self._folder / datasource / self._names[datasource])

    def write(self, datasource: str, at: float, line: Mapping[str, Json], *, times: int = 1) -> None:
        """Lines of a moment, in seconds since the epoch. Text has them as `name=value`."""
        when = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
        if datasource in self._text:
            text = f"{when} " + " ".join(f"{name}={value}" for name, value in line.items())
        else:
            text = json.dumps({"timestamp": when, **line})
        with self._file(datasource).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n" * times)

    def _file(self, datasource: str) -> Path:
        return self._folder / datasource / self._names[datasource].replace("*", "")
