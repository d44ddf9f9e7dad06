"""What `monctl.yaml` may say under `targets.runner`: the options of a runner, carried by its bundle. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from monctl.misread import Misread
from monctl.option_types import Names, Seconds, WebUrl, Zone
from monctl.resource import Json, SecretRef
from monctl.secret import SECRET_SHOWN, BadSecret, Secret


def _secret(value: object) -> SecretRef:
    if isinstance(value, SecretRef):
        return value
    return SecretRef(Secret.parse(str(value)).reference)


def _text_or_secret(value: object) -> object:
    if not isinstance(value, str | SecretRef):
        raise Misread("this is neither a text nor a secret", help="write a text, or ${env:NAME} for an environment variable")
    return _secret(value) if isinstance(value, str) and value.startswith("${") else value


def _no_switch(value: object) -> object:
    if isinstance(value, bool):  # Python takes true for 1
        raise Misread("a number is expected, not true or false", help="write a whole number, or leave it out")
    return value


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or any(letter.isspace() or letter == "/" for letter in host) or not port.isdecimal() or int(port) > 65_535:
        raise Misread(f"'{value}' is not an address to listen on", help="write HOST:PORT, such as 127.0.0.1:9180")
    return value


def _header(value: str) -> str:
    if not value or not all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in value):
        raise Misread(f"'{value}' is not the name of a header", help="write it as X-Forwarded-User")
    return value


SecretOption = Annotated[SecretRef, BeforeValidator(_secret), WithJsonSchema({**SECRET_SHOWN, "examples": ["${env:NAME}"]})]
TextOrSecret = Annotated[str | SecretRef, BeforeValidator(_text_or_secret), WithJsonSchema({"type": "string", "examples": ["${env:NAME}"]})]
NO_SWITCH = BeforeValidator(_no_switch)
Address = Annotated[
    str, AfterValidator(_address), WithJsonSchema({"type": "string", "pattern": r"^[^\s/]+:\d+$", "examples": ["127.0.0.1:9180"]})
]
Header = Annotated[
    str, AfterValidator(_header), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9-]+$", "examples": ["X-Forwarded-User"]})
]


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Smtp(_Options):
    """The server e-mail goes through."""

    host: TextOrSecret
    """Its name or address."""
    port: Annotated[int, Field(ge=1, le=65535), NO_SWITCH] | None = None
    """The usual one of `tls` when left out: 25, 587 or 465."""
    user: TextOrSecret | None = None
    """Who signs in; nobody when left out."""
    password: SecretOption | None = None
    """Always a reference: `${env:SMTP_PASSWORD}`."""
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    """`starttls` begins in clear and changes over, `implicit` is encrypted from the first byte."""
    sender: str = "monctl@localhost"
    """Address that messages come from."""
    ca: str | None = None
    """A PEM file of certificates to trust, on the runner's machine; the system's when left out."""


class Page(_Options):
    """The page, its health and metrics, and where heartbeats call."""

    listen: Address = "127.0.0.1:9180"
    """Only this machine reaches it by default."""
    url: WebUrl | None = None
    """How people reach it; in messages. Without it, messages have no link to the page."""
    users: Mapping[str, SecretOption] = {}
    """Name → argon2 hash of the password (`monctl run --hash-password` makes one)."""
    forwarded_user: Header | None = None
    """A header that a proxy in front of it sets to who has signed in; only when nothing else can reach it."""
    public: bool = False
    """Also a status page that anybody may read: services and whether they are well, nothing else."""
    services: tuple[Annotated[str, Names("services")], ...] = ()
    """Services the public page shows; empty: all."""


class Options(_Options):
    """Everything about one runner that is not in a spec."""

    path: str | None = None
    """Folder of the bundles, for `monctl apply`; `.monctl/runner` when left out."""
    url: str | None = None
    """The same as a `file:` URL or a path; `path` when left out."""
    store: TextOrSecret | None = None
    """A folder, or `postgresql://…`, which several runners can share. `.monctl/store` beside the bundle by default."""
    smtp: Smtp | None = None
    """The server e-mail goes through."""
    page: Page = Page()
    """The page, its health and metrics, and where heartbeats call."""
    heartbeat: TextOrSecret | None = None
    """A URL that is called each minute while the runner is well, so that somebody else notices its death."""
    guard: tuple[str, ...] = ()
    """`host:port` of things that always answer; when none does, the runner's own network is down and nobody else is blamed."""
    network: Literal["public", "private", "any"] = "any"
    """Which addresses checks may reach; link-local and metadata addresses never."""
    fallback: Annotated[str, Names("channels")] | None = None
    """The channel that is told when another one cannot be."""
    templates: str | None = None
    """Folder of your own message templates."""
    time_zone: Zone = "UTC"
    """Where a day of digests begins, and in which the page shows times."""
    apprise: bool = False
    """Allow channels that open any address (apprise)."""
    results: Seconds = 30 * 86_400.0
    """How long measurements are kept."""
    history: Seconds = 400 * 86_400.0
    """How long incidents and transitions are kept."""
    at_once: Annotated[int, Field(ge=1, le=20_000), NO_SWITCH] | None = None
    """Checks in flight; by default as many as file descriptors allow, 1,000 at most."""
    endpoints: Mapping[Literal["slack", "pagerduty-events", "twilio"], WebUrl] = {}
    """Base URLs that are not the vendor's own: `slack`, `pagerduty-events`, `twilio`."""


def read(given: Mapping[str, Json]) -> Options:
    """The options. Raises pydantic's ValidationError; `faults` says the same in sentences."""
    return Options.model_validate(dict(given))


def faults(given: Mapping[str, Json]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """(place below `targets.runner`, what is wrong, the way out) of everything that cannot be read. Values of secrets are never in it."""
    try:
        read(given)
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            yield _said(one["loc"], one["type"], one["msg"], one.get("ctx", {}))


def in_clear(given: Mapping[str, Json]) -> Iterator[str]:
    """Secrets that were written where a reference belongs: to be hidden wherever a line of the file is quoted."""
    try:
        read(given)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            if isinstance(one.get("ctx", {}).get("error"), BadSecret) and isinstance(one["input"], str):
                yield one["input"]


def _said(place: tuple[str | int, ...], kind: str, message: str, context: Mapping[str, object]) -> tuple[tuple[str | int, ...], str, str]:
    written = tuple(part for part in place if part not in {"str", "[key]"} and not str(part).startswith("function-"))
    name = ".".join(map(str, written))
    if kind == "extra_forbidden":
        model = Page if written[:1] == ("page",) else Smtp if written[:1] == ("smtp",) else Options
        return written, f"unknown option '{name}' of the runner", f"the options here are {', '.join(sorted(model.model_fields))}"
    if kind == "missing":
        return written[:-1], f"the option '{name}' is missing", f"add `{written[-1]}:`"
    fault = context.get("error")
    if isinstance(fault, Misread):
        return written, f"the option '{name}': {fault.message}", fault.help or "docs/operating.md lists the options"
    said = message.removeprefix("Value error, ")
    return written, f"the option '{name}': {said[:1].lower()}{said[1:]}", "docs/operating.md lists the options"
