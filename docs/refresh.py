"""Puts the real output of commands into README.md, docs/*.md and the targets' pages, so that what they show is what monctl prints.

A block that follows `<!-- output: COMMAND -->` is filled with what the command prints, one that follows `<!-- console: COMMAND -->` with
the command as it is typed and what it prints, one that follows `<!-- run -->` is run and must succeed, and one that follows `<!-- file: PATH -->`
is written to that file. What stands between `<!-- markdown: COMMAND -->` and `<!-- /markdown -->` is what the command prints, as Markdown.
All of one document are taken in order, in one folder that holds nothing but a copy of `monitors/`.

    python docs/refresh.py           rewrite the documents
    python docs/refresh.py --check   exit 1 when one of them would change
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(
    r"<!-- (?:run|file: (?P<file>\S+)|(?P<how>output|console): (?P<command>[^\n]+?)) -->\n```(?P<language>\w*)\n(?P<body>.*?)```\n"
    r"|<!-- markdown: (?P<pages>[^\n]+?) -->\n.*?<!-- /markdown -->\n",
    re.DOTALL,
)


class CommandFailed(Exception):
    """A command of a document ended with an exit status that the document does not announce."""

    def __init__(self, command: str, status: int, output: str) -> None:
        super().__init__(command, status, output)
        self.command, self.status, self.output = command, status, output

    def __str__(self) -> str:
        return f"exit {self.status} from: {self.command}\n{self.output}"


def documents() -> list[Path]:
    """README.md, the pages of docs/ and of the targets, sorted."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "targets" / "monctl_targets").glob("*/README.md"))]


def refreshed(text: str, folder: Path) -> str:
    """The document with every output block filled anew, its files written and its `run` blocks run, all in `folder`.

    A command may end in `# exit N`, when another status than 0 is what the reader shall see. Raises CommandFailed.
    """

    def fill(found: re.Match[str]) -> str:
        if found["file"]:
            path = folder / found["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found["body"], encoding="utf-8")
            return found[0]
        if found["pages"]:
            return f"<!-- markdown: {found['pages']} -->\n\n{run(found['pages'], folder)}\n<!-- /markdown -->\n"
        if found["command"] is None:
            run(f"set -e\n{found['body']}", folder)
            return found[0]
        command, _, announced = found["command"].partition("# exit ")
        output = run(command.strip(), folder, expected=int(announced or 0))
        typed = f"$ {command.strip()}\n" if found["how"] == "console" else ""
        return f"<!-- {found['how']}: {found['command']} -->\n```{found['language']}\n{typed}{output}```\n"

    return BLOCK.sub(fill, text)


def run(script: str, folder: Path, *, expected: int = 0) -> str:
    """What a shell script prints, both streams, in a plain terminal of 100 columns. Raises CommandFailed on another exit status."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MONCTL_")}
    environ |= {
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != expected:
        raise CommandFailed(script, done.returncode, done.stdout)
    lines = [line.rstrip() for line in done.stdout.replace(str(folder), ".").strip("\n").splitlines()]
    return "\n".join([*lines, ""])


def workplace(parent: Path) -> Path:
    """A new folder under `parent` with the five estates, as a reader of the documents has them."""
    folder = parent / "monctl"
    shutil.copytree(ROOT / "monitors", folder / "monitors", ignore=shutil.ignore_patterns("__pycache__", ".monctl"))
    return folder


def main(arguments: list[str]) -> int:
    """Rewrite the documents, or with `--check` say which are out of date."""
    stale = []
    for document in documents():
        text = document.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as parent:
            new = refreshed(text, workplace(Path(parent).resolve()))
        if new != text:
            stale.append(document.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                document.write_text(new, encoding="utf-8")
    print(
        f"{'out of date' if '--check' in arguments else 'rewritten'}: {', '.join(stale)}" if stale else "documents are up to date",
        file=sys.stderr,
    )
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CommandFailed as failed:
        sys.exit(str(failed))
