"""Results as jUnit XML, as Jenkins reads it: a suite per file of testcases, any text well-formed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qarunner.xml_characters import xml_text

if TYPE_CHECKING:
    from qarunner.results import Result

MESSAGE_LIMIT = 4_000
DETAILS_LIMIT = 100_000
"""Characters of a failure's message and of all its tracebacks."""

Listed = tuple[dict[str, Any], "Result"]
"""A result as lists show it, and its record."""


def junit_xml(results: Sequence[Listed], url: str, *, include_tz: bool) -> str:
    """Return the document; suites and testcases in the order of the results.

    :param url: of the server, for the properties of each suite.
    :param include_tz: write times with their zone, UTC.
    """
    from junit_xml import TestSuite, to_xml_report_string

    suites: dict[str, list[Listed]] = {}
    for listed in results:
        suites.setdefault(listed[1].testcase.partition("::")[0], []).append(listed)
    made = [
        TestSuite(
            xml_text(file),
            [_case(shape, result, include_tz=include_tz) for shape, result in of_file],
            hostname=xml_text(of_file[0][1].node) or None,
            timestamp=_time(min(result.started for _shape, result in of_file), include_tz=include_tz),
            properties={"portal": xml_text(url)},
        )
        for file, of_file in suites.items()
    ]
    return str(to_xml_report_string(made, prettyprint=False))


def _time(moment: datetime, *, include_tz: bool) -> str:
    text = moment.astimezone(UTC).isoformat()
    return text if include_tz else text.removesuffix("+00:00")


def _case(shape: dict[str, Any], result: Result, *, include_tz: bool) -> Any:
    from junit_xml import TestCase

    file, _, name = xml_text(result.testcase).partition("::")
    case = TestCase(
        name or file,
        classname=(file.rpartition(".")[0] or file).replace("/", "."),
        elapsed_sec=round(result.duration, 3),
        timestamp=_time(result.started, include_tz=include_tz),
        file=file,
        url=xml_text(shape["triage_url"]),
    )
    if result.outcome == "skip":
        case.add_skipped_info(xml_text(result.reason) or "skipped")
    elif result.outcome != "pass":
        add = case.add_failure_info if result.outcome == "fail" else case.add_error_info
        first = result.failure
        kind = xml_text(first.kind) if first else ""
        message = xml_text(first.message).strip()[:MESSAGE_LIMIT] if first else ""
        details = "\n".join(failure.traceback or failure.message for failure in result.failures)
        add(message or kind or str(result.outcome), xml_text(details[:DETAILS_LIMIT]), kind or None)
        case.stdout = f"{shape['result_id']}\n{shape['triage_url']}\n"
    return case
