"""Who the box says it is: shown under Settings > Network > About, and given to the runner as the device."""

from __future__ import annotations

MODEL = "QR-200 Virtual Box"
BUILD = "2.4.1-1187"
SERIAL = "VB 2731 4458"
ADDRESS = "192.168.17.24"

ABOUT: tuple[tuple[str, str], ...] = (
    ("Model", MODEL),
    ("Build", BUILD),
    ("Serial number", SERIAL),
    ("Network address", ADDRESS),
    ("Connection", "Wired, 1 gigabit"),
)
"""The lines of the About page."""
