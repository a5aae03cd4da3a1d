"""What the reports of 5,000 results cost, and how soon the HTML report is there when somebody opens it.

Peers: junit-xml alone with the same testcases; writing the same bytes into as many files without a reporter; a page
which is nothing but a table of 5,000 rows. CPU is user and system time, the least of some rounds.

Bars: junit.xml at most 6 times junit-xml alone, which cleans no text and writes no properties; the report is shown at
most 1.5 times as late as the bare table. Budgets are printed and do not gate.
"""

from __future__ import annotations

import platform
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import junit_xml  # noqa: E402 - the repository must be found first
from tests.peers.run_directory import RunMaker, make_large_run  # noqa: E402 - the repository must be found first

from qarunner.outbox.outbox import Outbox  # noqa: E402 - the repository must be found first
from qarunner.outbox.run_directory import read_run_directory  # noqa: E402 - the repository must be found first
from qarunner_plugins.report_html import HtmlOptions  # noqa: E402 - the repository must be found first
from qarunner_plugins.report_html.reporter import HtmlReporter  # noqa: E402 - the repository must be found first
from qarunner_plugins.report_junit import JunitReporter  # noqa: E402 - the repository must be found first

NUMBER = 5_000
ROUNDS = 3
JUNIT_BAR, OPEN_BAR = 6.0, 1.5


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the least CPU time of some rounds, user and system."""
    times = []
    for _round in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_SELF)
        work()
        after = resource.getrusage(resource.RUSAGE_SELF)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def bare_junit(maker: RunMaker) -> None:
    """Write the same testcases with junit-xml and nothing else."""
    suites: dict[str, list[junit_xml.TestCase]] = {}
    for result in maker.results:
        file, _, name = result.testcase.partition("::")
        case = junit_xml.TestCase(name, file, result.duration)
        if result.failure and result.outcome == "fail":
            case.add_failure_info(result.failure.message, result.failure.traceback)
        elif result.failure:
            case.add_error_info(result.failure.message, result.failure.traceback)
        elif result.outcome == "skip":
            case.add_skipped_info("skipped")
        suites.setdefault(file, []).append(case)
    whole = [junit_xml.TestSuite(file, cases) for file, cases in suites.items()]
    (maker.folder / "bare.xml").write_text(junit_xml.to_xml_report_string(whole, prettyprint=False))


def bare_files(maker: RunMaker) -> None:
    """Write as many files of the same size as the report has."""
    folder = maker.folder / "bare"
    folder.mkdir(exist_ok=True)
    size = (maker.folder / "report" / "results" / "000000.js").stat().st_size
    for number in range(NUMBER):
        (folder / f"{number}.js").write_bytes(b"x" * size)
    shutil.rmtree(folder)


def bare_table(maker: RunMaker) -> Path:
    """Write a page that is only a table of all results."""
    rows = "".join(f"<tr><td>{result.outcome}<td>{result.testcase}<td>{result.duration}" for result in maker.results)
    page = maker.folder / "table.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><title>table</title><table>{rows}</table>")
    return page


def open_times(pages: list[Path], folder: Path) -> list[float] | None:
    """Return the milliseconds until each page's load event, the median of some; None without Chromium."""
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        return None
    from tests.peers.browser import Browser

    browser = Browser(folder)
    times: list[list[float]] = [[] for _page in pages]
    try:
        for _round in range(5):
            for place, page in enumerate(pages):
                browser.open(page)
                ended = "performance.getEntriesByType('navigation')[0].loadEventEnd"
                times[place].append(browser.wait_for(ended))
    finally:
        browser.quit()
    return [statistics.median(of_page[1:]) for of_page in times]


def put_microseconds(maker: RunMaker) -> float:
    """Return what handing a result to the outbox costs the test."""

    class Slow:
        def deliver(self, *_arguments: object) -> None:
            time.sleep(60)

    outbox = Outbox(maker.folder, {"slow": Slow()})
    started = time.thread_time()
    for result in maker.results:
        outbox.put(result)
    spent = time.thread_time() - started
    outbox.close(0)
    return spent / NUMBER * 1e6


def main() -> int:
    """Measure, print and say whether the ratios are kept."""
    print(f"{platform.node()}, Python {platform.python_version()}, {NUMBER} results")
    with tempfile.TemporaryDirectory(prefix="bench-report-") as temporary:
        maker = make_large_run(Path(temporary), NUMBER)
        read = cpu_seconds(lambda: read_run_directory(maker.folder))
        print(f"reading the run directory: {read * 1e3:.0f} ms")
        print(f"a result handed to the outbox: {put_microseconds(maker):.1f} us on the test's thread (budget 50)")
        bare = cpu_seconds(lambda: bare_junit(maker))
        junit = cpu_seconds(lambda: JunitReporter().finish(maker.run, maker.results, maker.folder))
        print(f"junit.xml: {junit * 1e3:.0f} ms, {junit / bare:.1f} x junit-xml alone (bar {JUNIT_BAR})")
        html = cpu_seconds(lambda: HtmlReporter(HtmlOptions()).finish(maker.run, maker.results, maker.folder))
        files = cpu_seconds(lambda: bare_files(maker))
        each = html / NUMBER * 1e3
        print(f"report.html: {each:.3f} ms a result (budget 0.25), {html / files:.1f} x writing bare files")
        opened = open_times([maker.folder / "report.html", bare_table(maker)], Path(temporary) / "chromium")
        kept = junit / bare <= JUNIT_BAR
        if opened is None:
            print("no chromium here: not opened")
        else:
            report, table = opened
            print(f"opened: {report:.0f} ms (budget 1000), {report / table:.2f} x a bare table (bar {OPEN_BAR})")
            kept = kept and report / table <= OPEN_BAR
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
