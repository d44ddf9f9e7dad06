"""PagerDuty's REST API v2 as calls that give objects: headers, envelopes, pages, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from monctl.errors import AuthError, Conflict, Garbled, NotFound, ProviderError, Rejected, Unreachable
from monctl.resource import Json
from monctl.rest import Http

PAGE = 100
"""Objects a request; the API's limit. https://developer.pagerduty.com/docs/pagination (read 2026-11-20)"""
DEEPEST = 10_000
"""offset + limit may not be more; beyond it an account cannot be listed whole."""
ACCEPT = "application/vnd.pagerduty+json;version=2"


class Api:
    """A thin layer over Http. Every answer is the object inside its envelope (`{"team": {…}}`)."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def pages(self, path: str, plural: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every object of a list, page by page. Raises Garbled when a page is not what it should be."""
        offset = 0
        while True:
            answer = self.http.get(path, limit=PAGE, offset=offset, **params).json
            items = answer.get(plural) if isinstance(answer, dict) else None
            if not isinstance(items, list) or any(not isinstance(item, dict) for item in items):
                raise _garbled(f"the list of {plural.replace('_', ' ')} is not a list of objects", path)
            yield from items
            if not answer.get("more"):
                return
            # by what came, not by what was asked: a page may be short (python-pagerduty, read 2026-11-20)
            offset += len(items)
            if not items or offset + PAGE > DEEPEST:
                raise _garbled(f"the list of {plural.replace('_', ' ')} cannot be read to its end", path)

    def get(self, path: str, name: str, **params: Any) -> dict[str, Any]:
        """One object."""
        return _open(self.http.get(path, **params).json, name, path)

    def post(self, path: str, name: str, body: Json) -> dict[str, Any]:
        """A new object, as the vendor made it. Answers 200 or 201 (PagerDuty/api-schema #497)."""
        return _open(self.http.request("POST", path, json={name: body}).json, name, path)

    def post_plain(self, path: str, name: str) -> dict[str, Any]:
        """A new object of a kind that has no fields of its own."""
        return _open(self.http.request("POST", path, json={}).json, name, path)

    def post_many(self, path: str, plural: str, bodies: Json) -> list[dict[str, Any]]:
        """Several new objects at once: an answer for each, with its own `status`."""
        answer = self.http.request("POST", path, json={plural: bodies}).json
        if not isinstance(answer, list) or len(answer) != len(bodies) or any(not isinstance(one, dict) for one in answer):
            raise _garbled(f"the answer does not tell what became of each of the {plural}", path)
        return answer

    def plain(self, path: str, plural: str, **params: Any) -> list[dict[str, Any]]:
        """A list that has no pages."""
        answer = self.http.get(path, **params).json
        items = answer.get(plural) if isinstance(answer, dict) else None
        if not isinstance(items, list) or any(not isinstance(item, dict) for item in items):
            raise _garbled(f"the list of {plural} is not a list of objects", path)
        return items

    def put(self, path: str, name: str, body: Json, *, reread: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """An updated object, as it is then; read again when the answer is empty (terraform-provider-pagerduty #910)."""
        answer = self.http.request("PUT", path, json={name: body}).json
        return self.get(path, name, **(reread or {})) if answer is None else _open(answer, name, path)

    def put_plain(self, path: str, body: Json) -> None:
        """A PUT without an envelope, answered by 204."""
        self.http.request("PUT", path, json=body)

    def delete(self, path: str) -> None:
        """Gone afterwards, also when it was gone before."""
        try:
            self.http.request("DELETE", path)
        except NotFound:
            return


def _open(answer: Json, name: str, path: str) -> dict[str, Any]:
    held = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(held, dict) or not isinstance(held.get("id"), str):
        raise _garbled(f"the answer holds no {name.replace('_', ' ')}", path)
    return held


def _garbled(message: str, path: str) -> Garbled:
    return Garbled(message, target="pagerduty", method="GET", url=path)


def classify(status: int, body: Json) -> ProviderError | None:
    """PagerDuty's own reading of an error answer; None leaves it to the common one.

    `error.errors` may be a list of sentences, an object of lists by field, null or absent.
    Source: https://developer.pagerduty.com/docs/errors (read 2026-11-20)
    """
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    kind, message, hint = _meaning(status, error.get("code"))
    sentences = "; ".join(_sentences(error.get("errors")))
    said = f"{error.get('message', '')}: {sentences}" if sentences else str(error.get("message", ""))
    if status == 403 and error.get("required_scopes"):
        said += f" (needs the scopes {error['required_scopes']})"
    return kind(message, detail=said, hint=_hint(sentences) or hint)


def _sentences(errors: Json) -> list[str]:
    if isinstance(errors, dict):
        return [f"{field}: {said}" for field, held in errors.items() for said in (held if isinstance(held, list) else [held])]
    return [str(said) for said in errors] if isinstance(errors, list) else [errors] if isinstance(errors, str) else []


_Meaning = tuple[Callable[..., ProviderError], str, str | None]
_CODES: Mapping[object, _Meaning] = {
    2006: (
        AuthError,
        "the credential was refused",
        "a key of the US region is refused on the EU host, and the other way round: see `region`",
    ),
    2014: (Rejected, "the account lacks an ability this needs", "ask for a plan that has it, or leave the feature out"),
    2019: (Rejected, "a limit of the account is reached", None),
    2100: (NotFound, "not found, or a reference of the wrong type", None),
    6006: (Rejected, "the team is still in use", "unlink its schedules and escalation policies first"),
}


def _meaning(status: int, code: object) -> _Meaning:
    if code in _CODES:
        return _CODES[code]
    match status:
        case 401:
            return _CODES[2006]
        case 402:
            return _CODES[2014]
        case 403:
            return AuthError, "the credential may not do this, or the plan has not got it", None
        case 404:
            return NotFound, "not found", None
        case 408 | 409:
            return Conflict, "somebody else was changing it at the same time", "run it again"
        case _ if status >= 500:
            return Unreachable, "the provider failed", None
    return Rejected, "the provider refused the request", None


def _hint(sentences: str) -> str | None:
    """The way out of refusals people meet often. Sources: terraform-provider-pagerduty #43, #602, #337 (read 2026-11-20)."""
    if "open incidents" in sentences:
        return "resolve or reassign the open incidents of its escalation policies, then run it again"
    if "being used by" in sentences:
        return "change what uses it first"
    if "more than 12 months" in sentences:
        return "PagerDuty takes a `start` at most twelve months ahead: write an earlier one with the same turns"
    if "already been taken" in sentences:
        return "another object has this name: choose another, or take it over with --adopt"
    return None
