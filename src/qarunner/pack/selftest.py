"""Runs a pack's page objects over saved screenshots, without a device, and compares with what they said before."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.errors import ConfigurationError
from qarunner.pack.page_objects import describe, imported_page_objects
from qarunner.pack.page_values import plain
from qarunner.pack.root import required_root
from qarunner.pack.screenshots import SCREENSHOTS, configured_for, find_screenshots, read_frame
from qarunner.pack.selftest_report import (
    Reading,
    ScreenshotReport,
    SelftestReport,
    compare,
    read_expected,
    write_expected,
)
from qarunner.pack.stbt_config import applied, stbt_environment

if TYPE_CHECKING:
    import stbt_core

EXPECTED = Path("selftest", "expected")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``qarunner selftest``."""
    parser.add_argument("screenshots", nargs="*", help="parts of paths, or patterns such as '*/menu/*' (default: all)")
    parser.add_argument(
        "--page", action="append", default=[], metavar="CLASS", help="only this page object; repeatable"
    )
    parser.add_argument(
        "--pack", type=Path, default=None, metavar="DIR", help="the test pack (default: the one around)"
    )
    parser.add_argument("--update", action="store_true", help="take what the pages say now as what is expected")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what the page objects say; 0 when all is as expected and nothing raised, else 1.

    :raises ConfigurationError: there is no pack, no screenshot or no page object.
    """
    output = sys.stdout

    def show(report: ScreenshotReport) -> None:
        if not arguments.json:
            output.write("".join(f"{line}\n" for line in report.lines()))
            output.flush()

    pack = required_root(arguments.pack or Path.cwd())
    report = selftest(pack, arguments.screenshots, arguments.page, update=arguments.update, show=show)
    if arguments.json:
        output.write(json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n")
    else:
        output.write("".join(f"{line}\n" for line in report.lines()))
    return report.exit_code


def selftest(
    pack: Path,
    screenshots: Sequence[str] = (),
    pages: Sequence[str] = (),
    *,
    update: bool = False,
    show: Callable[[ScreenshotReport], None] = lambda _report: None,
) -> SelftestReport:
    """Look at each screenshot with each page object.

    A ``.conf`` beside a screenshot (``home.png.conf``) is configuration for that screenshot alone, stronger than the
    pack's. What the pages say is compared with ``selftest/expected/<screenshot>.json``.

    :param screenshots: parts of paths, or patterns such as ``*/menu/*``; empty for all.
    :param pages: names of classes; empty for all.
    :param update: write what the pages say as what is expected from now on.
    :param show: called with each screenshot's report as soon as it is there.
    :raises ConfigurationError: there are no screenshots or no page objects (of these names), or the pack's
        configuration is not usable.
    """
    paths = find_screenshots(pack, screenshots)
    started = time.monotonic()
    reports = []
    with contextlib.ExitStack() as stack:
        # What the pack's files print must not get between our lines.
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qarunner-")))
        stack.enter_context(applied(stbt_environment(folder, pack)))
        stack.enter_context(_pack_root(pack))
        found = stack.enter_context(imported_page_objects(pack))
        wanted = {name: page for name, page in found.classes.items() if not pages or name.partition("::")[2] in pages}
        if not wanted and not found.problems:
            known = ", ".join(sorted(found.classes)) or "none"
            named = f" named {' or '.join(pages)}" if pages else ""
            advice = f"Page objects are classes derived from stbt_core.FrameObject; known: {known}"
            raise ConfigurationError(f"{pack}/tests has no page object{named}", advice)
        for path in paths:
            report = _look(pack, path, wanted)
            _settle(pack, report, wanted, update=update)
            show(report)
            reports.append(report)
    stale = [] if screenshots or pages else _stale(pack, update=update)
    return SelftestReport(tuple(wanted), reports, found.problems, stale, time.monotonic() - started)


def _look(pack: Path, path: Path, pages: dict[str, Any]) -> ScreenshotReport:
    report = ScreenshotReport(path.as_posix())
    started = time.monotonic()
    try:
        frame = read_frame(pack / path)
        with configured_for(pack / path):
            report.readings = {name: _read_page(page, frame, pack) for name, page in pages.items()}
    except (ConfigurationError, OSError) as error:
        report.problem = getattr(error, "problem", str(error))
    report.seconds = time.monotonic() - started
    return report


def _read_page(page: Any, frame: stbt_core.Frame, pack: Path) -> Reading:
    """Ask one page object for all that it says about a frame; what raises is noted and does not end it."""
    reading = Reading()
    try:
        instance = page(frame=frame)
        reading.is_visible = bool(instance.is_visible)
    except Exception as error:  # noqa: BLE001 - whatever the page object does
        reading.problems["is_visible"] = describe(error, pack)
        return reading
    for name in page._fields[1:] if reading.is_visible else ():  # all public properties, is_visible being the first
        try:
            reading.properties[name] = plain(getattr(instance, name))
        except Exception as error:  # noqa: BLE001 - whatever the property does
            reading.problems[name] = describe(error, pack)
    return reading


def _settle(pack: Path, report: ScreenshotReport, pages: Collection[str], *, update: bool) -> None:
    """Compare a report with what is expected, or make it what is expected."""
    if report.problem:
        return
    path = pack / EXPECTED / f"{Path(report.path).relative_to(SCREENSHOTS)}.json"
    try:
        expected = read_expected(path)
    except ConfigurationError as error:
        expected = None
        report.problem = "" if update else error.problem
    # Pages that were not looked at keep what is expected of them, unless their file is gone.
    others = {page: said for page, said in (expected or {}).items() if page not in pages and _exists(pack, page)}
    if update and not report.unclear:
        report.updated = write_expected(path, {**others, **report.said})
    elif expected is not None:
        report.has_expectation = True
        looked_at = {page: said for page, said in expected.items() if page not in others}
        report.changes = compare(looked_at, report.said, report.unclear)


def _exists(pack: Path, page: str) -> bool:
    return (pack / page.partition("::")[0]).is_file()


def _stale(pack: Path, *, update: bool) -> list[str]:
    """Return the expectations of screenshots that are gone; with `update`, delete them."""
    stale = []
    for path in sorted((pack / EXPECTED).rglob("*.json")):
        screenshot = pack / SCREENSHOTS / path.relative_to(pack / EXPECTED).with_suffix("")
        if not screenshot.is_file():
            stale.append(path.relative_to(pack).as_posix())
            if update:
                path.unlink()
    return stale


@contextlib.contextmanager
def _pack_root(pack: Path) -> Iterator[None]:
    """Tell stbt_core where the pack is, by which it names images."""
    import stbt_core

    before = getattr(stbt_core, "TEST_PACK_ROOT", None)
    stbt_core.TEST_PACK_ROOT = str(pack)
    try:
        yield
    finally:
        stbt_core.TEST_PACK_ROOT = before
