"""Names, durations, units, layout and normalisation: the small pure parts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.condition import Between, Comparison, State, Term
from monctl.resource import Json, Mark, Ref
from monctl.unit import MILLISECONDS, PERCENT, Unit
from monctl_targets.grafana import durations, target
from monctl_targets.grafana.bands import steps
from monctl_targets.grafana.identity import bare_name, folder_key, marked_name, read_name, slug, uid
from monctl_targets.grafana.layout import Tile, place
from monctl_targets.grafana.units import unit_id

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True)
ESTATES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)


@given(ESTATES, st.one_of(st.just(""), NAMES), NAMES)
def test_a_uid_is_short_and_a_kubernetes_name(estate: str, environment: str, key: str) -> None:
    assert re.fullmatch(r"mc-[a-z0-9-]*[a-z0-9]", found := uid("dashboard", estate, environment, key))
    assert len(found) <= 40


@given(ESTATES, st.one_of(st.just(""), NAMES), st.text(min_size=1, max_size=60))
def test_a_folders_key_is_read_back_from_its_uid(estate: str, environment: str, title: str) -> None:
    key = slug(title)

    assert folder_key(uid("folder", estate, environment, key), estate, environment) == key
    assert folder_key(uid("folder", estate, environment, key), estate, environment + "x") is None


@given(ESTATES, st.one_of(st.just(""), NAMES), NAMES)
def test_a_mark_in_a_name_is_read_back(estate: str, environment: str, key: str) -> None:
    mark = Mark(estate, environment, key)

    assert read_name(marked_name(mark)) == mark
    assert bare_name(marked_name(mark)) == f"mc-{key}"
    assert "/" not in marked_name(mark)


def test_kinds_estates_and_environments_have_uids_of_their_own() -> None:
    made = {uid(*each) for each in [("a", "b", "c", "k"), ("x", "b", "c", "k"), ("a", "b-c", "", "k"), ("a", "b", "", "c-k")]}

    assert len(made) == 4


@given(st.integers(min_value=0, max_value=10**9))
def test_durations_are_read_back(milliseconds: int) -> None:
    assert durations.read(durations.show(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (60, "1m"), (3600, "1h"), (5400, "1h30m"), (86_400, "1d"), (90_000, "25h"), (604_800, "1w"), (0.5, "500ms")],
)
def test_durations_are_in_the_servers_spelling(seconds: float, text: str) -> None:
    assert durations.show(seconds) == text


@pytest.mark.parametrize("text", ["", "5", "5x", "m5", "5m ", "1.5h"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert durations.read(text) is None


@pytest.mark.parametrize(
    ("unit", "id"),
    [
        ("ms", "ms"), ("us", "µs"), ("min", "m"), ("percent", "percent"), ("ratio", "percentunit"), ("GiB", "gbytes"), ("GB", "decgbytes"),
        ("requests/s", "reqps"), ("bytes/s", "binBps"), ("errors/min", "suffix: errors/min"), ("/min", "cpm"), ("USD", "currencyUSD"),
        ("CNY", "suffix: CNY"), ("posts", "count:posts"), ("score", "none"), ("w", "suffix: weeks"),
    ],
)  # fmt: skip
def test_units(unit: str, id: str) -> None:
    assert unit_id(Unit.parse(unit)) == id


def limit(op: Any, figure: float, **more: Any) -> Comparison:
    return Comparison(more.get("value"), op, figure, more.get("window_s"), 0)


@pytest.mark.parametrize(
    ("unit", "critical", "warning", "expected"),
    [
        (MILLISECONDS, limit(">", 500), limit(">", 200), [("green", None), ("#f79009", 200), ("#d92d20", 500)]),
        (PERCENT, limit("<", 80), limit("<", 90), [("#d92d20", None), ("#f79009", 80), ("green", 90)]),
        (Unit.parse("posts"), limit(">", 10), limit(">", 0), [("green", None), ("#f79009", 1), ("#d92d20", 11)]),
        (Unit.parse("posts"), limit(">=", 10.5), limit("!=", 5), [("#f79009", None), ("green", 5), ("#f79009", 6), ("#d92d20", 11)]),
        (PERCENT, limit(">", 90), limit(">", 0), [("green", None), ("#f79009", 0.001), ("#d92d20", 90)]),
        (PERCENT, Between(None, False, 10, 90, 0), limit(">", 50), [("#d92d20", None), ("green", 10), ("#f79009", 50), ("#d92d20", 90)]),
        (Unit.parse("errors"), State("any", 0), limit(">", 5), [("green", None), ("#d92d20", 1)]),
        (PERCENT, limit(">", 10, window_s=60), limit(">", 10, value="other"), None),
    ],
)
def test_alerts_become_bands(unit: Unit, critical: Term, warning: Term, expected: Json, make: Any) -> None:
    monitor = make.monitor("m", make.LATENCY, unit, make.alert("critical", (critical,)), make.alert("warning", (warning,)))
    severities = make.shop().severities

    found = steps([monitor], severities, "value", unit)

    assert (found and [(each["color"], each["value"]) for each in found]) == expected


def tile(type: str, width: int | None = None, height: int | None = None, content: str = "") -> Tile:
    return Tile({"type": type, "options": {"content": content}}, width, height)


def boxes(*tiles: Tile) -> list[tuple[str, int, int, int, int]]:
    placed, _ = place(tiles, 0)
    return [(each["type"], *(each["gridPos"][name] for name in "xywh")) for each in placed]


def test_small_tiles_come_first_and_fill_their_line() -> None:
    assert boxes(tile("timeseries"), tile("stat"), tile("table"), tile("gauge"), tile("stat")) == [
        ("stat", 0, 0, 8, 6),
        ("gauge", 8, 0, 8, 6),
        ("stat", 16, 0, 8, 6),
        ("timeseries", 0, 6, 24, 8),
        ("table", 0, 14, 24, 9),
    ]


def test_seven_small_tiles_are_four_and_three() -> None:
    assert [(x, y, w) for _, x, y, w, _ in boxes(*[tile("stat")] * 7)] == [
        (0, 0, 6), (6, 0, 6), (12, 0, 6), (18, 0, 6), (0, 4, 8), (8, 4, 8), (16, 4, 8),
    ]  # fmt: skip


def test_widths_of_the_user_hold_their_order() -> None:
    assert boxes(tile("table", 16), tile("stat", 8, 3), tile("stat", 12), tile("text", content="one line")) == [
        ("table", 0, 0, 16, 9),
        ("stat", 16, 0, 8, 3),
        ("stat", 0, 9, 12, 4),
        ("text", 0, 13, 24, 4),
    ]


@given(st.lists(st.tuples(st.sampled_from(["stat", "timeseries", "table", "text"]), st.none() | st.integers(1, 24)), max_size=12))
def test_tiles_stay_on_the_grid_and_never_overlap(given_tiles: list[tuple[str, int | None]]) -> None:
    taken: set[tuple[int, int]] = set()
    for _, x, y, w, h in boxes(*(tile(type, width) for type, width in given_tiles)):
        cells = {(column, line) for column in range(x, x + w) for line in range(y, y + h)}
        assert x + w <= 24
        assert not cells & taken
        taken |= cells


def test_a_dashboard_is_compared_without_what_the_server_and_the_ui_add() -> None:
    ours: Json = {"title": "T", "tags": ["b", "a"], "panels": [{"id": 1, "options": {"max": 1.0}}], "description": "Words", "uid": "x"}
    theirs: Json = {
        "title": "T", "tags": ["a", "b"], "panels": [{"id": 1, "options": {"max": 1}, "pluginVersion": "13.0.1", "links": None}],
        "description": "Words\n\n[monctl:shop/-/main#0123456789]", "id": 7, "version": 3, "editable": True, "timezone": "browser", "links": [],
    }  # fmt: skip

    folder = Ref("folder", "shop")
    normal = target.normalize("dashboard", {"dashboard": ours, "folderUid": folder})

    assert normal == target.normalize("dashboard", {"dashboard": theirs, "folderUid": folder})
    assert normal["dashboard"]["description"] == "Words"


def test_variables_are_compared_without_their_state() -> None:
    def body(**state: Json) -> Json:
        return {"dashboard": {"title": "T", "templating": {"list": [{"name": "ds", "type": "datasource", **state}]}}, "folderUid": ""}

    assert target.normalize("dashboard", body(current={"text": "a"}, options=[])) == target.normalize("dashboard", body())


def test_what_cannot_change_in_place() -> None:
    assert target.immutable("contact_point") == {"name"}
    assert target.immutable("mute_timing") == {"name"}
    assert target.immutable("rule_group") == frozenset()
    assert target.immutable("dashboard") == frozenset()
