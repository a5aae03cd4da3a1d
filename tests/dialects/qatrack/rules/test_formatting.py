"""Formats that users write for numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qarunner.dialects.qatrack.rules.formatting import formatted


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%.2F", "3.14"),
        ("%.3E", "3.142E+00"),
        ("%d", "3"),
        ("%.1f mm", "3.1 mm"),
        ("%.0f%%", "3%"),
        ("{:06.2f}", "003.14"),
        ("{}", "3.14159"),
        ("{:.1f} mm", "3.1 mm"),
    ],
)
def test_formats_of_both_styles_are_used(form, text):
    assert formatted(3.14159, form) == text


@pytest.mark.parametrize(
    "form", ["", "words", "%q", "%", "%d %d", "%s %", "{", "{:q}", "{0.real}", "{!r}", "{:{}}", "%(a)s", "%*d", "%c"]
)
def test_other_formats_are_none(form):
    assert formatted(3.14159, form) is None


@pytest.mark.parametrize("form", ["%99999999f", "%.99999999f", "{:99999999f}", "{:.99999999f}"])
def test_a_format_cannot_ask_for_megabytes(form):
    assert formatted(1.0, form) is None


@settings(deadline=None)
@given(st.text(alphabet="%{}:.+-# 0123456789dfeEgGsxXcon!><=,_", max_size=12), st.floats() | st.integers() | st.text())
def test_no_format_raises_or_grows(form, value):
    text = formatted(value, form)
    assert text is None or len(text) < 5000
