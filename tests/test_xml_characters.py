"""Text for XML: what it cannot hold is replaced, everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qarunner import xml_text

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(text=ANY_TEXT)
def test_sanitising_twice_changes_nothing_more(text: str) -> None:
    once = xml_text(text)
    assert xml_text(once) == once


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x00b\x08c\x1b", "a\ufffdb\ufffdc\ufffd"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("\x7f", "\ufffd"),
        ("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour"),
        ("ä 漢 😀 \x85 \U0010ffff", "ä 漢 😀 \x85 \U0010ffff"),
    ],
)
def test_what_xml_cannot_hold_is_replaced_and_everything_else_stays(text: str, clean: str) -> None:
    assert xml_text(text) == clean
