"""What a journal says after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from monctl.errors import JournalError
from monctl.journal import Journal, Progress, read_journal
from monctl.order import steps
from monctl.plan import Action, Change, Difference, assemble

REPLACED = Change("monitor.a", "t", "k", "a", "A", Action.REPLACE, "id-a")


def test_no_journal_is_no_progress(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none") == Progress()


def test_a_replacement_that_broke_off_leaves_its_old_half(tmp_path: Path) -> None:
    plan = assemble([Difference("t", (REPLACED,))], estate="e")
    made, gone = steps(plan.changes)
    with Journal(tmp_path / "state" / "journal") as journal:
        journal.begin(plan)
        journal.intended(made)
        journal.done(made, "id-2")
        journal.intended(gone)

    progress = read_journal(tmp_path / "state" / "journal")

    assert (progress.done, progress.open, progress.ended) == (frozenset({"t/k/a"}), frozenset({"t/k/a (old)"}), False)
    assert progress.begun == {"t/k/a"}
    assert progress.leftovers("t") == {("k", "id-a")}
    assert progress.leftovers("u") == frozenset()


def test_a_later_run_begins_anew_and_remembers_what_was_left(tmp_path: Path) -> None:
    plan = assemble([Difference("t", (REPLACED,))], estate="e")
    with Journal(tmp_path / "journal") as journal:
        journal.begin(plan)
        journal.intended(steps(plan.changes)[0])
        journal.begin(plan)
        journal.end(done=0, failed=0, untried=0)

    progress = read_journal(tmp_path / "journal")

    assert (progress.done, progress.open, progress.ended) == (frozenset(), frozenset(), True)
    assert progress.leftovers("t") == {("k", "id-a")}


def test_a_torn_last_line_is_what_a_crash_leaves(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text('{"event": "begin", "plan": "f"}\n{"event": "inten', encoding="utf-8")

    assert read_journal(path).plan == "f"


@pytest.mark.parametrize("line", ["hello", "[]", '{"event": "begin"}', '{"event": "else"}', '{"event": "done", "step": 5}', '"begin"'])
def test_what_is_no_journal_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal"
    path.write_text(f'{{"event": "begin", "plan": "f"}}\n{line}\n', encoding="utf-8")

    with pytest.raises(JournalError) as caught:
        read_journal(path)

    assert str(caught.value) == f"{path}:2: this line is not of a journal of monctl"


def test_a_journal_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(JournalError, match=r"cannot open the journal .*nothing is done that cannot be journalled"):
        Journal(tmp_path / "file" / "journal")
    with pytest.raises(JournalError, match="cannot read the journal"):
        read_journal(tmp_path)
