from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.browser import Browser
from tests.peers.run_directory import RunMaker, make_typical_run

from qarunner_plugins.report_html import HtmlOptions, qa_reporters
from qarunner_plugins.report_html.reporter import HtmlReporter

if TYPE_CHECKING:
    from qarunner import Result


def write_report(maker: RunMaker, results: Sequence[Result] | None = None, options: HtmlOptions | None = None) -> Path:
    """Have the report of a run written; return its page."""
    (description,) = qa_reporters()
    reporter = description.open(options or HtmlOptions())
    assert isinstance(reporter, HtmlReporter)
    assert reporter.finish(maker.run, maker.results if results is None else results, maker.folder) is None
    return maker.folder / "report.html"


def is_ready(browser: Browser) -> None:
    """Wait until the video of a result can be shown at any time."""
    browser.wait_for("document.querySelector('video') && document.querySelector('video').readyState >= 2")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium, for as long as there are tests."""
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.quit()


@pytest.fixture(scope="session")
def typical(tmp_path_factory: pytest.TempPathFactory) -> RunMaker:
    """A run with real evidence, and its report."""
    maker = make_typical_run(tmp_path_factory.mktemp("typical"))
    write_report(maker)
    return maker


@pytest.fixture(scope="session")
def page(typical: RunMaker) -> Path:
    """The report of the typical run."""
    return typical.folder / "report.html"
