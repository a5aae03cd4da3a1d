"""Reporter ``junit``: ``junit.xml`` in the run directory, for continuous integration servers and Quality-time.

One suite per file of testcases, named after it, with the node as host name of the suite and of each testcase, and the
time it started with its zone. A fail is ``<failure>``, an error is ``<error>``, and no testcase has both. Any text
gives well-formed XML: what XML cannot hold arrives as U+FFFD.

A testcase that ran several times is listed once. Its last attempt counts (so a retried error is forgotten), but a fail
outranks it, for only a repeated testcase can have one before the end. The property ``attempts`` tells all outcomes.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from qarunner import Options, ReporterDescription, hookimpl, write_whole, xml_text

if TYPE_CHECKING:
    from xml.etree import ElementTree

    from qarunner import Failure, Result, Run

FILE = "junit.xml"
MESSAGE_LIMIT = 4_000
DETAILS_LIMIT = 100_000
"""Characters of a failure's message and of all its tracebacks; the rest is in ``result.json``."""

FEW_ATTEMPTS = 10
"""So many outcomes are listed one by one, more are counted."""

_ISSUE_KEY = re.compile(r"@?([A-Z][A-Z0-9_]+-[0-9]+)")


class JunitOptions(Options, frozen=True):
    """Options of the reporter."""

    attempts: Annotated[
        Literal["one", "all"],
        msgspec.Meta(description="list a repeated testcase once, or every attempt under a name of its own"),
    ] = "one"
    output: Annotated[
        Literal["failed", "all", "none"], msgspec.Meta(description="which testcases bring their output")
    ] = "failed"
    output_limit: Annotated[
        int, msgspec.Meta(ge=0, le=10_000_000, description="bytes of output kept of each testcase, from its end")
    ] = 20_000


@hookimpl
def qa_reporters() -> Iterable[ReporterDescription]:
    """Offer the reporter."""
    yield ReporterDescription(
        name="junit",
        summary="junit.xml for continuous integration servers",
        open=JunitReporter,
        options=JunitOptions,
        on_by_default=True,
    )


class JunitReporter:
    """Writes ``junit.xml``."""

    def __init__(self, options: JunitOptions | None = None) -> None:
        self._options = options or JunitOptions()

    def finish(self, run: Run, results: Sequence[Result], folder: Path) -> str | None:
        """Write the file; its place is known, so no line is needed."""
        write_whole(folder / FILE, junit_xml(run, results, folder, self._options).encode("utf-8"))
        return None


def junit_xml(run: Run, results: Sequence[Result], folder: Path, options: JunitOptions | None = None) -> str:
    """Return the XML document of a run; `folder` is where the output of its results lies."""
    from junit_xml import to_xml_report_string

    options = options or JunitOptions()
    cases = sorted(_cases(results, options), key=lambda case: (case.file, case.result.started))
    _make_unique(cases)
    suites: dict[str, list[_Case]] = {}
    for case in cases:
        suites.setdefault(case.file, []).append(case)
    return str(
        to_xml_report_string(
            [_Suite(run, file, of_file, folder, options) for file, of_file in suites.items()], prettyprint=False
        )
    )


@dataclass
class _Case:
    """One testcase as it is listed; `attempts` are the outcomes of all its executions."""

    result: Result
    attempts: Sequence[str]
    file: str
    name: str

    @property
    def classname(self) -> str:
        """The file as a dotted name, by which servers group testcases into folders."""
        stem = self.file.rpartition(".")[0] or self.file
        return stem.replace("/", ".")

    @property
    def identity(self) -> str:
        """What tells it from others, where ``/`` counts as ``-`` and ``.`` as ``_`` (as they do in Quality-time)."""
        return f"{self.classname}:{self.name}".replace("/", "-").replace(".", "_")


def _cases(results: Sequence[Result], options: JunitOptions) -> Iterator[_Case]:
    by_testcase: dict[str, list[Result]] = {}
    for result in results:
        if result.finished:
            by_testcase.setdefault(result.testcase, []).append(result)
    for testcase, attempts in by_testcase.items():
        file, _, name = xml_text(testcase).partition("::")
        outcomes = [str(attempt.outcome) for attempt in attempts]
        fails = [attempt for attempt in attempts if attempt.outcome == "fail"]
        chosen = attempts if options.attempts == "all" else (fails or attempts)[-1:]
        for attempt in chosen:
            again = f" (attempt {attempt.attempt})" if len(chosen) > 1 and attempt.attempt > 1 else ""
            keys = [match[1] for marker in attempt.markers if (match := _ISSUE_KEY.fullmatch(marker))]
            marks = "".join(f" [{key}]" for key in keys if key not in name)
            yield _Case(attempt, outcomes, file, f"{name or file}{marks}{again}")


def _make_unique(cases: Sequence[_Case]) -> None:
    """Add a mark to names that would be held for the same; it stays the same from run to run."""
    numbers = Counter(case.identity for case in cases)
    for case in [case for case in cases if numbers[case.identity] > 1]:
        full = f"{case.result.testcase}:{case.result.attempt}"
        case.name += f" #{hashlib.sha256(full.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


