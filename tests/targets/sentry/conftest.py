"""The sandbox every test of this folder starts from."""

from __future__ import annotations

import pytest

from tests.targets.sentry.shop import Sandbox


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()
