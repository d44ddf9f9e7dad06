"""[I/O] Saved plans: a plan and the bodies it would send, in one JSON file with a seal. Secrets are in it by reference only."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monctl import atomic
from monctl.errors import PlanRefused, UsageError
from monctl.plan import FORMAT_VERSION, Action, Plan, fingerprint
from monctl.render.plan_json import document
from monctl.resource import Json, Lookup, Ref, Resource, SecretRef
from monctl.source import Origin

KIND = "monctl plan"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What `apply PLAN` needs."""

    plan: Plan
    resources: tuple[Resource, ...]
    """Of every change that is not a deletion."""

    def of(self, target: str) -> tuple[Resource, ...]:
        """The resources of one target."""
        return tuple(resource for resource in self.resources if resource.target == target)


def write_plan(path: Path, plan: Plan, resources: Iterable[Resource]) -> None:
    """Writes one plan; see `write_plans`."""
    write_plans(path, [(plan, resources)])


def write_plans(path: Path, plans: Iterable[tuple[Plan, Iterable[Resource]]]) -> None:
    """Writes the plans of one estate or of several, whole or not at all. Of the resources only those that a change needs are kept.

    Raises UsageError when the file cannot be written.
    """
    content = {"kind": KIND, "format_version": FORMAT_VERSION, "plans": [_content(plan, resources) for plan, resources in plans]}
    text = json.dumps({**content, "seal": _seal(content)}, ensure_ascii=False, indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, text.encode())
    except OSError as error:
        raise UsageError(
            f"cannot write the plan to {path}: {(error.strerror or str(error)).lower()}", hint="name a file in a folder that exists"
        ) from error


def _content(plan: Plan, resources: Iterable[Resource]) -> dict[str, Json]:
    needed = {change.id for change in plan.changes if change.action is not Action.DELETE}
    kept = {resource.id: _resource(resource) for resource in resources if resource.id in needed}
    return {"plan": document(plan), "resources": dict(sorted(kept.items()))}


def read_plan(path: Path) -> SavedPlan:
    """The one plan of a file; raises as `read_plans` does, and UsageError when it holds several."""
    plans = read_plans(path)
    if len(plans) != 1:
        raise UsageError(f"{path} holds {len(plans)} plans, not one", hint="apply it to the folder of estates it was made for")
    return plans[0]


def read_plans(path: Path) -> tuple[SavedPlan, ...]:
    """Saved plans. Raises UsageError when the file holds none or is of another version, PlanRefused when it was changed after it was written."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"cannot read the plan {path}: {why}", hint="write one with `monctl diff --out PLAN`") from error
    except ValueError as error:
        raise UsageError(f"{path} is not a saved plan: it is not JSON", hint="write one with `monctl diff --out PLAN`") from error
    if not isinstance(data, dict) or data.get("kind") != KIND:
        hint = "`diff -o json` is for reading; `diff --out PLAN` writes what `apply` takes"
        raise UsageError(f"{path} is not a saved plan", hint=hint)
    if data.get("format_version") != FORMAT_VERSION:
        message = f"{path} is a plan of format {data.get('format_version')!r}; this monctl reads format {FORMAT_VERSION}"
        raise UsageError(message, hint="make a new plan with this version")
    seal = data.pop("seal", None)
    if seal != _seal(data):
        raise PlanRefused(f"{path} was changed after it was written", hint="make a new plan, and apply that")
    try:
        saved = tuple(
            SavedPlan(_plan(one["plan"]), tuple(_read_resource(each) for each in one["resources"].values())) for one in data["plans"]
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path} is not a saved plan: its contents do not fit", hint="make a new plan") from error
    if any(one.plan.fingerprint != fingerprint(one.plan) for one in saved):
        raise PlanRefused(f"{path}: its fingerprint does not fit its changes", hint="make a new plan, and apply that")
    return saved


def _plan(value: Json) -> Plan:
    from pydantic import TypeAdapter

    return TypeAdapter(Plan).validate_python(value)


def _seal(content: Mapping[str, Json]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _resource(resource: Resource) -> dict[str, Json]:
    return {
        "target": resource.target,
        "kind": resource.kind,
        "key": resource.key,
        "name": resource.name,
        "address": resource.address,
        "file": resource.origin.file,
        "protect": resource.protect,
        "parts": list(resource.parts),
        "body": _encoded(resource.body),
    }


def _read_resource(one: Mapping[str, Json]) -> Resource:
    return Resource(
        one["target"],
        one["kind"],
        one["key"],
        one["name"],
        _decoded(one["body"]),
        one["address"],
        Origin(one["file"]),
        one["protect"],
        tuple(one["parts"]),
    )


_WORDS = frozenset({"$ref", "$lookup", "$secret", "$literal"})


def _encoded(value: Json) -> Json:
    """References as maps of one entry; a map of the body that looks like one is wrapped in `$literal`."""
    match value:
        case Ref(kind, key, field):
            return {"$ref": [kind, key, field]}
        case Lookup(kind, query, field):
            return {"$lookup": [kind, [list(pair) for pair in query], field]}
        case SecretRef(reference):
            return {"$secret": reference}
        case Mapping():
            plain = {key: _encoded(item) for key, item in value.items()}
            return {"$literal": plain} if len(plain) == 1 and next(iter(plain)) in _WORDS else plain
        case list() | tuple():
            return [_encoded(item) for item in value]
        case _:
            return value


def _decoded(value: Json) -> Json:
    match value:
        case {"$ref": [kind, key, field]} if len(value) == 1:
            return Ref(kind, key, field)
        case {"$lookup": [kind, pairs, field]} if len(value) == 1:
            return Lookup(kind, tuple((name, text) for name, text in pairs), field)
        case {"$secret": reference} if len(value) == 1:
            return SecretRef(reference)
        case {"$literal": plain} if len(value) == 1:
            return {key: _decoded(item) for key, item in plain.items()}
        case dict():
            return {key: _decoded(item) for key, item in value.items()}
        case list():
            return [_decoded(item) for item in value]
        case _:
            return value


def default_journal(state: Path, plan: Plan) -> Path:
    """Where the journal of an apply lies below a state folder: one file an estate and environment."""
    return journal_of(state, plan.estate, plan.environment)


def journal_of(state: Path, estate: str, environment: str) -> Path:
    """The same for an estate in an environment."""
    return state / f"{estate}{f'.{environment}' if environment else ''}.journal.jsonl".replace(os.sep, "-")
