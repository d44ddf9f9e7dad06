"""[I/O] A stand-in of Prometheus: instant queries are answered with the number that was set for their text."""

from __future__ import annotations

from urllib.parse import parse_qs

from monctl.runner.standins.web import Received, Reply, Standin, as_json


class PrometheusStandin(Standin):
    """`values` by query; one that is not there has no series.

    https://prometheus.io/docs/prometheus/latest/querying/api/ (read 2026-11-21)
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.values: dict[str, float] = {}

    def answer(self, request: Received) -> Reply:
        form = parse_qs(request.query or request.body.decode("utf-8", "replace"))
        if not request.path.endswith("/api/v1/query") or "query" not in form:
            return as_json({"status": "error", "errorType": "bad_data", "error": "no query"}, 400)
        found = self.values.get(form["query"][0])
        at = float(form.get("time", ["0"])[0])
        result = [] if found is None else [{"metric": {}, "value": [at, repr(found)]}]
        return as_json({"status": "success", "data": {"resultType": "vector", "result": result}})
