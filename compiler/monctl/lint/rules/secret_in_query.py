"""SEC005."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.query import Query

_NAME = r"(?:[\w-]*[_-])?(?:token|secret|passw(?:or)?d|pwd|api_?key|access_?key|private_?key|credentials?)"
_VARIABLE = re.compile(rf"\$\{{(?:var|each)\.(?:[\w.-]+\.)?(?P<name>{_NAME})\}}", re.IGNORECASE)
_COMPARED = re.compile(rf"\b(?P<name>{_NAME})\s*=\s*'(?P<value>[^']{{8,}})'", re.IGNORECASE)
_IN_DSN = re.compile(r"\b(?P<name>password)\s*=\s*(?P<value>[^\s'\"]{3,})", re.IGNORECASE)
_CAPITALS = re.compile(
    r"\b(?:IDENTIFIED\s+BY|PGP_SYM_(?:EN|DE)CRYPT\s*\([^,()]*,|CRYPT\s*\([^,()]*,)\s*'(?P<value>[^']{3,})'", re.IGNORECASE
)
_WORDS = ("token", "secret", "passw", "pwd", "key", "credential", "crypt", "identified")
"""One of them is in every text that has such a thing."""

_TOGETHER = 200


@rule("SEC005", "secret-in-query", level=Level.ERROR)
def secret_in_query(program: Program, context: Context) -> Iterator[Finding]:
    """A secret is part of the text of a query.

    A variable with the name of a secret is filled into SQL, a column such as `api_key` or `password` is compared with a text, or a connection
    string with a password stands in the query (dblink, pgcrypto).

    **Why.** The text of a query is in the server's log, in pg_stat_activity and pg_stat_statements, in slow query reports, in the compiled bundle
    and in every pull request that touches it. None of them treats it as a secret.

    **Example**

        query: SELECT COUNT(*) AS open FROM sessions WHERE api_key = '${var.admin_api_key}'

    **Instead**

        query: SELECT COUNT(*) AS open FROM sessions WHERE owner = 'admin'

    What may be read is decided by the role of the datasource, whose `dsn` is a secret by reference.

    **Source.** CWE-532, insertion of sensitive information into a log file: https://cwe.mitre.org/data/definitions/532.html (read in a copy 2026-11-21)
    """
    for query in _suspicious(context.queries(program), context):
        # reading what was written costs a second parse of the file, so only where the file says such a thing at all
        asked = _VARIABLE.search(context.texts.get(query.origin.file, "")) is not None
        written = context.raw(query.origin) if asked else None
        variable = _VARIABLE.search(written) if isinstance(written, str) else None
        if variable is not None:
            what = f"variable '{variable['name']}' is filled into the query"
            yield found(what, query.origin, help="let the role of the datasource decide what is read", address=query.address)
            continue
        for pattern, what in (
            (_IN_DSN, "a connection string with a password"),
            (_CAPITALS, "a key or password"),
            (_COMPARED, "a secret to compare with"),
        ):
            match = pattern.search(query.text)
            if pattern is _IN_DSN and match is not None and not _is_quoted(query.text, match.start()):
                continue  # `password = UPPER(…)` compares a column with what a function gives
            if match is not None and not match["value"].startswith(("%", "$", ":", "?")):
                yield found(
                    f"this looks like {what}, and the text of a query is no secret",
                    query.origin,
                    help="keep it out of the query: a view or a role in the database can know it",
                    address=query.address,
                    within=match.span(),
                )
                break


def _suspicious(queries: Sequence[Query], context: Context) -> Iterator[Query]:
    """Those with a word that such a text has, or out of a file with variables. Many are asked together first: nearly all have neither."""
    for at in range(0, len(queries), _TOGETHER):
        some = queries[at : at + _TOGETHER]
        everything = "\n".join(query.text for query in some).lower()
        words = [word for word in _WORDS if word in everything]
        for query in some:
            small = query.text.lower() if words else ""
            if any(word in small for word in words) or "${" in context.texts.get(query.origin.file, ""):
                yield query


def _is_quoted(text: str, at: int) -> bool:
    """Whether a place is inside a text of the query: behind an odd number of quotes of one kind."""
    return any(text.count(quote, 0, at) % 2 for quote in ("'", '"', "$$"))
