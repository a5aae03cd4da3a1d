"""The two built-in kinds of testcases: Python functions below ``tests/``, behave scenarios below ``features/``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qarunner.hookspecs import hookimpl
from qarunner.testcases import TestcaseSource


@hookimpl
def qa_testcase_sources() -> Iterable[TestcaseSource]:
    """Offer both."""
    return (
        TestcaseSource("functions", "tests", ".py", _function_names, _collect_functions),
        TestcaseSource("features", "features", ".feature", _feature_names, _collect_feature),
    )


def _function_names(text: bytes, path: Path) -> Sequence[str]:
    from qarunner.pack.names import function_names

    return function_names(text, path)


def _feature_names(text: bytes, path: Path) -> Sequence[str]:
    from qarunner.pack.feature_names import feature_names

    return feature_names(text, path)


def _collect_functions(parent: Any, path: Path) -> Any:
    from qarunner.runner.pack_module import collect_functions

    return collect_functions(parent, path)


def _collect_feature(parent: Any, path: Path) -> Any:
    from qarunner.runner.behave.collector import FeatureFile

    return FeatureFile.from_parent(parent, path=path)
