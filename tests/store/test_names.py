"""Names that artifacts may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qarunner.store.errors import BadNameError
from qarunner.store.names import LONGEST_NAME, artifact_name


@pytest.mark.parametrize(
    "name",
    [
        "video.mp4",
        "a/file in a subdirectory/another.log",
        "...",
        "..hidden",
        "a..b/c..",
        "bücher/日本.txt",
        "back\\slash",
        "x" * 255,
        "/".join(["y" * 255] * 4),
    ],
)
def test_ordinary_names_are_taken_as_they_are(name: str) -> None:
    assert artifact_name(name) == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("../secret", "'..'"),
        ("a/../../b", "'..'"),
        ("a/..", "'..'"),
        (".", "'.'"),
        ("a/./b", "'.'"),
        ("a//b", "empty"),
        ("a/", "empty"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\x7f", "control"),
        ("x" * 256, "255 bytes"),
        ("ü" * 128, "255 bytes"),
        ("a/" * 600, "1024"),
        ("\ud800", "Unicode"),
    ],
)
def test_names_that_lead_elsewhere_or_fit_nowhere_are_refused(name: str, why: str) -> None:
    with pytest.raises(BadNameError, match=why) as caught:
        artifact_name(name)
    assert "relative" in caught.value.advice


@given(st.text(alphabet=st.sampled_from("a./\\\0\n é\ud800"), max_size=12))
def test_whatever_is_taken_stays_below_its_folder(name: str) -> None:
    import posixpath

    try:
        taken = artifact_name(name)
    except BadNameError:
        return
    assert posixpath.normpath(posixpath.join("/data", taken)) == f"/data/{taken}"
    assert len(taken.encode()) <= LONGEST_NAME
