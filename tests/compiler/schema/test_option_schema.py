"""The options of targets in the schema of monctl.yaml: it takes what `monctl validate` takes, and any reference in its place."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, WithJsonSchema

from monctl.document import load_text
from monctl.field_docs import field_docs
from monctl.model_schema import models, spec_schema
from monctl.option_schema import with_options
from monctl.program import Program
from monctl.project import check
from monctl.schema import main, schemas, stale
from monctl.spec.base import Short
from monctl.spec.estate import Estate
from monctl.target import DISTRIBUTION, Target, discover
from monctl.target_options import Options

ROOT = Path(__file__).resolve().parents[3]
OWN: Mapping[str, Any] = discover(of=DISTRIBUTION)
SCHEMA = schemas(OWN)["estate"]
VALIDATOR = Draft202012Validator(SCHEMA)
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("targets/monctl_targets/*/README.md"))]


def _faults(value: Any, schema: Draft202012Validator = VALIDATOR) -> list[str]:
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in schema.iter_errors(value)]


def _targets(block: Any, schema: Draft202012Validator = VALIDATOR) -> list[str]:
    """The faults of targets, which are the same for the estate as for an environment."""
    estate = _faults({"estate": "shop", "targets": block}, schema)
    own = _faults({"estate": "shop", "environments": {"live": {"targets": block}}}, schema)
    assert bool(estate) == bool(own)

    return estate


def test_every_option_of_every_target_is_described() -> None:
    described = {}
    for name, target in OWN.items():
        for model in models(target.options()):
            definition = SCHEMA["$defs"][f"{name}.{model.__name__}"]
            described[model] = {option: shown["description"] for option, shown in definition["properties"].items()}

            assert definition["additionalProperties"] is False
            assert set(described[model].values()) == set(field_docs(model).values())
            assert set(described[model]) == {field.alias or option for option, field in model.model_fields.items()}

    assert len(described) == len(OWN) + 2  # the runner's page and mail server
    assert set(SCHEMA["$defs"]["Targets"]["properties"]) == set(OWN)


def test_a_default_is_shown_as_one_writes_it() -> None:
    runner = SCHEMA["$defs"]["runner.Options"]["properties"]

    assert [runner[option].get("default") for option in ("results", "history", "network", "page")] == ["30d", "400d", "any", None]


def test_every_definition_is_used() -> None:
    assert [name for name in SCHEMA["$defs"] if f"'#/$defs/{name}'" not in str(SCHEMA)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_the_pages_show_of_targets_is_valid(page: Path) -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)]
    shown = [block["targets"] for block in blocks if isinstance(block, dict) and "targets" in block]

    assert [fault for targets in shown for fault in _targets(targets)] == []
    assert shown or page.parent.parent.name != "monctl_targets"


@pytest.mark.parametrize(
    "block",
    [
        "{runner: , grafana: {}, sentry: '${var.sentry}'}",
        "${var.targets}",
        "{acme: {anything: [at, {all: 1}]}, other: }",
        "{grafana: {version: 12.1, editable: , folders: {A: a, B: '${var.uid}'}, url: '${var.grafana}'}}",
        "{grafana: {editable: '${var.editable}', contact_points: '${var.points}', mute_timings: {hours-office: Nights}}}",
        "{uptimerobot: {plan: '${var.plan}', monitor_limit: '${var.limit}', regions: [eu, '${var.region}'], url: ' HTTPS://robot.example'}}",
        "{uptimerobot: {regions: '${var.regions}'}}",
        "{pagerduty: {from: ana@shop.example, members: false, schedules: v3, region: '${var.region}'}}",
        "{runner: {page: '${var.page}', smtp: {host: '${env:SMTP_HOST}', password: '${env:SMTP_PASSWORD}', port: '${var.port}', tls: none}}}",
        "{runner: {page: {users: {ana: '${file:/run/secrets/ana}', ben: '${var.ben}'}, public: '${var.public}', services: ['${var.service}']}}}",
        "{runner: {store: '${env:STORE}', results: 90d, history: 3600, at_once: '20', apprise: yes, guard: '${var.guard}'}}",
        "{runner: {endpoints: {slack: 'https://slack.example', twilio: '${var.twilio}'}, time_zone: '${var.zone}', network: '${var.network}'}}",
    ],
)
def test_references_shorthands_and_unknown_targets_are_accepted(block: str) -> None:
    value = load_text("monctl.yaml", f"targets: {block}").value["targets"]

    assert _targets(value) == []


@pytest.mark.parametrize(
    "block",
    [
        "{grafana: {editabel: true}}",
        "{grafana: {editable: 'false'}}",
        "{grafana: {editable: 1}}",
        "{grafana: {folders: [A]}}",
        "{grafana: {contact_points: {ops: ''}}}",
        "{grafana: {version: true}}",
        "{grafana: [editable]}",
        "{grafana: https://grafana.example}",
        "{uptimerobot: {plan: gold}}",
        "{uptimerobot: {regions: [moon]}}",
        "{uptimerobot: {regions: eu}}",
        "{uptimerobot: {monitor_limit: 0}}",
        "{uptimerobot: {monitor_limit: '5'}}",
        "{pagerduty: {sender: ana@shop.example}}",
        "{pagerduty: {schedules: v4}}",
        "{sentry: {organization: 5}}",
        "{sentry: {url: sentry.example}}",
        "{sentry: {slack_channels: {'#ops': 5}}}",
        "{runner: {pages: {}}}",
        "{runner: {page: }}",
        "{runner: {page: {ports: 1}}}",
        "{runner: {page: {listen: 9180}}}",
        "{runner: {page: {listen: 127.0.0.1}}}",
        "{runner: {page: {users: {ana: hunter2}}}}",
        "{runner: {page: {public: perhaps}}}",
        "{runner: {smtp: {tls: none}}}",
        "{runner: {smtp: {host: mail, password: hunter2}}}",
        "{runner: {smtp: {host: mail, tls: tls}}}",
        "{runner: {smtp: {host: mail, port: 70000}}}",
        "{runner: {results: 30 days}}",
        "{runner: {results: '3600'}}",
        "{runner: {results: 0}}",
        "{runner: {network: lan}}",
        "{runner: {at_once: many}}",
        "{runner: {at_once: true}}",
        "{runner: {results: true}}",
        "{runner: {page: {services: [[]]}}}",
        "{runner: {endpoints: {slak: 'https://slack.example'}}}",
        "{runner: {store: {reference: env:STORE}}}",
    ],
)
def test_what_validate_refuses_the_schema_refuses(block: str, tmp_path: Path) -> None:
    text = f"estate: shop\ntargets: {block}\n"
    (tmp_path / "monctl.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "specs.yaml").write_text("channels: {ops: {email: {to: [ops@shop.example]}}}\n", encoding="utf-8")

    assert check(tmp_path).findings != ()
    assert _targets(load_text("monctl.yaml", text).value["targets"]) != []


def test_an_option_that_is_needed_may_be_in_the_other_block() -> None:
    class Needy(Options):
        """The options of Needy."""

        account: str
        """Slug of the account."""

    found = _with(Needy)

    assert _targets({"needy": {}}, found) == []
    assert _targets({"needy": {"account": "shop"}}, found) == []
    assert _targets({"needy": {"account": 5}}, found) != []


# What the schema and validate are asked about each option: of every type, in and out of every bound, near every form.
SCALARS: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 5, 5.0, 0.5, 1.0, 12.1, 587, 70_000, "", "0", "1", "5", " 5 ", "+5", "1_0", "5.0", "5.", "-5", "1e3", "0x5", "yes", "Off",
    "TRUE", "n", "perhaps", "30d", "1.5h", "2w3d4h", "500ms", "3600", "0s", " 30d", "12.1", "11", "latest", "us", "eu", "v3", "free", "any", "private",
    "starttls", "https://a.example", " HTTPS://a.example", "http://[::1]:1/x y", "ftp://a.example", "a.example", "a:1", "[::1]:9180", ":1", "a:70000", "a b:1",
    "Europe/Berlin", "ops", "web", "X-Forwarded-User", "X User", "${env:X}", " ${env:X} ", "${file:/run/x y}", "${env:}", "$${x}",
)  # fmt: skip
LISTS: tuple[Any, ...] = ([], ["eu"], ["eu", "na"], ["moon"], ["web"], ["a:1"], [1], [None], [[]])
MAPS: tuple[Any, ...] = (
    *({}, {"ops": "Operations"}, {"ops": ""}, {"A": 1}, {"hours-office": "Nights"}, {"holidays-office": ""}, {"#ops": "C1"}),
    *({"slack": "https://a.example"}, {"slack": "a"}, {"ana": "${env:X}"}, {"ana": "hunter2"}, {"reference": "env:X"}, {"host": "mail"}),
)


def _values(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """Blocks with one option of a model, and with what has to be there."""
    needed = {name: "mail" for name, field in model.model_fields.items() if field.is_required()}
    for name, field in model.model_fields.items():
        option = field.alias or name
        yield from ({**needed, option: value} for value in (*SCALARS, *LISTS, *MAPS))
        for inner in models(SimpleNamespace(__args__=(field.annotation,))):  # type: ignore[arg-type]  # whatever has parts is looked into
            yield from ({option: value} for value in _values(inner))


def _accepted(name: str) -> Iterator[dict[str, Any]]:
    """Blocks of a target that validate accepts."""
    there: Any = {
        "channels": dict.fromkeys(["ops"]), "services": dict.fromkeys(["web"]), "calendars": dict.fromkeys(["office"]), "maintenance": {},
    }  # fmt: skip
    for block in _values(OWN[name].options()):
        if not list(OWN[name].option_faults(Program("shop", "Shop", "", "", {name: block}, **there))):
            yield block


def _referring(value: Any) -> Iterator[Any]:
    """The value with a reference in each of its places, one at a time."""
    yield "${var.x}"
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        for other in _referring(item):
            changed = dict(value) if isinstance(value, dict) else list(value)
            changed[key] = other
            yield changed


@pytest.mark.parametrize("name", sorted(OWN))
def test_what_validate_accepts_the_schema_accepts_and_a_reference_in_every_place(name: str) -> None:
    schema = Draft202012Validator({"$ref": f"#/$defs/{name}.{OWN[name].options().__name__}", "$defs": SCHEMA["$defs"]})
    accepted = list(_accepted(name))

    assert [block for block in accepted if not schema.is_valid(block)] == []
    assert [block for plain in accepted for block in _referring(plain) if block != "${var.x}" and not schema.is_valid(block)] == []
    assert {option for block in accepted for option in block} == {
        field.alias or option for option, field in OWN[name].options().model_fields.items()
    }


class _Thing:
    """Nothing that YAML has."""


class _Unsayable(BaseModel):
    """Options with something that no schema can say."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    thing: _Thing | None = None
    """Made by a validator, perhaps."""


