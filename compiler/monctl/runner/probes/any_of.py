"""Asks several at once and is content with the first good answer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def any_of(asked: Iterable[Coroutine[Any, Any, bool]]) -> bool:
    """Whether one of them is true. The others are cancelled as soon as one is; none is left behind."""
    waiting = {asyncio.ensure_future(one) for one in asked}
    try:
        for done in asyncio.as_completed(waiting):
            if await done:
                return True
        return False
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
