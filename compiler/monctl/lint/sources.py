"""What is measured, by which two that measure the same are found. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from urllib.parse import urlsplit, urlunsplit

from monctl.measure import Http, Source, Sql


def meaning(source: Source) -> Hashable:
    """Equal for sources that ask the same. They hold maps, so their text stands for them; hosts are compared without regard to case."""
    if isinstance(source, Sql):
        return source.datasource, source.query, source.mode, tuple(source.values)
    text = repr(source)
    if isinstance(source, Http) and (plain := _plain(source.url)) != source.url:
        return text.replace(repr(source.url), repr(plain), 1)
    return text


def _plain(url: str) -> str:
    """`https://example.com/` for `https://Example.com`; what is not plain already is rare."""
    if url.count("/") > 2 and url == url.lower():
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query, parts.fragment))
