import pytest

from monctl.suggest import closest, did_you_mean

CHANNELS = ["slack-critical", "slack-warning", "email-critical", "pagerduty-database"]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("slack-critcal", "slack-critical"),
        ("slack_critical", "slack-critical"),
        ("Slack-Critical", "slack-critical"),
        ("pagerduty-databse", "pagerduty-database"),
        ("email", None),
        ("", None),
        ("x" * 5_000, None),
    ],
)
def test_the_nearest_name_is_found_or_none(word: str, near: str | None) -> None:
    assert closest(word, CHANNELS) == near


def test_ties_go_to_the_first_by_name() -> None:
    assert closest("abcd", ["abce", "abcf"]) == closest("abcd", ["abcf", "abce"]) == "abce"


def test_the_help_names_the_nearest_or_what_there_is() -> None:
    assert did_you_mean("slack-critcal", CHANNELS) == "did you mean 'slack-critical'?"
    assert did_you_mean("sms", ["b", "a"], noun="channels") == "the channels are a, b"
    assert did_you_mean("sms", "abcdefghijk", limit=2) == "known are a, b, … (11 in all)"
    assert did_you_mean("sms", [], noun="channels") == "there are no channels yet"
    assert did_you_mean("sms", []) is None
