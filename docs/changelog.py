"""Puts the fragments of `.github/news/` into CHANGELOG.md under a new version, and removes them: `python docs/changelog.py 0.1.0`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEWS = ROOT / ".github" / "news"
TYPES = ("added", "changed", "fixed", "removed", "security")


def fragments(folder: Path) -> dict[str, list[Path]]:
    """The fragments by type, in the order of TYPES, each type sorted by name. Raises ValueError on a name that has no type."""
    found: dict[str, list[Path]] = {kind: [] for kind in TYPES}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        kind = path.name.removesuffix(".md").rpartition(".")[2]
        if kind not in found:
            raise ValueError(f"{path.name}: the type before .md must be one of {', '.join(TYPES)}")
        found[kind].append(path)
    return {kind: paths for kind, paths in found.items() if paths}


def section(version: str, day: str, news: dict[str, list[Path]]) -> str:
    """The part of the changelog for one version."""
    parts = [f"## {version} ({day})"]
    for kind, paths in news.items():
        entries = [" ".join(path.read_text(encoding="utf-8").split()) for path in paths]
        parts.append("\n".join([f"### {kind.capitalize()}", "", *(f"- {entry}" for entry in entries)]))
    return "\n\n".join(parts) + "\n"


def inserted(changelog: str, part: str) -> str:
    """The changelog with a new part before the newest version, after the words at its top."""
    top, heading, rest = changelog.partition("\n## ")
    return f"{top.rstrip()}\n\n{part}{heading}{rest}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/changelog.py VERSION")
    news = fragments(NEWS)
    if not news:
        sys.exit("no fragments in .github/news/: nothing to release")
    target = ROOT / "CHANGELOG.md"
    part = section(sys.argv[1], datetime.now(UTC).date().isoformat(), news)
    target.write_text(inserted(target.read_text(encoding="utf-8"), part), encoding="utf-8")
    for paths in news.values():
        for path in paths:
            path.unlink()
