"""What a chart shows, and its ticks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qarunner.dialects.qatrack.portal.chart.axes import (
    Span,
    span_of_times,
    span_of_values,
    time_ticks,
    value_ticks,
)
from qarunner.dialects.qatrack.portal.chart.marks import Mark
from qarunner.dialects.qatrack.rules.bands import Bands
from qarunner.dialects.qatrack.rules.records import PassFail

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def marks(*values: float | None, bands: Bands = Bands(), reference: float | None = None) -> list[Mark]:  # noqa: B008 - frozen
    return [
        Mark(time=START + timedelta(days=day), value=value, verdict=PassFail.OK, bands=bands, reference=reference)
        for day, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ((5.0, 15.0), 4.3, 15.7),
        ((10.0,), 9.3, 10.7),
        ((10.0, 10.0, 10.0), 9.3, 10.7),
        ((0.0,), -1.0, 1.0),
        ((None, None), -1.0, 1.0),
    ],
)
def test_all_values_are_shown_with_some_room(values: tuple[float | None, ...], low: float, high: float) -> None:
    span = span_of_values(marks(*values))
    assert (span.low, span.high) == pytest.approx((low, high))


def test_the_limits_are_shown_whole() -> None:
    span = span_of_values(marks(100.0, 101.0, bands=Bands(80, 90, 110, None), reference=95))
    assert span.low < 80
    assert span.high > 110


def test_a_value_far_out_does_not_crush_the_others_but_a_near_one_is_shown() -> None:
    usual = [100.0, 101.0, 99.0, 100.5, 99.5, 100.2]
    assert span_of_values(marks(*usual, 1e6)).high < 110
    assert span_of_values(marks(*usual, 104.0)).high > 104
    assert span_of_values(marks(*usual[:3], 1e6)).high > 1e6, "of four values nobody knows what is usual"


@given(some.lists(some.floats(allow_nan=False), min_size=1, max_size=30))
def test_any_numbers_give_a_span_and_a_few_round_ticks(values: list[float]) -> None:
    span = span_of_values(marks(*values))
    assert span.low < span.high
    ticks = value_ticks(span)
    assert len(ticks) <= 8
    assert all(span.low <= tick.at <= span.high or tick.at == pytest.approx(span.low) for tick in ticks)
    assert all(len(tick.text) <= 11 for tick in ticks)


@pytest.mark.parametrize(
    ("span", "texts"),
    [
        (Span(0.0, 10.0), ["0", "2", "4", "6", "8", "10"]),
        (Span(750.0, 1250.0), ["800", "900", "1000", "1100", "1200"]),
        (Span(-0.12, 0.12), ["-0.10", "-0.05", "0.00", "0.05", "0.10"]),
        (Span(0.0, 1.4), ["0.00", "0.25", "0.50", "0.75", "1.00", "1.25"]),
        (Span(0.0, 4e8), ["0", "1e+08", "2e+08", "3e+08", "4e+08"]),
    ],
)
def test_ticks_of_values_are_round(span: Span, texts: list[str]) -> None:
    assert [tick.text for tick in value_ticks(span)] == texts


def times(first: datetime, last: datetime) -> Span:
    return Span(first.timestamp(), last.timestamp())


TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("hours", "texts"),
    [
        (0.01, ["12:00:00", "12:00:05", "12:00:10", "12:00:15", "12:00:20", "12:00:25", "12:00:30", "12:00:35"]),
        (3, ["12:00", "12:30", "13:00", "13:30", "14:00", "14:30", "15:00"]),
        (40, ["12:00", "18:00", "2 Mar", "06:00", "12:00", "18:00", "3 Mar"]),
        (24 * 20, ["2 Mar", "4 Mar", "6 Mar", "8 Mar", "10 Mar", "12 Mar", "14 Mar", "16 Mar", "18 Mar", "20 Mar"]),
        (24 * 60, ["2 Mar", "9 Mar", "16 Mar", "23 Mar", "30 Mar", "6 Apr", "13 Apr", "20 Apr", "27 Apr"]),
        (24 * 365, ["May 2026", "Jul", "Sep", "Nov", "Jan 2027", "Mar"]),
        (24 * 365 * 9, ["2027", "2028", "2029", "2030", "2031", "2032", "2033", "2034", "2035"]),
    ],
)
def test_ticks_of_times_are_round(hours: float, texts: list[str]) -> None:
    assert [tick.text for tick in time_ticks(times(START, START + timedelta(hours=hours)), UTC)] == texts


def test_days_begin_at_midnight_of_the_servers_zone_also_where_the_clock_changes() -> None:
    first = datetime(2026, 3, 5, tzinfo=TORONTO)
    ticks = time_ticks(times(first, first + timedelta(days=8)), TORONTO)
    moments = [datetime.fromtimestamp(tick.at, TORONTO) for tick in ticks]
    assert [f"{moment:%d %H:%M}" for moment in moments] == [f"{day:02} 00:00" for day in range(5, 14)]
    assert {moment.utcoffset() for moment in moments} == {timedelta(hours=-5), timedelta(hours=-4)}


def test_an_hour_that_the_clock_leaves_out_has_no_tick_of_its_own() -> None:
    first = datetime(2026, 3, 8, 0, 30, tzinfo=TORONTO)
    ticks = time_ticks(times(first, first.astimezone(UTC) + timedelta(hours=8)), TORONTO)
    assert [tick.text for tick in ticks] == ["01:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00", "09:00"]


@given(
    some.datetimes(datetime(2, 1, 1), datetime(9990, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001 - hypothesis wants it so
    some.floats(1.0, 3e9),
    some.sampled_from([UTC, TORONTO, ZoneInfo("Asia/Kathmandu"), timezone(timedelta(hours=14))]),
)
def test_any_stretch_of_time_has_a_few_ticks_within_it_and_in_order(
    first: datetime, seconds: float, zone: ZoneInfo
) -> None:
    low = first.timestamp()
    span = Span(low, min(low + seconds, datetime(9998, 1, 1, tzinfo=UTC).timestamp()))
    ticks = time_ticks(span, zone)
    assert len(ticks) <= 12
    assert [tick.at for tick in ticks] == sorted({tick.at for tick in ticks})
    assert all(span.low <= tick.at <= span.high for tick in ticks)


def test_a_single_moment_is_in_the_middle() -> None:
    assert span_of_times(marks(1.0)).share(START.timestamp()) == 0.5
