"""JSON Schema of the options of targets, from what each says of them, worked into the schema of `monctl.yaml`. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

from monctl.model_schema import Json, models, spec_definitions
from monctl.option_types import AS_SECONDS
from monctl.quantity import Duration
from monctl.target import Target

_BLOCK = "Targets"


def with_options(estate: Json, targets: Mapping[str, Target]) -> Json:
    """The schema of `monctl.yaml` with what each target may be told, in the estate and in an environment.

    Other targets stay free maps, and so does one whose options have no schema.
    """
    definitions, known = dict(estate["$defs"]), dict[str, Json]()
    for name, target in targets.items():
        model: type[BaseModel] | None = getattr(target, "options", lambda: None)()
        if model is not None and (found := _definitions(model, name)):
            definitions |= found
            known[name] = {"anyOf": [{"$ref": f"#/$defs/{name}.{model.__name__}"}, {"type": "null"}, {"$ref": "#/$defs/Reference"}]}
    free = estate["properties"]["targets"]["anyOf"][0]
    definitions[_BLOCK] = {"description": "Targets, each with its options.", "properties": known, **free}
    environment = definitions["Environment"]
    definitions["Environment"] = {**environment, "properties": _pointed(environment["properties"])}
    return {**estate, "properties": _pointed(estate["properties"]), "$defs": dict(sorted(definitions.items()))}


def _pointed(properties: Json) -> Json:
    """The fields of an estate or environment, with `targets` as the one definition both share."""
    targets = properties["targets"]
    return {**properties, "targets": {**targets, "anyOf": [{"$ref": f"#/$defs/{_BLOCK}"}, *targets["anyOf"][1:]]}}


def _definitions(model: type[BaseModel], target: str) -> dict[str, Json]:
    """The definitions of a target's options, by its name and theirs: two targets may call theirs alike. Empty for what no schema can say."""
    try:
        found = spec_definitions(model, f"{target}.")
    except (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError):
        return {}
    found[f"{target}.{model.__name__}"].pop("required", None)  # what is missing in one block may be in the other: they are merged
    for one in models(model):
        _show_defaults(found.get(f"{target}.{one.__name__}", {}), one)
    return found


def _show_defaults(definition: Json, model: type[BaseModel]) -> None:
    """Defaults as one writes them: an editor puts them there."""
    for name, field in model.model_fields.items():
        shown = definition.get("properties", {}).get(field.alias or name, {})
        default = shown.get("default")
        if isinstance(default, dict):
            del shown["default"]  # what is in it has defaults of its own
        elif isinstance(default, float) and AS_SECONDS in field.metadata:
            shown["default"] = str(Duration.of(default))
