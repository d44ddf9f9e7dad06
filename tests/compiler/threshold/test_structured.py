from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from monctl.quantity import Duration, Percent
from monctl.threshold import Condition, ConditionField, ThresholdError, from_structured, parse, read


@pytest.mark.parametrize(
    ("structured", "sentence"),
    [
        ({"op": ">", "limit": 10}, "> 10"),
        ({"value": "response_time", "op": ">", "limit": "200ms", "in": "10m", "for": "5m"}, "response_time > 200ms in 10m for 5m"),
        ({"op": ">=", "limit": Percent(80.0), "for_": Duration(60_000), "in_": None}, ">= 80% for 1m"),
        ({"between": [1, 2.5]}, "between 1 and 2.5"),
        ({"value": "lag", "outside": ("1s", "2s"), "for": "5m"}, "lag outside 1s and 2s for 5m"),
        ({"trend": "increasing", "for": "15m"}, "increasing for 15m"),
        ({"state": "down", "for": "2m"}, "down for 2m"),
        ({"state": "no_data"}, "no data"),
        ([{"op": ">", "limit": 10}, {"trend": "increasing", "for": "15m"}], "> 10 or increasing for 15m"),
    ],
)
def test_the_structured_form_says_the_same_as_the_sentence(structured: Any, sentence: str) -> None:
    assert from_structured(structured) == parse(sentence)


@pytest.mark.parametrize(
    ("structured", "message", "path"),
    [
        ([], "the threshold is empty", ()),
        ({}, "the condition says nothing", ()),
        ([{"op": ">", "limit": 1}, "down"], "a condition in a list is a map, not str", (1,)),
        ({"op": ">"}, "the comparison has no `limit`", ()),
        ({"limit": 5}, "the comparison has no `op`", ()),
        ({"op": "=>", "limit": 5}, "'=>' is not a comparison", ("op",)),
        ({"op": ">", "limit": 5, "fro": "5m"}, "`fro` does not belong to a condition with `limit`", ("fro",)),
        ({"op": ">", "limit": True}, "a number with its unit is expected, not bool", ("limit",)),
        ({"op": ">", "limit": float("nan")}, "'nan' is not a number that can be measured", ("limit",)),
        ({"op": ">", "limit": 10**5_000}, "'1e400' is larger than any measurement", ("limit",)),
        ({"op": ">", "limit": "5 or"}, "'or' is a word of the language, not a unit", ("limit",)),
        ({"op": ">", "limit": 5, "for": 5}, "'5' has no unit", ("for",)),
        ({"op": ">", "limit": 5, "in": "0s"}, "a window cannot be empty", ("in",)),
        ({"op": ">", "limit": 5, "value": "a b"}, "'a b' is not the name of a value", ("value",)),
        ({"between": 5}, "`between` takes two bounds", ("between",)),
        ({"between": [5, 1]}, "the lower bound '5' is not below '1'", ("between",)),
        ({"between": [5, "x"]}, "'x' is not a number", ("between", 1)),
        ({"between": [1, 2], "state": "down"}, "the condition says both `between` and `state`", ()),
        ({"trend": "increasing"}, "'increasing' needs to know for how long", ("trend",)),
        ({"state": "don"}, "'don' is not a state", ("state",)),
        ({"state": ["down"]}, "'['down']' is not a state", ("state",)),
        ({"state": "any", "for": "5m"}, "'any' is told at once and takes no `for`", ("for",)),
    ],
)
def test_a_slip_in_the_structured_form_is_told_with_its_path(structured: Any, message: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(ThresholdError) as caught:
        from_structured(structured)

    assert (caught.value.message, caught.value.path) == (message, path)


@pytest.mark.parametrize(
    ("value", "message", "way_out"),
    [
        (5, "the number 5 alone is no threshold", "write '> 5' or '== 5'"),
        (True, "a threshold is a sentence, not true or false", "write a condition such as '> 10' or 'down for 2m'"),
        (None, "a threshold is a sentence, not nothing", "write a condition such as '> 10' or 'down for 2m'"),
    ],
)
def test_what_is_no_condition_at_all_is_refused(value: object, message: str, way_out: str) -> None:
    with pytest.raises(ThresholdError) as caught:
        read(value)

    assert (caught.value.message, caught.value.help) == (message, way_out)


class Model(BaseModel):
    alert: ConditionField


def test_a_field_takes_every_form_and_is_written_as_the_sentence() -> None:
    sentence = Model(alert="> 10 or down")  # type: ignore[arg-type]  # what a YAML file gives
    structured = Model.model_validate({"alert": [{"op": ">", "limit": 10}, {"state": "down"}]})

    assert sentence.alert == structured.alert == Model(alert=sentence.alert).alert
    assert isinstance(sentence.alert, Condition)
    assert structured.model_dump(mode="json") == {"alert": "> 10 or down"}


def test_a_field_hands_on_the_fault_with_its_place() -> None:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"alert": "> 10 or increased for 5m"})

    fault = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(fault, ThresholdError)
    assert (fault.start, fault.end) == (8, 17)


def test_the_schema_knows_all_forms() -> None:
    schema = Model.model_json_schema()["properties"]["alert"]

    assert [form["type"] for form in schema["anyOf"]] == ["string", "object", "object", "object", "object", "object", "array"]
    for example in schema["anyOf"][0]["examples"]:
        assert str(parse(example)) == example
