"""Who sits in a seat of a rotation at an instant. Turns are counted in local wall time, so hand-offs keep their hour over clock changes."""

from __future__ import annotations

from datetime import timedelta

from monctl.program import Layer, Rotation
from monctl.runner.core.hours import instant, local, within


def on_call(rotation: Rotation, layer_name: str | None, at: float) -> str | None:
    """The person on call in a layer (the first unless named); None outside its hours, or before it begins. Overrides come first."""
    layer = next((one for one in rotation.layers if one.name == layer_name), rotation.layers[0] if rotation.layers else None)
    if layer is None:
        return None
    for override in rotation.overrides:
        if override.layer == layer.name and instant(override.start, rotation.time_zone) <= at < instant(override.end, rotation.time_zone):
            return override.person
    return _in_turn(layer, rotation.time_zone, at)


def _in_turn(layer: Layer, time_zone: str, at: float) -> str | None:
    wall = local(at, time_zone).replace(tzinfo=None)
    if not layer.members or wall < layer.start or (layer.restrictions and not within(layer.restrictions, wall)):
        return None
    return layer.members[int((wall - layer.start) // timedelta(seconds=layer.shift_s)) % len(layer.members)]