class _Suite:
    """A suite of junit-xml, with what that library cannot say: host name and properties of a testcase."""

    def __init__(self, run: Run, file: str, cases: Sequence[_Case], folder: Path, options: JunitOptions) -> None:
        self._run = run
        self._file = file
        self._cases = cases
        self._folder = folder
        self._options = options

    def build_xml_doc(self, encoding: str | None = None) -> ElementTree.Element:
        """Called by junit-xml for each suite."""
        from xml.etree import ElementTree

        from junit_xml import TestSuite

        suite: ElementTree.Element = TestSuite(
            self._file,
            [self._test_case(case) for case in self._cases],
            hostname=xml_text(self._run.node) or None,
            id=xml_text(f"{self._run.node}:{self._file}" if self._run.node else self._file),
            timestamp=min(case.result.started for case in self._cases).isoformat(),
            properties=_run_properties(self._run),
        ).build_xml_doc(encoding)
        suite.set("time", f"{sum(case.result.duration for case in self._cases):.3f}")
        for element, case in zip(suite.iterfind("testcase"), self._cases, strict=True):
            element.set("time", f"{case.result.duration:.3f}")
            if case.result.node:
                element.set("hostname", xml_text(case.result.node))
            properties = ElementTree.Element("properties")
            for name, value in _case_properties(case):
                ElementTree.SubElement(properties, "property", name=xml_text(name), value=xml_text(value))
            element.insert(0, properties)
        return suite

    def _test_case(self, case: _Case) -> Any:
        from junit_xml import TestCase

        result = case.result
        line = result.location.rpartition(":")[2]
        listed = TestCase(
            case.name,
            classname=case.classname,
            file=case.file,
            line=int(line) if line.isdecimal() else None,
            timestamp=result.started.isoformat(),
        )
        if result.outcome == "skip":
            listed.add_skipped_info(xml_text(result.reason) or "skipped")
        elif result.outcome != "pass":
            add = listed.add_failure_info if result.outcome == "fail" else listed.add_error_info
            first = result.failure
            message = xml_text(first.message).strip() if first else ""
            kind = xml_text(first.kind) if first else ""
            add(message[:MESSAGE_LIMIT] or kind or str(result.outcome), _details(result.failures), kind or None)
        if self._options.output == "all" or (self._options.output == "failed" and result.outcome in {"fail", "error"}):
            output, errors = (self._output(result, name) for name in ("stdout.log", "stderr.log"))
            listed.stdout = _steps(result) + output or None
            listed.stderr = errors or None
        return listed

    def _output(self, result: Result, name: str) -> str:
        """Return the end of a log, at most the option's number of bytes."""
        limit = self._options.output_limit
        size = next((artifact.size for artifact in result.artifacts if artifact.path == name), 0)
        if not size or not limit:
            return ""
        try:
            with (self._folder / result.folder / name).open("rb") as file:
                file.seek(max(0, size - limit))
                text = xml_text(file.read(limit).decode("utf-8", "replace"))
        except OSError:
            return ""
        return (
            f"[the first {size - limit} bytes are left out, see {result.folder}/{name}]\n{text}" * (size > limit)
            or text
        )


def _details(failures: Sequence[Failure]) -> str:
    """Return the tracebacks of all that went wrong, each further one under its own headline."""
    parts = []
    for number, failure in enumerate(failures):
        if number:
            parts.append(f"\n{failure.outcome} in {failure.phase}: {failure.kind} {failure.message}\n")
        parts.append(failure.traceback or failure.message)
    return xml_text("\n".join(parts)[:DETAILS_LIMIT])


def _steps(result: Result) -> str:
    lines = [f"{step.keyword} {step.name} ... {step.status} in {step.duration:.3f}s\n" for step in result.steps]
    return xml_text("".join(lines))


def _run_properties(run: Run) -> Mapping[str, str]:
    properties = {
        "node": run.node,
        "category": run.category,
        "revision": run.revision,
        "job_uid": run.job_uid,
        "seed": "" if run.seed is None else str(run.seed),
        "device.model": run.device.model,
        "device.build": run.device.build,
        **{f"device.{name}": value for name, value in run.device.properties.items()},
        **{f"tag.{name}": value for name, value in run.tags.items()},
        "run_id": run.id,
    }
    return {xml_text(name): xml_text(value) for name, value in properties.items() if value}


def _case_properties(case: _Case) -> Iterator[tuple[str, str]]:
    result = case.result
    yield "result_id", result.id
    yield "evidence", result.folder
    if len(case.attempts) > 1:
        counted = (f"{number} {outcome}" for outcome, number in Counter(case.attempts).items())
        yield "attempts", ", ".join(case.attempts if len(case.attempts) <= FEW_ATTEMPTS else counted)
    for marker in result.markers:
        yield "marker", marker
    for name, value in result.tags.items():
        yield f"tag.{name}", value
    for measured in result.measurements:
        yield f"measurement.{measured.name}", f"{measured.value:.12g}"
        if measured.unit:
            yield f"measurement.{measured.name}.unit", measured.unit
        for what, limit in (("low", measured.low), ("high", measured.high)):
            if limit is not None:
                yield f"measurement.{measured.name}.{what}", f"{limit:.12g}"
