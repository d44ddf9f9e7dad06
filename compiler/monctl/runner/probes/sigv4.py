"""AWS Signature Version 4 for S3 and what speaks like it. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (read 2026-11-21); its examples are the tests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Who signs."""

    access: str
    secret: str
    region: str
    service: str = "s3"


def signed(
    keys: Keys, method: str, url: str, when: datetime, *, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The headers of a request, its own and those of the signature. `url` is quoted and has no query; `when` is in UTC."""
    parts = urlsplit(url)
    moment = when.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    sent = {"host": parts.netloc.rpartition("@")[2], "x-amz-content-sha256": digest, "x-amz-date": moment}
    sent |= {name.lower(): " ".join(text.split()) for name, text in (headers or {}).items()}
    names = sorted(sent)
    listed = ";".join(names)
    canonical = "\n".join((method, parts.path or "/", parts.query, *(f"{name}:{sent[name]}" for name in names), "", listed, digest))
    scope = f"{moment[:8]}/{keys.region}/{keys.service}/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{keys.secret}".encode()
    for part in (moment[:8], keys.region, keys.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    sent["authorization"] = f"AWS4-HMAC-SHA256 Credential={keys.access}/{scope}, SignedHeaders={listed}, Signature={signature}"
    return sent


def object_url(endpoint: str, bucket: str, name: str) -> str:
    """An object addressed by path, quoted as S3 wants it: everything but letters, digits, `-._~` and `/`."""
    return f"{endpoint.rstrip('/')}/{quote(bucket, safe='-._~')}/{quote(name, safe='-._~/')}"
