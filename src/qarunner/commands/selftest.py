"""``qarunner selftest``: page objects over saved screenshots, without a device."""

from __future__ import annotations

from qarunner.pack.selftest import add_arguments, run

__all__ = ["add_arguments", "run"]
