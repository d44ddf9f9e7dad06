"""A stand-in of Grafana 13's HTTP API: authentication, errors, health, data sources; folders, dashboards and alerting are its bases.

Where the real server ignores a field it does not know, this one answers 400, so that mistakes are seen. Data sources come into being when
they are asked for by name or uid, as a real organisation would have them; names and uids that begin with `missing-` are never found.
Source: the API described by grafana/grafana-openapi-client-go 6029e6c for 13.0.0 (read 2026-11-20).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from monctl.resource import Json
from monctl.sandbox.emulator import Held, Request, Response, route
from monctl.sandbox.store import Store
from monctl_targets.grafana.emulator_alerting import AlertingRoutes
from monctl_targets.grafana.emulator_dashboards import error

VERSION = "13.0.1"


class GrafanaEmulator(AlertingRoutes):
    """One organisation of a Grafana server on top of a Store."""

    name: ClassVar[str] = "grafana"

    def __init__(
        self,
        store: Store,
        *,
        rate_limit: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        conflicts: int = 0,
        version: str = VERSION,
    ) -> None:
        """`rate_limit` is in requests a minute; `conflicts` makes so many alerting writes lose the race for the configuration.

        A `version` before the newest has what came later not yet; an empty one is not told.
        """
        super().__init__(store)
        self._rate_limit = rate_limit
        self._clock = clock
        self._calls: list[float] = []
        self.conflicts = conflicts
        self.version = version
        self._seed()

    def handle(self, request: Request) -> Response:
        """Answer one request. A body of another shape than the API's is a 400, as the server's own decoder would answer."""
        try:
            return super().handle(request)
        except (AttributeError, KeyError, TypeError, ValueError):
            return error(400, "bad request data")

    def before(self, request: Request) -> Response | None:
        """Rate limit, authentication, malformed JSON."""
        if request.path == "/api/health":
            return None
        if limited := self._limited():
            return limited
        if refused := _unauthorised(request.headers.get("authorization", "")):
            return refused
        if request.method in {"POST", "PUT", "PATCH"}:
            try:
                body = request.json()
            except ValueError:
                return error(400, "bad request data")
            if not isinstance(body, dict):
                return error(400, "bad request data")
        return None

    def no_route(self, request: Request) -> Response:
        return error(404, "Not found")

    def no_method(self, request: Request, allowed: list[str]) -> Response:
        return error(405, "Method Not Allowed")

    def held(self) -> Iterable[Held]:
        for kind, id, body in self.store.items():
            inner = body.get("dashboard") if isinstance(body.get("dashboard"), dict) else {}
            yield Held(kind, id, str(body.get("title") or body.get("name") or inner.get("title") or id), body)

    def environment(self, base_url: str) -> Mapping[str, str]:
        return {"GRAFANA_URL": base_url, "GRAFANA_TOKEN": "glsa_sandbox"}

    @route("GET", "/api/health")
    def _health(self, request: Request) -> Response:
        return Response(200, {"database": "ok", "version": self.version, "commit": "sandbox"})

    @route("GET", "/api/org")
    def _org(self, request: Request) -> Response:
        return Response(200, {"id": 1, "name": "Main Org.", "address": {}})

    @route("GET", "/api/user")
    def _user(self, request: Request) -> Response:
        return Response(200, {"id": 1, "login": "sa-1-monctl", "name": "monctl", "orgId": 1, "isGrafanaAdmin": False, "isDisabled": False})

    @route("GET", "/api/datasources")
    def _datasources(self, request: Request) -> Response:
        return Response(200, sorted(self.store.all("datasource"), key=lambda each: str(each["name"]), reverse=True))

    @route("GET", "/api/datasources/name/{name}")
    def _datasource_by_name(self, request: Request, name: str) -> Response:
        with self.store.lock:
            found = next((each for each in self.store.all("datasource") if each["name"] == name), None)
            return self._datasource(found, name, "ds" + "".join(f"{ord(each):x}" for each in name)[:24])

    @route("GET", "/api/datasources/uid/{uid}")
    def _datasource_by_uid(self, request: Request, uid: str) -> Response:
        with self.store.lock:
            return self._datasource(self.store.get("datasource", uid), uid, uid)

    def _datasource(self, found: Json, name: str, uid: str) -> Response:
        if found is None and not name.startswith("missing-"):
            found = self._make_datasource(name, uid)
        return error(404, "Data source not found") if found is None else Response(200, found)

    def _make_datasource(self, name: str, uid: str) -> Json:
        made = {
            "id": self.store.next("datasource"), "uid": uid, "orgId": 1, "name": name, "type": _type_by_name(name), "typeLogoUrl": "",
            "access": "proxy", "url": "", "user": "", "database": "", "basicAuth": False, "basicAuthUser": "", "withCredentials": False,
            "isDefault": False, "jsonData": {}, "secureJsonFields": {}, "version": 1, "readOnly": False,
        }  # fmt: skip
        self.store.put("datasource", uid, made)
        return made

    def _seed(self) -> None:
        """A small account: a data source, a foreign folder with a dashboard, the default contact point and policy."""
        with self.store.lock:
            if self.store.get("policy", "root") is not None:
                return
            self._make_datasource("prometheus", "prometheus")
            self.store.put("folder", "operations", self.new_folder("operations", "Operations", ""))
            model: dict[str, Any] = {"uid": "host-overview", "title": "Host overview", "schemaVersion": 42, "tags": ["hosts"], "panels": []}
            self.keep_dashboard(model, "operations")
            self.store.put(
                "contact_point",
                "default-email",
                {
                    "uid": "default-email",
                    "name": "grafana-default-email",
                    "type": "email",
                    "settings": {"addresses": "<example@email.com>"},
                    "disableResolveMessage": False,
                    "provenance": "",
                },
            )
            self.store.put("policy", "root", {"receiver": "grafana-default-email", "group_by": ["grafana_folder", "alertname"]})

    def _limited(self) -> Response | None:
        if self._rate_limit is None:
            return None
        now = self._clock()
        self._calls = [at for at in self._calls if now - at < 60]
        if len(self._calls) >= self._rate_limit:
            wait = 60 - (now - self._calls[0])
            return Response(429, {"message": "Too many requests"}, {"Retry-After": str(max(1, round(wait)))})
        self._calls.append(now)
        return None


def _unauthorised(header: str) -> Response | None:
    scheme, _, rest = header.partition(" ")
    if scheme == "Bearer" and rest:
        return _refused("Invalid API key", "api-key.invalid") if rest.startswith("bad") else None
    if scheme == "Basic" and rest:
        try:
            password = base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:
            return _refused("Invalid basic auth header", "basic-auth.invalid")
        if password and not password.startswith("bad"):
            return None
        return _refused("Invalid username or password", "password-auth.failed")
    return _refused("Unauthorized", "auth.unauthorized")


def _refused(message: str, id: str) -> Response:
    return Response(401, {"extra": None, "message": message, "messageId": id, "statusCode": 401, "traceID": ""})


def _type_by_name(name: str) -> str:
    lowered = name.lower()
    for words, type in (
        (("prom", "mimir", "metrics"), "prometheus"),
        (("loki", "log"), "loki"),
        (("mysql", "maria"), "mysql"),
        (("sentry",), "grafana-sentry-datasource"),
        (("redis",), "redis-datasource"),
    ):
        if any(word in lowered for word in words):
            return type
    return "grafana-postgresql-datasource"
