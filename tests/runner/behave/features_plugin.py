"""The smallest pytest plugin that runs features: what the runner's own collection does, and nothing else.

Tests and benchmarks run it with ``-p features_plugin``, this folder being on PYTHONPATH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.runner.behave import BEHAVE_SETTINGS, BehaveSettings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tags", action="append", default=[])
    parser.addoption("-D", action="append", default=[], dest="defines")


def pytest_configure(config: pytest.Config) -> None:
    tags, defines = tuple(config.getoption("--tags")), tuple(config.getoption("defines"))
    config.stash.setdefault(BEHAVE_SETTINGS, BehaveSettings(tags=tags, defines=defines))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix != ".feature":
        return None
    from qarunner.runner.behave.collector import FeatureFile

    return FeatureFile.from_parent(parent, path=file_path)