class _Account(Short):
    """An account."""

    shorthand = "name"
    name: str
    """Slug."""
    sub: _Account | None = None
    """Another one in it."""


class _Loose(BaseModel):
    """Options that may be more than these."""

    account: _Account | None = None
    """Where to."""
    share: float = 1
    """A part of it."""
    limit: Annotated[Any, WithJsonSchema({"type": ["integer", "null"]})] = None
    """The most of it."""


class _Circle(Options):
    """Options in each other."""

    inner: _Circle | None = None
    """The same again."""


def _with(model: type[BaseModel] | None, name: str = "needy") -> Draft202012Validator:
    target: Any = SimpleNamespace(options=lambda: model) if model is not None else SimpleNamespace()
    known: dict[str, Target] = {name: target}
    schema = with_options(spec_schema(Estate), known)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("model", [None, _Unsayable])
def test_a_target_that_cannot_be_described_stays_a_free_map(model: type[BaseModel] | None) -> None:
    assert _targets({"needy": {"anything": [1]}}, _with(model)) == []
    assert _targets({"needy": [1]}, _with(model)) != []


def test_models_of_other_packages_are_read_as_they_are() -> None:
    loose, circle = _with(_Loose), _with(_Circle)

    assert _targets({"needy": {"more": 1, "account": "shop", "share": "0.5"}}, loose) == []
    assert _targets({"needy": {"account": {"name": "shop", "sub": "web"}, "share": "${var.share}"}}, loose) == []
    assert _targets({"needy": {"limit": None}}, loose) == []
    assert _targets({"needy": {"limit": "most"}}, loose) != []
    assert _targets({"needy": {"share": "half"}}, loose) != []
    assert _targets({"needy": {"account": {"nam": "shop"}}}, loose) != []
    assert _targets({"needy": {"inner": {"inner": {"url": "https://a.example"}}}}, circle) == []
    assert _targets({"needy": {"inner": {"inner": {"url": "a"}}}}, circle) != []


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package that brings a target and a schema."""
    (tmp_path / "acme_target.py").write_text(
        "from monctl.target_options import Options\n\n\n"
        "class AcmeOptions(Options):\n    size: int | None = None\n    'How large.'\n\n\n"
        "class Acme:\n    name = 'acme'\n\n    def options(self):\n        return AcmeOptions\n\n"
        "    def schemas(self, base):\n        return {'acme': {'title': 'Acme'}}\n\n\ntarget = Acme()\n",
        encoding="utf-8",
    )
    folder = tmp_path / "acme-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text("[monctl.targets]\nacme = acme_target:target\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["monctl.schema", "--check"])
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("acme")
def test_the_schema_of_a_user_describes_every_installed_target() -> None:
    found = Draft202012Validator(schemas()["estate"])

    assert list(discover()) == sorted([*OWN, "acme"])
    assert _targets({"acme": {"size": 5}}, found) == []
    assert _targets({"acme": {"size": "large"}}, found) != []


@pytest.mark.usefixtures("acme")
def test_the_committed_schemas_describe_the_targets_of_monctl_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(stale(ROOT / "schemas")) == {"acme.schema.json", "estate.schema.json"}
    assert discover(of=DISTRIBUTION) == OWN
    assert (main(), capsys.readouterr().err) == (0, "")


def test_the_distribution_is_the_one_of_the_project() -> None:
    assert f'name = "{DISTRIBUTION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert sorted(OWN) == sorted(path.parent.name for path in (ROOT / "targets" / "monctl_targets").glob("*/__init__.py"))
