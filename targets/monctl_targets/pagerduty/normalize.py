"""Bodies as comparable values: what PagerDuty adds, moves and re-spells is gone.

Source: REST API reference and the issues of terraform-provider-pagerduty named beside each rule (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monctl.resource import Json, Mark
from monctl_targets.pagerduty.render_v3 import events, rule_of
from monctl_targets.pagerduty.stand_in import unrecorded
from monctl_targets.pagerduty.zone import moment, utc_text, vendor_zone

Body = Mapping[str, Any]


def normalize(kind: str, body: Json) -> Json:
    """The comparable value of a desired or live body of one of the five kinds."""
    return _KINDS[kind](body)


def _team(body: Body) -> Json:
    value = {"name": body["name"], "description": _text(body), "default_role": body.get("default_role") or "manager"}
    if body.get("members") is not None:
        members = [{"user": _id(member["user"]), "role": member["role"]} for member in body["members"]]
        value["members"] = sorted(members, key=lambda member: str(member["user"]))
    return value


def _schedule(body: Body) -> Json:
    if body.get("type") == "schedule_v3":
        return _schedule_v3(body)
    # Layers cannot be deleted, only ended, and keep coming back (#257, #308); their order is reversed on read (#610).
    layers = [_layer(layer) for layer in body["schedule_layers"] if not layer.get("end")]
    if len(layers) == 1:
        del layers[0]["name"]  # a name tells layers apart; of one alone it says nothing, and PagerDuty's editor calls it "Layer 1"
    value = {**_common(body), "teams": _ids(body.get("teams")), "layers": sorted(layers, key=lambda layer: str(layer.get("name")))}
    stand_ins = {f"{_instant(one['start'])} to {_instant(one['end'])}": _id(one["user"]) for one in body.get("overrides") or []}
    return value | {"overrides": dict(sorted(stand_ins.items()))} if stand_ins else value


def _common(body: Body) -> dict[str, Json]:
    return {
        "name": body["name"],
        "description": _text(body),
        "time_zone": vendor_zone(body["time_zone"]) or body["time_zone"],
    }


def _schedule_v3(body: Body) -> Json:
    # Which rotation holds an event says nothing; an event with an end has been ended, or is being succeeded. The team is set when it is
    # made and has no place in an update (REST reference of /v3/schedules), hence a name of its own that `immutable` knows.
    held = [event_value(event) for event in events(body) if not event.get("effective_until")]
    return {"api": "v3", **_common(body), "owners": _ids(body.get("teams")), "events": sorted(held, key=str)}


def event_value(event: Body) -> dict[str, Json]:
    """An event of a v3 schedule as a comparable value.

    `effective_since` moves to the time of the creation, and Etc/UTC comes back as UTC (terraform-provider-pagerduty #1148).
    """
    strategy = event["assignment_strategy"]
    zone = event["start_time"]["time_zone"]
    rule = rule_of(event)
    return {
        "starts": _instant(event["start_time"]["date_time"]),
        "ends": _instant(event["end_time"]["date_time"]),
        "time_zone": vendor_zone(zone) or zone,
        "recurrence": {name: value for name, value in sorted(rule.items()) if (name, value) != ("INTERVAL", "1")},
        "strategy": str(strategy["type"]).removesuffix("_member_assignment_strategy"),
        "shifts_per_member": strategy.get("shifts_per_member"),
        "members": [member.get("user_id") for member in strategy["members"]],
    }


def _layer(layer: Body) -> Json:
    # `start` moves to the time of each update (#35, #200, #343); the virtual start says who is on call and is compared as an instant (#728).
    restrictions = [
        {
            name: restriction[name]
            for name in ("type", "start_day_of_week", "start_time_of_day", "duration_seconds")
            if restriction.get(name)
        }
        for restriction in layer.get("restrictions") or []
    ]
    return {
        "name": layer.get("name"),
        "rotation_virtual_start": _instant(layer["rotation_virtual_start"]),
        "rotation_turn_length_seconds": layer["rotation_turn_length_seconds"],
        "users": [_id(seat["user"]) for seat in layer["users"]],
        "restrictions": sorted(restrictions, key=lambda item: (item.get("start_day_of_week", 0), item["start_time_of_day"])),
    }


def _escalation_policy(body: Body) -> Json:
    return {
        "name": body["name"],
        "description": _text(body),
        "num_loops": body.get("num_loops") or 0,
        "on_call_handoff_notifications": body.get("on_call_handoff_notifications") or "if_has_services",
        "teams": _ids(body.get("teams")),
        "escalation_rules": [_rule(rule) for rule in body["escalation_rules"]],
    }


def _rule(rule: Body) -> Json:
    # The order of targets is not kept (#937); an upgraded schedule answers as schedule_v3_reference (#1107).
    targets = [{"type": _type(target["type"]), "id": target["id"]} for target in rule["targets"]]
    return {
        "escalation_delay_in_minutes": rule["escalation_delay_in_minutes"],
        "targets": sorted(targets, key=lambda target: (target["type"], str(target["id"]))),
    }


def _service(body: Body) -> Json:
    rule = body.get("incident_urgency_rule") or {"type": "constant", "urgency": "high"}
    value = {
        "name": body["name"],
        "description": _text(body),
        "escalation_policy": _id(body["escalation_policy"]),
        "auto_resolve_timeout": body.get("auto_resolve_timeout") or None,
        "acknowledgement_timeout": body.get("acknowledgement_timeout") or None,
        # warning, critical and maintenance are states of the day (#1100); disabled means that nobody is called.
        "status": "disabled" if body.get("status") == "disabled" else "active",
    }
    if rule["type"] == "constant":
        return value | {"urgency": rule["urgency"]}
    hours = body.get("support_hours") or {}
    return value | {
        "urgency_during_support_hours": rule["during_support_hours"]["urgency"],
        "urgency_outside_support_hours": rule["outside_support_hours"]["urgency"],
        "support_hours": {
            "time_zone": vendor_zone(hours.get("time_zone", "")) or hours.get("time_zone"),
            "start_time": hours.get("start_time"),
            "end_time": hours.get("end_time"),
            "days_of_week": sorted(hours.get("days_of_week") or []),
        },
        "scheduled_actions": [
            {"at": action["at"]["name"], "to_urgency": action["to_urgency"]} for action in body.get("scheduled_actions") or []
        ],
    }


def _integration(body: Body) -> Json:
    # `type` may turn into the vendor's own and `vendor` appear unasked; `integration_key` is a secret, and made by the server.
    return {"name": Mark.strip(body.get("name") or body.get("summary") or ""), "service": _id(body["service"])}


def _text(body: Body) -> str:
    return unrecorded(Mark.strip(body.get("description") or ""))


def _instant(text: str) -> str:
    return utc_text(moment(text))


def _id(reference: Body) -> Json:
    return reference["id"]


def _ids(references: list[Body] | None) -> list[Json]:
    return sorted((_id(reference) for reference in references or []), key=str)


def _type(name: str) -> str:
    short = name.removesuffix("_reference")
    return "schedule" if short == "schedule_v3" else short


_KINDS: Mapping[str, Callable[[Body], Json]] = {
    "team": _team,
    "schedule": _schedule,
    "escalation_policy": _escalation_policy,
    "service": _service,
    "integration": _integration,
}
