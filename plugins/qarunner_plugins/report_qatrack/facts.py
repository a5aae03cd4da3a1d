"""What is known of the device, by the macros of string tests that may take it."""

from __future__ import annotations

from qarunner import Device, macro_name


def facts_of(device: Device) -> dict[str, str]:
    """Return model, build (which is the firmware) and the other properties; nothing of what is not known."""
    facts = {macro_name(name): value for name, value in device.properties.items()}
    facts |= {"model": device.model, "build": device.build}
    facts.setdefault("firmware", device.build)
    return {name: value for name, value in facts.items() if value}
