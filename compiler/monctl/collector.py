"""The garbage collector kept from walking again and again what stays anyway: specs, programs, modules."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage() -> Iterator[None]:
    """Off: for work whose objects all stay."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def only_new_garbage() -> Iterator[None]:
    """On, for what is made from here on: for work that makes circles and lets go of them, such as the trees of queries."""
    was = gc.isenabled()
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        gc.collect()  # the little that is new: what was there is frozen
        gc.unfreeze()
        if not was:
            gc.disable()
