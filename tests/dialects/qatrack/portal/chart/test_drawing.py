"""The SVG: read as XML, and looked at as a person would."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.dialects.qatrack.portal.chart.test_axes import START, marks

from qarunner.dialects.qatrack.portal.chart import HEIGHT, Drawing, Mark, draw
from qarunner.dialects.qatrack.portal.chart.axes import Span, Tick
from qarunner.dialects.qatrack.rules.bands import Bands
from qarunner.dialects.qatrack.rules.records import PassFail

BANDS = Bands(80, 90, 110, 120)
EVIL = "</title><script>alert(1)</script>\"'&"


def drawn(row: list[Mark], **more: Any) -> ET.Element:
    return ET.fromstring(str(draw(Drawing(marks=row, label="Zap (ms)", description="Zap of a unit", **more))))  # noqa: S314 - our own


def uses(svg: ET.Element) -> list[ET.Element]:
    return [one for one in svg.iter("use") if "mark" in one.attrib["class"]]


def points(svg: ET.Element) -> list[tuple[float, float]]:
    return [(float(one.attrib["x"].rstrip("%")), float(one.attrib["y"])) for one in uses(svg)]


def test_a_single_value_is_in_the_middle() -> None:
    [(left, height)] = points(drawn(marks(100.0)))
    assert (left, height) == pytest.approx((50.0, HEIGHT / 2))


def test_two_values_are_at_the_two_ends_joined_by_a_line() -> None:
    svg = drawn(marks(100.0, 110.0))
    (left, low), (right, high) = points(svg)
    assert (left, right) == (2.0, 98.0)
    assert low > high, "the larger value is higher up"
    [line] = [one.attrib["d"] for one in svg.iter("path") if one.attrib.get("class") == "line values"]
    assert line == f"M20.0 {low:.1f}L980.0 {high:.1f}"


def test_equal_values_are_in_one_row_in_the_middle() -> None:
    heights = [height for _left, height in points(drawn(marks(7.0, 7.0, 7.0)))]
    assert heights == pytest.approx([HEIGHT / 2] * 3)


def test_a_point_lies_in_the_area_of_its_verdict() -> None:
    row = [
        replace(mark, bands=BANDS, reference=100.0, verdict=verdict)
        for mark, verdict in zip(
            marks(100.0, 115.0, 125.0), (PassFail.OK, PassFail.TOLERANCE, PassFail.ACTION), strict=True
        )
    ]
    svg = drawn(row)
    areas = {
        one.attrib["class"]: (float(one.attrib["y"]), float(one.attrib["y"]) + float(one.attrib["height"]))
        for one in svg.iter("rect")
        if one.attrib.get("class", "").startswith("area")
    }
    ok, tolerance, action = (height for _left, height in points(svg))
    good, warning = areas["area good"], areas["area warning"]
    assert good[0] < ok < good[1]
    assert not good[0] < tolerance < good[1]
    assert warning[0] < tolerance < warning[1]
    assert not warning[0] < action < warning[1]
    assert {one.attrib["class"] for one in svg.iter("path") if "class" in one.attrib} == {
        "line action", "line tolerance", "line reference", "line values"
    }  # fmt: skip


def test_each_verdict_has_a_shape_of_its_own_which_is_defined() -> None:
    row = [replace(mark, verdict=verdict) for mark, verdict in zip(marks(*[1.0] * 5), PassFail, strict=True)]
    svg = drawn(row)
    named = [one.attrib["href"] for one in uses(svg)]
    shapes = {f"#{one.attrib['id']}": ET.tostring(one[0]) for one in svg.iter("g") if "id" in one.attrib}
    assert len({shapes[name] for name in named}) == 5


def test_what_was_not_done_stands_at_the_foot_and_what_does_not_count_is_hollow() -> None:
    first, second = marks(100.0, None)
    svg = drawn([replace(first, valid=False), replace(second, verdict=PassFail.NOT_DONE)])
    assert "hollow" in uses(svg)[0].attrib["class"]
    assert points(svg)[1][1] == HEIGHT - 8


def test_a_value_off_the_chart_is_an_arrow_at_its_edge_with_its_number() -> None:
    svg = drawn(marks(100.0, 101.0, 99.0, 100.0, 101.0, 99.0, 32000.0, -32000.0))
    *_usual, above, below = uses(svg)
    assert (above.attrib["href"], below.attrib["href"]) == ("#mark-above", "#mark-below")
    assert (points(svg)[-2][1], points(svg)[-1][1]) == (8, HEIGHT - 8)
    assert [one.text for one in svg.iter("text") if "beyond" in one.attrib["class"]] == ["32000", "-32000"]


def test_points_lead_to_their_sessions_and_say_what_they_are() -> None:
    [first, second] = marks(1.0, 2.0)
    svg = drawn([replace(first, title="one", address="/s/1"), replace(second, title=EVIL, address="/s/2?a=1&b=2")])
    assert [one.attrib["href"] for one in svg.iter("a")] == ["/s/1", "/s/2?a=1&b=2"]
    assert [one.text for one in svg.iter("title")] == ["one", EVIL]
    assert {one.attrib["tabindex"] for one in svg.iter("a")} == {"-1"}, "the table below is for the keyboard"


def test_it_has_labels_ticks_and_a_description() -> None:
    svg = drawn(marks(100.0, 110.0))
    texts = [one.text for one in svg.iter("text")]
    assert svg.attrib["aria-label"] == "Zap of a unit"
    assert texts[0] == "Zap (ms)"
    assert texts[-1] == "1 Mar 2026 to 2 Mar 2026, UTC"
    assert {"100", "110", "18:00", "2 Mar"} <= set(texts)


def test_words_can_stand_at_the_axis_and_numbers_be_told_otherwise() -> None:
    svg = drawn(marks(1.0, 0.0), ticks=(Tick(0, "No"), Tick(1, "Yes")), span=Span(-0.5, 1.5))
    assert {"No", "Yes"} <= {one.text for one in svg.iter("text")}
    told = drawn(marks(-10.0, 10.0), shown=lambda tick: f"{tick.at % 360:g}")
    assert {"350", "0", "10"} <= {one.text for one in told.iter("text")}


def test_a_thousand_points_are_smaller_and_take_no_more_than_half_a_megabyte() -> None:
    few, many = (drawn([replace(one, title="x" * 60) for one in marks(*range(count))]) for count in (10, 1000))
    sizes = [float(next(svg.iter("circle")).attrib["r"]) for svg in (few, many)]
    assert sizes[0] > sizes[1]
    assert len(points(many)) == 1000
    assert len(ET.tostring(many)) < 500_000


def test_nothing_in_it_needs_a_script_or_a_style_of_its_own() -> None:
    text = str(draw(Drawing(marks=marks(1.0, 2.0), label=EVIL, description=EVIL)))
    assert not re.search(r"<script|<style|style=|\son\w+=", text)


limits = some.one_of(some.none(), some.floats(allow_nan=False, width=32))


@given(
    some.lists(
        some.builds(
            Mark,
            time=some.integers(0, 10**8).map(lambda seconds: START + timedelta(seconds=seconds)),
            value=some.one_of(some.none(), some.floats(allow_nan=False)),
            verdict=some.sampled_from(PassFail),
            reference=limits,
            bands=some.builds(Bands, limits, limits, limits, limits),
            title=some.text(some.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20),
            valid=some.booleans(),
        ),
        min_size=1,
        max_size=20,
    ).map(lambda row: sorted(row, key=lambda mark: mark.time))
)
def test_any_history_is_drawn_within_the_chart(row: list[Mark]) -> None:
    svg = drawn(row)
    assert "nan" not in ET.tostring(svg).decode()
    assert all(0 <= left <= 100 and 0 <= top <= HEIGHT for left, top in points(svg))
    for one in svg.iter("rect"):
        if one.attrib.get("class", "").startswith("area"):
            assert float(one.attrib["height"]) >= 0
            assert 0 <= float(one.attrib["y"]) <= HEIGHT
