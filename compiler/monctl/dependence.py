"""What services need, and what needs them, directly or through others. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from monctl.program import Service


def needed(services: Mapping[str, Service], name: str) -> list[str]:
    """The services one needs, nearest first; itself never, nor a name that is no service."""
    found: dict[str, None] = {}
    queue = list(services[name].depends_on) if name in services else []
    while queue:
        one = queue.pop(0)
        if one not in found and one != name and one in services:
            found[one] = None
            queue += services[one].depends_on
    return list(found)


def needing(services: Mapping[str, Service], name: str) -> list[str]:
    """The services that need one, nearest first; itself never."""
    found: dict[str, None] = {}
    queue = [name]
    while queue:
        one = queue.pop(0)
        for other in services.values():
            if one in other.depends_on and other.name not in found and other.name != name:
                found[other.name] = None
                queue.append(other.name)
    return list(found)
