"""Who has signed in: passwords as argon2 hashes, sessions in the store, which end with the password they began with."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.runner.limits import Bucket
from monctl.runner.page.keys import same, signed
from monctl.runner.store.store import Commit, Store

LOG = logging.getLogger("monctl.runner.page")
PREFIX = "session:"
LONGEST_S = 30 * 86_400.0
"""A session ends then."""
IDLE_S = 7 * 86_400.0
"""Or when nobody used it for so long."""
_SEEN_EVERY_S = 3600.0
_TRIES, _TRIES_PER_S = 5, 300.0
"""So many wrong passwords for one name from one address, then one a minute."""
_ADDRESS_TRIES = 20
_REMEMBERED = 10_000
_HASHER = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$f4zRN0k6WteaJzEHS16OYw$NiEh+saU1jYjdJPoGTAlLAQo4+IKblp85G2pDJzPcao"
"""Checked for names that are not there, so that the answer takes as long."""


class People:
    """Names and passwords of the options, and sessions of the store."""

    def __init__(self, store: Store, users: Callable[[], Mapping[str, SecretRef]], secret: Callable[[SecretRef], str]) -> None:
        """`users` gives those of the options as they are now, so that a reload takes effect at once."""
        self._store, self._users, self._secret = store, users, secret
        self._one_at_a_time = asyncio.Semaphore(1)  # each takes 64 MiB

    async def sign_in(self, name: str, password: str, now: float, key: bytes) -> str | None:
        """The id of a new session; None when name and password do not fit. Raises StoreLost."""
        known = self.hash_of(name)
        async with self._one_at_a_time:
            fits = await asyncio.to_thread(_fits, known or _NOBODY, password)
        if not fits or known is None:
            return None
        await self._sweep(now)
        token = secrets.token_urlsafe(32)
        record = {"user": name, "password": signed(key, "password", known), "since": now, "seen": now}
        await self._store.commit(Commit(values={_place(token): record}))
        return token

    async def who(self, token: str, now: float, key: bytes) -> str | None:
        """Whose session it is; None when it ended, or its password was changed or taken away. Raises StoreLost."""
        place = _place(token)
        record = (await self._store.values(place)).get(place)
        if not isinstance(record, dict):
            return None
        name = str(record["user"])
        known = self.hash_of(name)
        alive = now - float(record["since"]) < LONGEST_S and now - float(record["seen"]) < IDLE_S
        if known is None or not alive or not same(str(record["password"]), signed(key, "password", known)):
            await self._store.commit(Commit(values={place: None}))
            return None
        if now - float(record["seen"]) > _SEEN_EVERY_S:
            await self._store.commit(Commit(values={place: {**record, "seen": now}}))
        return name

    async def sign_out(self, token: str) -> None:
        """End a session. Raises StoreLost."""
        await self._store.commit(Commit(values={_place(token): None}))

    def hash_of(self, name: str) -> str | None:
        """The hash of a name's password; None for a name that is not there, or whose hash cannot be read."""
        reference = self._users().get(name)
        if reference is None:
            return None
        try:
            return self._secret(reference)
        except UsageError as error:
            LOG.warning("the password of a user cannot be read", extra={"user": name, "why": str(error)})
            return None

    async def _sweep(self, now: float) -> None:
        """Forget what has ended."""
        held: Mapping[str, Any] = await self._store.values(PREFIX)
        old = {place: None for place, one in held.items() if now - one["since"] >= LONGEST_S or now - one["seen"] >= IDLE_S}
        if old:
            await self._store.commit(Commit(values=old))


class Tries:
    """How often somebody may try a password: by name and address, and by address."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, ...], Bucket] = {}

    def wait(self, name: str, address: str, now: float) -> float:
        """Seconds to wait; 0 when one may try, which is then counted."""
        if len(self._held) > _REMEMBERED:
            self._held.clear()
        by_name = self._held.setdefault((name, address), Bucket(_TRIES, _TRIES_PER_S, _TRIES, now))
        by_address = self._held.setdefault((address,), Bucket(_ADDRESS_TRIES, _TRIES_PER_S, _ADDRESS_TRIES, now))
        return max(by_name.take(now), by_address.take(now))

    def forget(self, name: str, address: str) -> None:
        """It was right."""
        self._held.pop((name, address), None)


def _fits(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _place(token: str) -> str:
    """Only a digest is kept: whoever reads the store cannot sign in with it."""
    return PREFIX + hashlib.sha256(token.encode()).hexdigest()
