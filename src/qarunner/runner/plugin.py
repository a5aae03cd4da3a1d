"""The entry point in pytest: adds options, and nothing more until ``--qa-node`` is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.runner.options import add_options

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare our markers; with ``--qa-node`` set up the session."""
    config.addinivalue_line("markers", "time_limit(seconds): end the testcase after this long, as an error (qarunner)")
    config.addinivalue_line("markers", "holds_keys: needs a remote that can hold keys down; else an error (qarunner)")
    config.addinivalue_line(
        "markers", "qa_list(name): the test list of QATrack+ that the testcase belongs to (qarunner)"
    )
    if config.option.qa_node:
        from qarunner.runner.setup import set_up

        set_up(config)
