"""Plans of one estate or of several, and receipts, in every form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from monctl.order import Verb
from monctl.plan import FORMAT_VERSION, Plan
from monctl.receipt import Outcome, Receipt
from monctl.render import plan_json, plan_markdown, plan_text
from monctl.render.style import Style


def text(plans: Sequence[Plan], *, color: bool = False, full: bool = False) -> str:
    """One after the other."""
    return "\n".join(plan_text.render(plan, color=color, full=full) for plan in plans)


def markdown(plans: Sequence[Plan]) -> str:
    """One after the other, each held to its share of a comment's length."""
    if len(plans) == 1:
        return plan_markdown.render(plans[0])
    return "\n".join(plan_markdown.render(plan, limit=plan_markdown.LONGEST // len(plans)) for plan in plans)


def json_text(plans: Sequence[Plan]) -> str:
    """The document of one plan; of several estates one document of the same shape, addresses written `estate/kind.name`."""
    if len(plans) == 1:
        return plan_json.render(plans[0])
    documents = [plan_json.document(plan) for plan in plans]
    for document in documents:
        for entry in (*document["changes"], *document["fidelity"], *document["errors"], *document["notes"]):
            entry["address"] = f"{document['estate']}/{entry['address']}"
    whole: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "fingerprint": hashlib.sha256("".join(plan.fingerprint for plan in plans).encode()).hexdigest()[:16],
        "summary": {name: sum(document["summary"][name] for document in documents) for name in documents[0]["summary"]}
        if documents
        else {},
        **{name: [entry for document in documents for entry in document[name]] for name in ("changes", "fidelity", "errors", "notes")},
        "unasked": {f"{document['estate']}/{target}": why for document in documents for target, why in document["unasked"].items()},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


_SIGNS = {Verb.CREATE: ("+", "green"), Verb.UPDATE: ("~", "yellow"), Verb.DELETE: ("-", "red")}


def receipt_line(receipt: Receipt, *, color: bool = False) -> str:
    """`+ grafana dashboard Data Integrity`, with the reason where it is not done."""
    style = Style(color)
    sign, paint = _SIGNS.get(receipt.step.verb, ("»", "cyan"))
    change = receipt.step.change
    what = f"{change.target} {change.kind.replace('_', ' ')} {change.name}"
    match receipt.outcome:
        case Outcome.DONE:
            return f"{style.paint(sign, paint)} {what}" + (f" ({receipt.reason})" if receipt.reason else "")
        case Outcome.FAILED:
            return style.paint(f"✗ {what}: {receipt.reason}", "red") + (f"\n  help: {receipt.hint}" if receipt.hint else "")
        case _:
            return style.dim(f"· {what}: not tried: {receipt.reason}")


def receipts_json(receipts: Sequence[Receipt]) -> str:
    """Every receipt as plain JSON."""
    told = [
        {
            "target": receipt.step.change.target,
            "kind": receipt.step.change.kind,
            "address": receipt.step.change.address,
            "verb": receipt.step.verb.value,
            "outcome": receipt.outcome.value,
            "remote_id": receipt.remote_id,
            "reason": receipt.reason,
            "help": receipt.hint,
        }
        for receipt in receipts
    ]
    return json.dumps({"format_version": 1, "receipts": told}, indent=2, ensure_ascii=False) + "\n"
