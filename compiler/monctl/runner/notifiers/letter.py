"""A message as an e-mail: text and HTML, threaded, marked as sent by a machine. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from monctl.errors import UsageError
from monctl.runner.message import Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.template import Rendered

_SUBJECT = 200
_POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")


def letter(message: Message, sender: str, to: Sequence[str], title: Rendered, text: Rendered, page: Rendered) -> EmailMessage:
    """The e-mail. Raises UsageError for an address that is not one.

    RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 2919 (List-Id).
    """
    origin = address(sender)
    made = EmailMessage(policy=_POLICY)
    made["From"] = origin if origin.display_name else Address(f"monctl {_words(message.estate)}".strip(), addr_spec=origin.addr_spec)
    made["To"] = tuple(map(address, to))
    made["Subject"] = say.cut(say.plain(title.text, lines=False), _SUBJECT)
    made["Date"] = format_datetime(datetime.fromtimestamp(message.now, UTC))
    made["Message-ID"] = f"<{say.digest(message.dedup_key)}@{origin.domain}>"
    root = f"<{say.digest(message.thread_key)}.thread@{origin.domain}>"
    made["In-Reply-To"] = root
    made["References"] = root
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made["List-Id"] = f"<{_label(message.channel)}.{_label(message.estate)}.monctl.{origin.domain}>"
    if message.items and message.items[0].event == "critical" and not say.over(message):
        made["Importance"] = "high"
        made["X-Priority"] = "1"
    notes = tuple(dict.fromkeys(each.note for each in (title, text, page) if each.note))
    made.set_content("\n\n".join((text.text, *notes)) + "\n")
    made.add_alternative(_noted(page.text, notes), subtype="html")
    boundary = say.digest(f"{message.dedup_key} boundary")
    made.set_boundary(f"=={boundary}==")  # the same bytes for every attempt
    return made


def address(text: str) -> Address:
    """An address, with a name or without. Raises UsageError."""
    name, spec = parseaddr(say.plain(text, lines=False))
    try:
        found = Address(name, addr_spec=spec)
    except Exception as error:
        raise UsageError("an e-mail address is not one", hint="write addresses such as ana@example.com") from error
    if not spec.isascii() or not found.username or not found.domain or any(c in text for c in "\r\n\0"):
        raise UsageError("an e-mail address is not one", hint="write addresses such as ana@example.com")
    return found


def _noted(page: str, notes: Sequence[str]) -> str:
    """The page with what is wrong with a template, at its end."""
    said = "".join(f'<p class="note" style="padding:8px 12px;background:#fff4ce;color:#5c4a00">{html.escape(note)}</p>' for note in notes)
    head, mark, tail = page.rpartition("</td></tr></table>") if said else ("", "", page)
    return f"{head}{said}{mark}{tail}" if mark else f"{page}{said}"


def _label(text: str) -> str:
    """A label of a domain name."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", text).strip("-")[:63] or "monctl"


def _words(text: str) -> str:
    return re.sub(r"[^\w .-]+", " ", text).strip()
