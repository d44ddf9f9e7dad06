from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.secret import BadSecret, Secret, SecretField, reader, reference_fault, resolve

NAMED = "write ${env:NAME}; a name is letters, digits and _, and does not begin with a digit"
CLEAR = "hunter2-very-secret"


class Model(BaseModel):
    token: SecretField


@pytest.mark.parametrize(("text", "reference"), [("${env:TOKEN}", "env:TOKEN"), (" ${file:/run/secrets/x} ", "file:/run/secrets/x")])
def test_secrets_are_references(text: str, reference: str) -> None:
    secret = Secret.parse(text)

    assert secret.reference == reference
    assert secret.written == text.strip()


def test_a_secret_prints_as_stars() -> None:
    model = Model(token="${env:TOKEN}")  # type: ignore[arg-type]  # what a YAML file gives

    assert f"{model.token} {model.token!r}" == "*** ***"
    assert "TOKEN" not in repr(model)
    assert model.model_dump(mode="json") == {"token": "${env:TOKEN}"}


@pytest.mark.parametrize("value", [CLEAR, f"${{{CLEAR}", f"${{env:{CLEAR}!}}", f"Bearer {CLEAR}", [CLEAR], {CLEAR: CLEAR}])
def test_clear_text_is_refused_and_never_repeated(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Model(token=value)  # type: ignore[arg-type]  # what a YAML file gives

    fault = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(fault, BadSecret)
    assert CLEAR not in f"{fault} {fault.help}"


@given(st.text(min_size=8, max_size=40).filter(lambda text: "${" not in text))
def test_no_refusal_holds_what_was_written(text: str) -> None:
    with pytest.raises(BadSecret) as caught:
        Secret.parse(text)

    assert text not in f"{caught.value} {caught.value.help}"


@pytest.mark.parametrize(
    ("text", "message", "way_out"),
    [
        (
            "x",
            "a secret is never written in clear",
            "put it into an environment variable and write ${env:NAME}, or into a file and write ${file:PATH}",
        ),
        ("$TOKEN", "the reference to the secret does not say where it is", "write ${env:NAME} for an environment variable"),
        ("${TOKEN}", "the reference to the secret does not say where it is", "write ${env:NAME} for an environment variable"),
        ("${env:}", "the reference to the secret does not name an environment variable", NAMED),
        ("${env:x y}", "the reference to the secret does not name an environment variable", NAMED),
        ("${env:1X}", "the reference to the secret does not name an environment variable", NAMED),
        ("${env:X-Y}", "the reference to the secret does not name an environment variable", NAMED),
        ("${env: X}", "the reference to the secret has a space in it", "write ${env:X}"),
        ("${ env:X }", "the reference to the secret has a space in it", "write ${env:X}"),
        ("${file:}", "the reference to the secret names no file", "write ${file:PATH}"),
        ("${file: }", "the reference to the secret names no file", "write ${file:PATH}"),
    ],
)
def test_a_slip_in_the_reference_says_how_to_write_it(text: str, message: str, way_out: str) -> None:
    with pytest.raises(BadSecret) as caught:
        Secret.parse(text)

    assert (caught.value.message, caught.value.help) == (message, way_out)


@pytest.mark.parametrize(("text", "marked"), [("${env:x y}", "x y"), ("${env:1X}", "1X"), ("${env:}", "${env:}"), ("${file: }", " ")])
def test_a_name_that_is_none_is_told_at_the_name(text: str, marked: str) -> None:
    fault = reference_fault(text)

    assert fault is not None
    assert text[fault.start : fault.end] == marked


@pytest.mark.parametrize("text", ["${env:TOKEN_2}", "${env:_}", "${file:/run/my secrets/x}", "${var.x}", "TOKEN"])
def test_a_reference_that_is_in_order_or_none_has_no_fault(text: str) -> None:
    assert reference_fault(text) is None


def test_the_schema_takes_references_only() -> None:
    import re

    schema = Model.model_json_schema()["properties"]["token"]

    assert all(re.search(schema["pattern"], example) for example in schema["examples"])
    assert not re.search(schema["pattern"], CLEAR)


def test_variables_and_files_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"s3cret\r\n")

    assert resolve("env:TOKEN", {"TOKEN": "abc"}, tmp_path) == "abc"
    assert resolve("file:token", {}, tmp_path) == "s3cret"
    assert resolve(f"file:{tmp_path}/token", {}, Path("/nowhere")) == "s3cret"
    assert reader({"TOKEN": "abc"}, tmp_path)(SecretRef("env:TOKEN")) == "abc"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("env:TOKEN", "the secret env:TOKEN is not set"),
        ("env:EMPTY", "the secret env:EMPTY is empty"),
        ("file:none", "the secret file:none cannot be read: No such file or directory"),
        ("file:.", "the secret file:. cannot be read: Is a directory"),
        ("file:a\0b", "the secret file:a\0b cannot be read: it is not a path"),
        ("file:empty", "the secret file:empty is empty"),
        ("file:binary", "the secret file:binary cannot be read: it is not UTF-8 text"),
        ("file:long", "the secret file:long is longer than 64 KiB"),
        ("vault:x", "a secret of the form 'vault:' is not known"),
    ],
)
def test_a_secret_that_cannot_be_read_names_its_place_only(reference: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "long").write_bytes(b"x" * 70_000)

    with pytest.raises(UsageError) as caught:
        resolve(reference, {"EMPTY": ""}, tmp_path)

    assert str(caught.value) == message
    assert caught.value.hint
