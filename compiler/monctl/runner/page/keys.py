"""The runner's own random key, kept in its store, and what is made of it: addresses of heartbeats and tokens against forged requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

from monctl.bundle import Bundle
from monctl.measure import Heartbeat
from monctl.runner.checks import checks
from monctl.runner.store.store import Commit, Store

NAME = "page:key"
_AGAIN_S = 30.0
_TOKEN_BYTES = 18
"""144 bits, 24 characters in a URL."""


class Keys:
    """The key of one store. Several runners share it: each reads it again after a while, so that two that made one at once agree."""

    def __init__(self, store: Store, mono: Callable[[], float] = time.monotonic) -> None:
        self._store, self._mono = store, mono
        self._key: bytes | None = None
        self._read_at = 0.0

    async def key(self) -> bytes:
        """The key, made the first time it is asked for. Raises StoreLost."""
        if self._key is None or self._mono() - self._read_at > _AGAIN_S:
            self._key = await key_of(self._store)
            self._read_at = self._mono()
        return self._key


async def key_of(store: Store) -> bytes:
    """The key of a store, made when there is none. Raises StoreLost."""
    said = (await store.values(NAME)).get(NAME)
    if not isinstance(said, str):
        await store.commit(Commit(values={NAME: secrets.token_hex(32)}))
        said = (await store.values(NAME))[NAME]
    return bytes.fromhex(str(said))


def signed(key: bytes, *words: str) -> str:
    """A token of these words that only the holder of the key can make."""
    digest = hmac.new(key, "\x1f".join(words).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode()


def same(given: str, wanted: str) -> bool:
    """Whether two tokens are equal, in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def beats(bundle: Bundle, key: bytes) -> dict[str, tuple[str, ...]]:
    """Token → monitors that wait for that job, of every heartbeat. Monitors of one metric share its job."""
    return {
        signed(key, "beat", check.id): check.monitors
        for check in checks(bundle).values()
        if isinstance(check.source, Heartbeat) and check.monitors
    }


def beat_urls(bundle: Bundle, key: bytes, base: str) -> dict[str, str]:
    """Monitor → where its job calls."""
    found = {monitor: f"{base.rstrip('/')}/beat/{token}" for token, monitors in beats(bundle, key).items() for monitor in monitors}
    return dict(sorted(found.items()))
