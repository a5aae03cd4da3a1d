"""How things are written, and whether the colours can be read."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from qarunner.dialects.looks import ago, moment, number, size, took
from qarunner.server import portal
from qarunner.server.portal.links import filter_of
from qarunner.server.portal.logs import ending_of, lines_of, plain
from qarunner.store.clock import now
from qarunner.store.filter import parse, show

STYLE = (Path(portal.__file__).parent / "assets" / "portal.css").read_text(encoding="utf-8")
LEAST = 4.5
"""The contrast that the Web Content Accessibility Guidelines want of text (AA)."""
LEAST_FIELD = 3.0
"""And of what shows where a field is."""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (300, "5 min ago"), (7300, "2 h ago"), (90_000, "yesterday"), (400_000, "4 days ago")],
)
def test_times_are_told_as_people_do(seconds: int, words: str) -> None:
    assert ago(now() - timedelta(seconds=seconds)) == words
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", ago(now() - timedelta(days=30)))
    assert ago(None) == "never"


def test_durations_sizes_and_numbers() -> None:
    assert [took(s) for s in (0.04, 59.94, 72.5, 3599.4, 7500)] == [
        "0.0 s",
        "59.9 s",
        "1 min 12 s",
        "59 min 59 s",
        "2 h 5 min",
    ]
    assert [size(n) for n in (0, 999, 1000, 9_940, 999_600, 623_884, 5_000_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "9.9 kB",
        "1.0 MB",
        "624 kB",
        "5000 GB",
    ]
    assert [moment(s) for s in (0.0, 12.34, 61.0)] == ["0:00.0", "0:12.3", "1:01.0"]
    assert [number(v) for v in (0.489923, -23.0, 123456.0)] == ["0.4899", "-23", "1.235e+05"]


@pytest.mark.parametrize("text", ["plain", 'with "quotes" and a star *', "", "OR", "a (b)", "back\\slash", "-x"])
def test_links_to_the_list_find_exactly_that(text: str) -> None:
    written = filter_of(testcase=text, node="n")
    assert show(parse(written)) == written


def test_the_end_of_a_log_begins_with_a_whole_line() -> None:
    whole = ending_of(BytesIO(b"one\ntwo\nthree\n"), shown=100)
    assert (whole.text, whole.left_out, whole.size) == ("one\ntwo\nthree\n", 0, 14)
    end = ending_of(BytesIO(b"one\ntwo\nthree\n"), shown=8)
    assert (end.text, end.left_out, end.size) == ("three\n", 8, 14)
    long = ending_of(BytesIO(b"x" * 50), shown=8)
    assert (long.text, long.left_out) == ("x" * 8, 42)


def test_lines_have_their_time_and_their_moment_in_the_video() -> None:
    from datetime import UTC, datetime

    began = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)
    text = "2026-03-01T12:00:03.250000+00:00 a\n2026-03-01T12:00:00Z b\n2026-99-01T12:00:00Z c\nd"
    found = [(line.clock, line.moment, line.text) for line in lines_of(text, began)]
    assert found == [
        ("12:00:03.250", 2.25, "a"),
        ("12:00:00.000", None, "b"),
        ("", None, "2026-99-01T12:00:00Z c"),
        ("", None, "d"),
    ]
    assert [line.moment for line in lines_of(text, None)] == [None] * 4


def test_codes_for_terminals_are_left_out() -> None:
    assert plain("\x1b[31mred\x1b[0m\r\n\x00\x07tab\there") == "red\ntab\there"


def colours(dark: bool) -> dict[str, str]:  # noqa: FBT001 - one of two
    light, _, rest = STYLE.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light.partition("}")[0]))
    return found | (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", rest.partition("}")[0])) if dark else {})


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_its_ground(dark: bool) -> None:  # noqa: FBT001 - a table
    named = colours(dark)
    pairs = [(text, ground) for text in ("text", "muted", "accent") for ground in ("ground", "surface", "sunken")]
    pairs += [(word, f"{word}-soft") for word in ("pass", "fail", "error", "skip", "busy")]
    pairs += [(word, ground) for word in ("pass", "fail", "error") for ground in ("surface", "sunken")]
    pairs += [("on-colour", "accent")]
    weak = {pair: round(contrast(named[pair[0]], named[pair[1]]), 2) for pair in pairs}
    assert {pair: value for pair, value in weak.items() if value < LEAST} == {}
    assert contrast(named["field"], named["surface"]) >= LEAST_FIELD
