"""The standalone runner as a target: it holds one bundle, a JSON file with everything it needs, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monctl.bundle import Bundle
from monctl.finding import Finding
from monctl.program import Program
from monctl.resource import Json
from monctl.sandbox.emulator import Emulator
from monctl.sandbox.store import Store
from monctl.shape import schema_of
from monctl.target import Built, Capabilities, Client, Settings
from monctl_targets.runner.build import build
from monctl_targets.runner.capabilities import CAPABILITIES
from monctl_targets.runner.client import Folder
from monctl_targets.runner.codes import CODES
from monctl_targets.runner.faults import option_faults, option_secrets
from monctl_targets.runner.normalize import normalize

if TYPE_CHECKING:
    from monctl.bundle_options import Options


class Runner:
    """Bundles in a folder are what a provider's objects are elsewhere."""

    name = "runner"
    capabilities: Capabilities = CAPABILITIES
    codes = CODES
    unlimited = True
    """Building it never finds anything: a linter need not."""

    def build(self, program: Program) -> Built:
        """One bundle, even when no monitor is placed here: routes, rotations and reports are the runner's too."""
        return build(program)

    def options(self) -> type[Options]:
        """What `targets.runner` of monctl.yaml may say."""
        from monctl.bundle_options import Options  # an estate without a runner does not wait for its models

        return Options

    def option_faults(self, program: Program) -> Iterator[Finding]:
        """What its options say wrong."""
        return option_faults(program)

    def option_secrets(self, program: Program) -> Iterator[str]:
        """What stands in clear where a reference belongs."""
        return option_secrets(program)

    def normalize(self, kind: str, body: Json) -> Json:
        """The bundle without its seal."""
        return normalize(kind, body)

    def immutable(self, kind: str) -> frozenset[str]:
        """A bundle is replaced as a file; nothing in it asks for a new one."""
        return frozenset()

    def connect(self, settings: Settings) -> Client:
        """The folder: `url` (a path or file: URL), else `path` of the options, else `.monctl/runner`."""
        return Folder.of(settings)

    def emulator(self, store: Store) -> Emulator | None:
        """None: a folder needs no stand-in."""
        return None

    def schemas(self, base: str) -> dict[str, Json]:
        """The schema of the bundle, for `schemas/`."""
        return {"bundle": schema_of(Bundle, id=f"{base}bundle.schema.json", title="The bundle a runner reads")}


target = Runner()
