"""``qarunner new-pack``: makes a test pack with a testcase and a feature that pass."""

from __future__ import annotations

from qarunner.pack.new_pack import add_arguments, run

__all__ = ["add_arguments", "run"]
