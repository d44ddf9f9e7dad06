"""What a runner is told beside the specs."""

from __future__ import annotations

from pathlib import Path

import pytest

from monctl.errors import UsageError
from monctl.runner.options import templates


def test_templates_are_found_by_name_and_for_one_channel_alone(tmp_path: Path) -> None:
    for name in ("sms.j2", "email.html", "chat/slack.j2", ".hidden"):
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")

    assert templates("mine", tmp_path) == {"sms": "sms.j2", "email.html": "email.html", "chat/slack": "chat/slack.j2"}


def test_a_folder_of_templates_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'mine' is not there"):
        templates("mine", tmp_path)


def test_a_template_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "sms").write_bytes(b"\xff")

    with pytest.raises(UsageError, match="cannot be read"):
        templates("mine", tmp_path)
