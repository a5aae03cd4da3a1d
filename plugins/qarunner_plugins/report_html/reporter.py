"""Writes the report: first the results' files, then the index, then the page that shows them, at last it tidies up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner import write_whole
from qarunner_plugins.report_html.index import index_script
from qarunner_plugins.report_html.pages import page_name, page_script
from qarunner_plugins.report_html.shell import ASSETS, shell

if TYPE_CHECKING:
    from qarunner import Result, Run
    from qarunner_plugins.report_html import HtmlOptions

PAGE = "report.html"
FOLDER = "report"


class HtmlReporter:
    """Makes ``report.html`` and the folder ``report`` of a run."""

    def __init__(self, options: HtmlOptions) -> None:
        self._options = options

    def finish(self, run: Run, results: Sequence[Result], folder: Path) -> str | None:
        """Write the report; a second call replaces it and leaves nothing of the first behind.

        The terminal's summary says where it is, so no line is needed.
        """
        report = folder / FOLDER
        pages = report / "results"
        pages.mkdir(parents=True, exist_ok=True)
        written = {page_name(number) for number in range(len(results))}
        for number, result in enumerate(results):
            script = page_script(result, folder, self._options.log_limit)
            # Written in place, which costs half: the index, which is written whole, comes after them.
            with open(f"{pages}/{page_name(number)}", "wb", buffering=0) as page:  # noqa: PTH123 - there may be thousands
                page.write(script)
        for asset in sorted(ASSETS.iterdir()):
            write_whole(report / asset.name, asset.read_bytes())
        write_whole(report / "index-data.js", index_script(run, results))
        write_whole(folder / PAGE, shell(run, results, self._options.title).encode("utf-8", "replace"))
        with os.scandir(pages) as entries:
            stale = [entry.path for entry in entries if entry.name not in written]
        for path in stale:
            Path(path).unlink(missing_ok=True)
        return None
