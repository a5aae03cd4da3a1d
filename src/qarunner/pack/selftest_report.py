"""What a selftest found: as records, as lines for a person, as JSON, and compared with what is expected."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qarunner.errors import ConfigurationError

Said = dict[str, dict[str, Any]]
"""What pages say of a screenshot: page to property to value, of the pages that are visible."""


@dataclass
class Reading:
    """What one page object says of one screenshot. `problems`: property to the exception it raised."""

    is_visible: bool = False
    properties: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass
class ScreenshotReport:
    """What all page objects say of one screenshot.

    `problem`: why it could not be looked at. `changes`: in words, what is not as expected.
    """

    path: str
    readings: dict[str, Reading] = field(default_factory=dict)
    problem: str = ""
    changes: list[str] = field(default_factory=list)
    has_expectation: bool = False
    updated: bool = False
    seconds: float = 0.0

    @property
    def said(self) -> Said:
        """What is compared and stored."""
        return {
            page: {"is_visible": True, **reading.properties}
            for page, reading in self.readings.items()
            if reading.is_visible
        }

    @property
    def unclear(self) -> set[tuple[str, str]]:
        """The (page, property) that raised."""
        return {(page, name) for page, reading in self.readings.items() for name in reading.problems}

    @property
    def is_good(self) -> bool:
        """Whether all is as expected, as far as something is expected, and nothing raised."""
        return not (self.problem or self.changes or self.unclear)

    def lines(self) -> Iterator[str]:
        """Yield it for a person."""
        yield f"{self.path}  ({self.seconds:.1f} s{', expectation written' if self.updated else ''})"
        if self.problem:
            yield f"  ! {self.problem}"
        names = {page: page.rpartition("::")[2] for page in self.readings}
        for page, reading in self.readings.items():
            if reading.is_visible:
                yield f"  {names[page]} is visible  [{page.partition('::')[0]}]"
                width = max((len(name) for name in reading.properties), default=0)
                yield from (f"      {name:<{width}} = {value!r}" for name, value in reading.properties.items())
            yield from (f"  ! {names[page]}.{name} raised {text}" for name, text in reading.problems.items())
        if self.readings and not self.said and not self.problem:
            yield "  no page is visible"
        yield from (f"  ~ {change}" for change in self.changes)


@dataclass
class SelftestReport:
    """A whole selftest.

    `import_problems`: file to why it could not be imported. `stale`: files that expect something of no screenshot.
    """

    pages: tuple[str, ...]
    screenshots: list[ScreenshotReport]
    import_problems: dict[str, str]
    stale: list[str]
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 when all is as expected and nothing raised, else 1."""
        return 0 if not self.import_problems and all(report.is_good for report in self.screenshots) else 1

    def lines(self) -> Iterator[str]:
        """Yield what is to be said after the screenshots."""
        yield from (f"! {file} cannot be imported: {text}" for file, text in self.import_problems.items())
        yield from (f"{path} belongs to no screenshot" for path in self.stale)
        counts = {
            "changed": sum(bool(report.changes) for report in self.screenshots),
            "with exceptions": sum(bool(report.problem or report.unclear) for report in self.screenshots),
            "without expectation": sum(
                not (report.has_expectation or report.updated or report.problem) for report in self.screenshots
            ),
            "written": sum(report.updated for report in self.screenshots),
        }
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "all as expected"
        yield f"{len(self.screenshots)} screenshots, {len(self.pages)} pages, {self.seconds:.1f} s: {told}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "exit_code": self.exit_code,
            "seconds": round(self.seconds, 3),
            "pages": list(self.pages),
            "import_problems": self.import_problems,
            "stale": self.stale,
            "screenshots": [
                {
                    "path": report.path,
                    "seconds": round(report.seconds, 3),
                    "problem": report.problem,
                    "said": report.said,
                    "exceptions": {
                        page: reading.problems for page, reading in report.readings.items() if reading.problems
                    },
                    "changes": report.changes,
                    "has_expectation": report.has_expectation,
                    "updated": report.updated,
                }
                for report in self.screenshots
            ],
        }


def compare(expected: Mapping[str, Any], said: Said, unclear: Collection[tuple[str, str]]) -> list[str]:
    """Return in words what differs; properties in `unclear` raised, which is told already."""
    changes = []
    for page in sorted({*expected, *said}):
        name = page.rpartition("::")[2]
        if page not in said:
            if (page, "is_visible") not in unclear:
                changes.append(f"{name} was visible, is not")
        elif page not in expected:
            changes.append(f"{name} was not visible, is")
        else:
            before, now = expected[page], said[page]
            for key in sorted({*before, *now}):
                if before.get(key) == now.get(key) and (key in before) == (key in now):
                    continue
                if (page, key) in unclear:
                    continue
                was = repr(before[key]) if key in before else "not there"
                changes.append(f"{name}.{key} was {was}, is {repr(now[key]) if key in now else 'not there'}")
    return changes


def read_expected(path: Path) -> Said | None:
    """Return what is expected of a screenshot, or None when nothing is.

    :raises ConfigurationError: the file is not what a selftest writes.
    """
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {page: dict(values) for page, values in content.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is no expectation of a selftest: {error}", "Write it anew with --update"
        ) from error


def write_expected(path: Path, said: Said) -> bool:
    """Write what is expected of a screenshot; return whether that changed the file."""
    text = json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True
