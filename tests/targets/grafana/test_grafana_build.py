"""What build makes of the small estate, and of variations of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from monctl.condition import Comparison, State, Trend
from monctl.finding import Level
from monctl.measure import Expr, Sql
from monctl.program import Calendar, Delivery, Hours, Maintenance, Program
from monctl.resource import Json, Ref, SecretRef, lookup, plain
from monctl.target import Built, Fit
from monctl.testing import assert_settles
from monctl_targets.grafana import target
from monctl_targets.grafana.identity import uid
from monctl_targets.grafana.timings import calendar_timings, maintenance_timing


def built(program: Program) -> Built:
    return target.build(program)


def body(made: Built, kind: str, key: str) -> Json:
    return next(each.body for each in made.resources if (each.kind, each.key) == (kind, key))


def rules(made: Built) -> dict[str, Json]:
    return {rule["title"]: rule for each in made.resources if each.kind == "rule_group" for rule in each.body["rules"]}


def panels(made: Built, key: str = "main") -> dict[str, Json]:
    return {panel["title"]: panel for panel in body(made, "dashboard", key)["dashboard"]["panels"]}


def said(made: Built, address: str) -> dict[str, tuple[Fit, str]]:
    return {each.field: (each.fit, each.how) for each in made.fidelity if each.address == address}


def only(make: Any, *monitors: Any, **more: Any) -> Built:
    return built(make.shop(monitors={each.name: each for each in monitors}, dashboards={}, **more))


def models(rule: Json) -> list[Json]:
    return [query["model"] for query in rule["data"]]


@pytest.mark.parametrize("options", [{}, {"editable": True}])
@pytest.mark.parametrize("environment", ["", "staging"])
def test_the_estate_settles(make: Any, options: dict[str, Json], environment: str) -> None:
    program = make.shop(environment=environment, targets={"grafana": options})

    state = assert_settles(target, built(program).resources, estate="shop", environment=environment, options=options)

    assert Counter(live.kind for live in state.lives if live.mark) == {
        "folder": 2, "dashboard": 2, "rule_group": 3, "contact_point": 4, "mute_timing": 1,
    }  # fmt: skip


def test_two_environments_live_side_by_side(make: Any, grafana: Any, client_of: Any) -> None:
    for environment in ("", "staging"):
        resources = built(make.shop(environment=environment)).resources
        titled = [
            replace(each, body={**each.body, "title": f"{each.name} {environment}"}) if each.kind == "folder" else each
            for each in resources
        ]
        assert_settles(target, titled, client=client_of(grafana, environment=environment), estate="shop", environment=environment)

    assert len(grafana.store.all("dashboard")) == 5


def test_building_twice_gives_the_same(make: Any) -> None:
    assert built(make.shop()) == built(make.shop())


def test_nothing_is_made_of_nothing(make: Any) -> None:
    assert only(make).resources == ()


def test_a_rule_is_query_reduce_threshold(make: Any) -> None:
    rule = rules(built(make.shop()))["Latency: warning"]

    query, reduce, threshold = models(rule)
    assert (query["expr"], query["instant"]) == (make.LATENCY.query, True)
    assert (reduce["type"], reduce["expression"], reduce["reducer"]) == ("reduce", "A", "last")
    assert threshold["conditions"][0]["evaluator"] == {"type": "gt", "params": [200]}
    assert (rule["condition"], rule["for"], rule["keep_firing_for"], rule["noDataState"]) == ("C", "5m", "2m", "KeepLast")
    assert rule["data"][0]["datasourceUid"] == lookup("datasource", uid="prometheus")


def test_a_rule_says_who_what_and_where_to_look(make: Any) -> None:
    made = built(make.shop())
    rule = rules(made)["Latency: critical"]

    assert rule["labels"] == {
        "cost_center": "7", "estate": "shop", "monitor": "latency", "severity": "critical", "service": "api", "team": "core",
    }  # fmt: skip
    assert rule["annotations"] == {
        "summary": "🔴 Latency: the critical condition (now {{ $values.B.Value }})",
        "action": "Look at the slowest queries.",
        "runbook_url": "https://example.com/slow",
        "runbook": "Slow answers: Look at the queries.",
        "links": "Logs: https://example.com/logs",
        "__dashboardUid__": Ref("dashboard", "main"),
        "__panelId__": str(panels(made)["Latency"]["id"]),
    }
    assert said(made, "monitor.latency")["labels.cost-center"][0] is Fit.APPROXIMATED


@pytest.mark.parametrize(("every_s", "for_s", "told"), [(5, 5, True), (15, 15, True), (10, 10, False), (60, 30, False), (5, 10, False)])
def test_a_time_to_hold_that_is_shorter_than_grafanas_interval_is_a_warning(every_s: float, for_s: float, told: bool, make: Any) -> None:
    made = only(
        make, make.monitor("m", make.LATENCY, make.MILLISECONDS, make.alert("critical", (make.above(1, for_s),), "slack"), every_s=every_s)
    )

    assert [(each.code, each.level) for each in made.findings] == ([("GRAFANA104", Level.WARNING)] if told else [])


@pytest.mark.parametrize(("repeat_s", "how"), [(420.0, "told again after 10m: Grafana looks every 5m"), (600.0, None)])
def test_a_repeat_is_rounded_up_to_when_grafana_looks(repeat_s: float, how: str | None, make: Any) -> None:
    program = make.shop()
    channels = {**program.channels, "mail": replace(program.channels["mail"], repeat_s=repeat_s)}
    made = said(built(replace(program, channels=channels)), "monitor.orphans").get("alert.warning.repeat")

    assert made == (None if how is None else (Fit.APPROXIMATED, how))


def test_braces_of_the_user_are_not_a_template(make: Any) -> None:
    made = only(
        make, make.monitor("m", make.LATENCY, make.MILLISECONDS, make.alert("critical", (make.above(1),), "slack"), message="{{ .Boom }}")
    )

    assert rules(made)["M: critical"]["annotations"]["summary"].startswith('🔴 {{ "{{" }} .Boom }}')


def test_groups_are_small_and_in_steps_of_ten_seconds(make: Any) -> None:
    made = built(make.shop())
    groups = {each.key: (each.body["interval"], each.parts) for each in made.resources if each.kind == "rule_group"}

    assert groups == {
        "api-1m": (60, ("monitor.latency", "monitor.traffic")),
        "api-5m": (300, ("monitor.orphans",)),
        "posts-1m": (60, ("monitor.share",)),
    }
    assert said(made, "monitor.orphans")["every"] == (Fit.APPROXIMATED, "every 300 s: Grafana evaluates in steps of 10 s")


def test_terms_that_hold_for_different_times_are_rules_of_their_own(make: Any) -> None:
    condition = (make.above(10, 60), make.above(20), Comparison(None, "<", 1, None, 0))
    made = only(make, make.monitor("m", make.LATENCY, make.MILLISECONDS, make.alert("critical", condition, "slack")))

    both = rules(made)
    assert [(title, rule["for"]) for title, rule in both.items()] == [("M: critical", "1m"), ("M: critical (2)", "0s")]
    assert models(both["M: critical (2)"])[-1]["expression"] == "$C || $D"
    assert len(models(both["M: critical (2)"])) == 5


def test_a_value_of_a_query_is_chosen_by_its_column(make: Any) -> None:
    made = built(make.shop())
    query = models(rules(made)["Orphans: warning"])[0]

    assert query["rawSql"] == f"SELECT orphans\nFROM (\n{make.ORPHANS.query}\n) AS source"
    assert query["datasource"] == {"type": "grafana-postgresql-datasource", "uid": lookup("datasource", name="postgres")}


def test_rows_of_a_query_are_counted(make: Any) -> None:
    source = Sql("postgres", "SELECT id FROM broken", "rows")
    made = only(make, make.monitor("m", source, make.Unit.parse("rows"), make.alert("critical", (make.above(0),), "slack")))

    assert models(rules(made)["M: critical"])[0]["rawSql"] == "SELECT COUNT(*) AS value\nFROM (\nSELECT id FROM broken\n) AS problems"


def test_arithmetic_is_a_math_expression_over_its_inputs(make: Any) -> None:
    every = models(rules(built(make.shop()))["Share: warning"])

    assert [each.get("type", "query") for each in every] == ["query", "reduce", "query", "reduce", "math", "threshold"]
    assert every[4]["expression"] == "$B / ($B + $D) * 100"


def test_what_only_the_past_can_tell(make: Any) -> None:
    made = built(make.shop())
    orphans, traffic = said(made, "monitor.orphans"), models(rules(made)["Traffic: critical"])

    assert orphans["alert.critical"] == (Fit.DROPPED, "a trend needs the past, and the query gives one figure for now")
    assert traffic[0]["expr"] == f"max_over_time(({make.REQUESTS.query})[10m:1m]) - min_over_time(({make.REQUESTS.query})[10m:1m])"
    assert models(rules(made)["Traffic: critical (2)"])[0]["expr"] == f"absent(({make.REQUESTS.query}))"
    assert rules(made)["Traffic: critical"]["isPaused"] is True
    assert made.findings == ()


@pytest.mark.parametrize(
    ("unit", "window", "expr"),
    [("errors", 600, "sum_over_time((up)[10m:1m]) > 5"), ("ms", 600, "avg_over_time((up)[10m:1m]) > 5"), ("ms", None, "up > 5")],
)
def test_a_look_back_is_a_sum_of_what_is_counted_and_a_mean_of_the_rest(unit: str, window: float | None, expr: str, make: Any) -> None:
    source = make.measure.Prometheus("prometheus", "up")
    made = only(make, make.monitor("m", source, make.Unit.parse(unit), make.alert("critical", (make.above(5, window_s=window),), "slack")))

    query, _, threshold = models(rules(made)["M: critical"])
    assert f"{query['expr']} > {threshold['conditions'][0]['evaluator']['params'][0]}" == expr


@pytest.mark.parametrize(
    ("source", "term", "why"),
    [
        (Sql("postgres", "SELECT 1"), Trend(None, "increasing", 900), "a trend needs the past"),
        (Sql("postgres", "SELECT 1"), State("first seen", 0), "'first seen' is about events"),
        (Sql("lite", "SELECT 1"), Comparison(None, ">", 1, None, 0), "no data source that can ask this"),
        (Expr("a + 1", {"a": "site"}), Comparison(None, ">", 1, None, 0), "no data source that can ask this"),
    ],
)
def test_an_alert_that_cannot_be_said_at_all_is_a_finding(source: Any, term: Any, why: str, make: Any) -> None:
    made = only(make, make.monitor("m", source, make.MILLISECONDS, make.alert("critical", (term,), "slack")))

    assert [each.kind for each in made.resources] == []
    assert [(each.code, each.address, each.help) for each in made.findings] == [
        ("GRAFANA101", "monitor.m", "place it elsewhere: add `on: runner`")
    ]
    assert why in made.findings[0].message
    assert [(each.fit, each.severity) for each in made.fidelity] == [(Fit.DROPPED, "critical")]


@pytest.mark.parametrize(
    ("no_data", "states"),
    [("keep", ["KeepLast", "KeepLast"]), ("ok", ["OK", "OK"]), ("warning", ["KeepLast", "Alerting"]), ("info", ["NoData", "KeepLast"])],
)
def test_no_data(no_data: str, states: list[str], make: Any) -> None:
    alerts = (make.alert("critical", (make.above(9),), "slack"), make.alert("warning", (make.above(5),), "slack"))
    severities = make.shop().severities | {"info": make.severity("info", 2, "#000000")}
    made = only(make, make.monitor("m", make.LATENCY, make.MILLISECONDS, *alerts, no_data=no_data), severities=severities)

    assert [rule["noDataState"] for rule in rules(made).values()] == states


@pytest.mark.parametrize("kind", ["error", "no data"])
def test_a_state_of_the_rule_alone(kind: Any, make: Any) -> None:
    source = Sql("postgres", "SELECT 1")
    made = only(make, make.monitor("m", source, make.MILLISECONDS, make.alert("critical", (State(kind, 60),), "slack")))
    rule = rules(made)["M: critical"]

    assert rule["execErrState" if kind == "error" else "noDataState"] == "Alerting"
    assert models(rule)[-1]["expression"] == "0 * $B"


def test_contact_points_hold_what_grafana_can_speak_to(make: Any) -> None:
    made = built(make.shop())

    assert body(made, "contact_point", "pager+slack+critical")["receivers"] == [
        {
            "uid": uid("receiver", "shop", "", "pager/pager+slack+critical/env:PD"),
            "type": "pagerduty",
            "settings": {"integrationKey": SecretRef("env:PD"), "severity": "critical"},
            "disableResolveMessage": False,
        },
        {
            "uid": uid("receiver", "shop", "", "slack/pager+slack+critical/env:SLACK"),
            "type": "slack",
            "settings": {"recipient": "#alerts", "url": SecretRef("env:SLACK")},
            "disableResolveMessage": False,
        },
    ]  # fmt: skip
    assert body(made, "contact_point", "mail")["receivers"][0]["settings"] == {
        "addresses": "ana@example.com;bo@example.com",
        "singleEmail": False,
    }
    assert body(made, "contact_point", "mail")["receivers"][0]["disableResolveMessage"] is True
    assert plain(body(made, "contact_point", "hook")["receivers"][0]["settings"]) == {
        "url": {"$secret": "env:HOOK"}, "httpMethod": "POST", "headers": {"X-Team": "core"}, "hmacConfig": {"secret": {"$secret": "env:SIGN"}},
    }  # fmt: skip
    assert rules(made)["Orphans: warning"]["notification_settings"] == {"receiver": Ref("contact_point", "mail"), "repeat_interval": "4h"}
    assert rules(made)["Traffic: critical"]["notification_settings"]["group_by"] == ["grafana_folder", "alertname", "service"]


def test_another_reference_to_a_secret_is_a_change_and_never_its_value(make: Any) -> None:
    program = make.shop()
    slack = replace(program.channels["slack"], settings={**program.channels["slack"].settings, "webhook": SecretRef("env:OTHER")})
    before, after = (
        target.normalize("contact_point", body(built(each), "contact_point", "slack"))
        for each in (program, replace(program, channels={**program.channels, "slack": slack}))
    )

    assert before != after
    assert "SLACK" not in str(before)


def delivering(make: Any, *deliveries: Delivery, severity: str = "critical", **more: Any) -> Built:
    alert = replace(make.alert(severity, (make.above(1),)), deliveries=deliveries)
    return only(make, make.monitor("m", make.LATENCY, make.MILLISECONDS, alert), **more)


def test_channels_and_escalations_that_grafana_has_not(make: Any) -> None:
    made = delivering(make, Delivery(("sms", "slack"), "oncall"))

    assert rules(made)["M: critical"]["notification_settings"] == {"receiver": Ref("contact_point", "mail+slack"), "repeat_interval": "4h"}
    assert said(made, "monitor.m") == {
        "alert.critical.notify.sms": (Fit.DROPPED, "Grafana sends no text messages"),
        "alert.critical.escalation": (Fit.DROPPED, "Grafana has no escalation; its channels are told at once"),
    }


def test_pagerduty_escalates_where_it_is_told(make: Any) -> None:
    made = delivering(make, Delivery(("pager",), "oncall"))

    assert said(made, "monitor.m") == {"alert.critical.escalation": (Fit.APPROXIMATED, "PagerDuty escalates by the policy of its service")}


def test_an_alert_nobody_hears_of_is_told(make: Any) -> None:
    made = delivering(make, Delivery(("sms",), None))

    assert "notification_settings" not in rules(made)["M: critical"]
    assert said(made, "monitor.m")["alert.critical.notify"][0] is Fit.DROPPED


def test_a_digest_collects(make: Any) -> None:
    severities = {"critical": make.severity("critical", 0, "#ffffff", digest="daily")}
    settings = rules(delivering(make, Delivery(("slack",), None), severities=severities))["M: critical"]["notification_settings"]

    assert (settings["group_wait"], settings["group_interval"]) == ("1d", "1d")


def test_hours_holidays_and_windows(make: Any) -> None:
    program = make.shop()
    window = replace(program.maintenance["move"], monitors=("m",))
    made = delivering(
        make, Delivery(("slack",), None, "office", hold=True), Delivery(("mail",), None, unless=("office",)), maintenance={"move": window}
    )
    first, second = rules(made).values()

    assert first["notification_settings"] == {
        "receiver": Ref("contact_point", "slack"),
        "active_time_intervals": [Ref("mute_timing", "hours-office")],
        "mute_time_intervals": [Ref("mute_timing", "holidays-office"), Ref("mute_timing", "maintenance-move")],
    }
    assert second["notification_settings"]["mute_time_intervals"] == [
        Ref("mute_timing", "hours-office"),
        Ref("mute_timing", "maintenance-move"),
    ]
    assert second["title"] == "M: critical, delivery 2"
    assert_settles(target, made.resources, estate="shop")


def test_the_hours_of_several_other_deliveries_are_all_muted(make: Any) -> None:
    office = make.shop().calendars["office"]
    made = delivering(
        make, Delivery(("mail",), None, unless=("office", "night")), calendars={"office": office, "night": replace(office, name="night")}
    )
    (only,) = rules(made).values()

    assert only["notification_settings"]["mute_time_intervals"] == [Ref("mute_timing", "hours-office"), Ref("mute_timing", "hours-night")]


def test_a_calendar_as_time_intervals() -> None:
    hours = (Hours((1, 2, 3, 5, 6, 7), 540, 1080), Hours((7,), 0, 1440))
    named, holidays = calendar_timings(Calendar("c", "C", "Europe/Paris", hours, (date(2026, 12, 25),)))

    assert named["time_intervals"] == [
        {
            "times": [{"start_time": "09:00", "end_time": "18:00"}],
            "weekdays": ["monday:wednesday", "friday:saturday", "sunday"],
            "location": "Europe/Paris",
        },
        {"times": [{"start_time": "00:00", "end_time": "24:00"}], "weekdays": ["sunday"], "location": "Europe/Paris"},
    ]
    assert holidays is not None
    assert holidays["time_intervals"] == [{"days_of_month": ["25"], "months": ["12"], "years": ["2026"], "location": "Europe/Paris"}]


def once(start: datetime, end: datetime) -> list[tuple[str, str, str]]:
    made = maintenance_timing(Maintenance("w", "W", "UTC", (), start, end, ()))["time_intervals"]
    return [
        (each["months"][0], each["days_of_month"][0], "-".join(each["times"][0].values()) if "times" in each else "all day")
        for each in made
    ]


def test_a_window_over_several_days_and_months() -> None:
    assert once(datetime(2026, 11, 28, 22), datetime(2026, 12, 2, 4)) == [  # noqa: DTZ001  # local times, as the program holds them
        ("11", "28", "22:00-24:00"),
        ("11", "29:30", "all day"),
        ("12", "1", "all day"),
        ("12", "2", "00:00-04:00"),
    ]
    assert once(datetime(2026, 11, 28, 1), datetime(2026, 11, 28, 2)) == [("11", "28", "01:00-02:00")]  # noqa: DTZ001  # the same
    assert once(datetime(2026, 11, 28), datetime(2026, 11, 30)) == [("11", "28:29", "all day")]  # noqa: DTZ001  # the same


def test_a_weekly_window() -> None:
    made = maintenance_timing(Maintenance("w", "W", "UTC", (), None, None, (Hours((6,), 0, 60),)))

    assert made["time_intervals"] == [
        {"times": [{"start_time": "00:00", "end_time": "01:00"}], "weekdays": ["saturday"], "location": "UTC"}
    ]


LOOKS = {
    "Latency": "timeseries", "Requests and latency": "timeseries", "Orphans": "stat", "Posts": "piechart", "Share": "gauge", "Site": "text",
    "Errors": "timeseries", "By route": "barchart", "Heat": "heatmap", "Goal": "gauge", "Problems": "table", "Log": "logs", "Phase": "stat",
    "States": "stat", "States: watched elsewhere": "text", "Alerts": "alertlist", "Alerts: watched elsewhere": "text", "Objective": "stat",
    "Services": "text", "Words": "text", "Figures": "row", "Lists": "row",
}  # fmt: skip


def test_each_panel_has_the_plugin_for_what_it_shows(make: Any) -> None:
    assert {title: panel["type"] for title, panel in panels(built(make.shop())).items()} == LOOKS


def test_a_dashboard_has_its_head(make: Any) -> None:
    made = built(make.shop())
    main, small = (body(made, "dashboard", key) for key in ("main", "small"))
    model = main["dashboard"]

    assert (model["title"], model["refresh"], model["time"]["from"], model["schemaVersion"]) == ("Main", "30s", "now-6h", 42)
    assert model["tags"] == ["monctl", "estate-shop", "team-core"]
    assert [(each["type"], each["title"]) for each in model["links"]] == [("link", "Wiki"), ("dashboards", "Shop")]
    assert (main["folderUid"], small["folderUid"]) == (Ref("folder", "shop"), Ref("folder", "elsewhere"))
    assert (small["dashboard"]["refresh"], small["dashboard"]["time"]["from"], small["dashboard"]["timezone"]) == ("5s", "now-90m", "utc")
    assert said(made, "dashboard.small")["refresh"][0] is Fit.APPROXIMATED
    assert next(each for each in made.resources if each.key == "small").protect


def test_bands_links_and_words_of_a_panel(make: Any) -> None:
    panel = panels(built(make.shop()))["Latency"]
    defaults = panel["fieldConfig"]["defaults"]

    assert [(each["color"], each["value"]) for each in defaults["thresholds"]["steps"]] == [
        ("transparent", None), ("#f79009", 200), ("#d92d20", 500),
    ]  # fmt: skip
    assert (defaults["unit"], defaults["custom"]["thresholdsStyle"]["mode"]) == ("ms", "dashed+area")
    assert [each["title"] for each in panel["links"]] == ["Runbook: Slow answers", "Logs"]
    assert panel["description"] == (
        "What latency is.\n\nGoal: < 100ms\n\nAlerts:\n- Latency: critical the critical condition\n"
        "- Latency: warning the warning condition\n\nWhat to do: Look at the slowest queries."
    )


def test_several_figures_have_what_is_theirs_as_overrides(make: Any) -> None:
    config = panels(built(make.shop()))["Requests and latency"]["fieldConfig"]

    by_ref = {each["matcher"]["options"]: {one["id"]: one["value"] for one in each["properties"]} for each in config["overrides"]}
    assert "unit" not in config["defaults"]
    assert (by_ref["A"], by_ref["B"]["unit"]) == ({"unit": "reqps"}, "ms")
    assert by_ref["B"]["custom.thresholdsStyle"] == {"mode": "dashed"}


def test_targets_of_panels(make: Any) -> None:
    made = panels(built(make.shop()))

    assert made["Posts"]["targets"][0]["rawSql"] == make.ORPHANS.query
    assert made["Requests and latency"]["targets"][0]["legendFormat"] == "{{route}}"
    assert (made["By route"]["targets"][0]["instant"], made["By route"]["options"]["xField"]) == (True, "route")
    assert made["Problems"]["targets"][0]["rawSql"] == "SELECT id FROM broken"
    assert made["Log"]["targets"][0]["expr"] == '{filename=~".*/var/log/app[^/]*\\\\.log"} |= "say \\"no\\"" | json | level="error"'
    assert made["Errors"]["targets"][0]["eventsStatsQuery"] == 'project:web feature:"upload now" level:[error, fatal]'
    assert made["Share"]["targets"][-1]["expression"] == "$A / ($A + $B) * 100"
    assert [each.get("hide", False) for each in made["Share"]["targets"]] == [True, True, False]
    assert made["Objective"]["targets"][0]["expr"] == f"100 * avg_over_time((({make.LATENCY.query}) < bool 500)[30d:5m])"
    assert made["Alerts"]["options"]["alertInstanceLabelFilter"] == '{estate="shop", monitor=~"latency"}'
    assert "| **API** | 0 | – | Posts |" in made["Services"]["options"]["content"]


def test_an_objective_compares_with_the_figure_as_it_is(make: Any) -> None:
    program = make.shop()
    fast = replace(program.slos["fast"], condition=(replace(program.slos["fast"].condition[0], limit=1_073_741_824.0),))

    made = panels(built(replace(program, slos={"fast": fast})))

    assert "< bool 1073741824)" in made["Objective"]["targets"][0]["expr"]


def test_a_panel_says_how_far_it_is_from_what_was_asked(make: Any) -> None:
    found = said(built(make.shop()), "dashboard.main")

    assert found["rows[0].panels[2].look"] == (
        Fit.APPROXIMATED,
        "a stat in place of a timeseries: the source gives a figure for now and no history",
    )
    assert found["rows[0].panels[5].metrics"][0] is Fit.APPROXIMATED
    assert found["rows[1].panels[4].look"][1].startswith("1 of 2 alerts in words")


def test_panel_ids_stay_when_panels_move(make: Any) -> None:
    program = make.shop()
    main = program.dashboards["main"]
    rows = tuple(replace(row, panels=tuple(reversed(row.panels))) for row in reversed(main.rows))
    moved = replace(program, dashboards={"main": replace(main, rows=rows)})

    assert {title: panel["id"] for title, panel in panels(built(program)).items()} == {
        title: panel["id"] for title, panel in panels(built(moved)).items()
    }


def test_the_folder_of_the_estate_keeps_its_uid_when_the_title_changes(make: Any) -> None:
    program = make.shop()
    renamed = replace(
        program,
        title="The Shop",
        dashboards={name: replace(each, folder=each.folder.replace("Shop", "The Shop")) for name, each in program.dashboards.items()},
    )

    before, after = body(built(program), "folder", "shop"), body(built(renamed), "folder", "shop")
    assert (before["uid"], after["title"]) == (after["uid"], "The Shop")


def test_a_title_that_is_too_long_is_a_finding(make: Any) -> None:
    program = make.shop()
    long = replace(program.dashboards["small"], title="x" * 5001)

    assert [each.code for each in built(replace(program, dashboards={"small": long})).findings] == ["GRAFANA102"]
