"""Who answers for a path, and what happens when two would."""

from __future__ import annotations

import pytest
from tests.peers.tiny_dialect import tiny

from qarunner.errors import PluginError
from qarunner.server.claims import Claims


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "all"),
        ("/anything/else", "all"),
        ("/api", "api"),
        ("/api/", "api"),
        ("/api/v2x", "api"),
        ("/api/v2", "two"),
        ("/api/v2/jobs/1", "two"),
        ("//api//v2//jobs", "two"),
    ],
)
def test_the_longest_claim_of_whole_segments_wins(path: str, name: str) -> None:
    claims = Claims([tiny("/", name="all"), tiny("/api", name="api"), tiny("/api/v2", name="two")])
    found = claims.of(path)
    assert found is not None
    assert found.name == name


def test_what_nobody_claims_is_nobodys() -> None:
    assert Claims([tiny("/api/v2")]).of("/api") is None


def test_two_dialects_with_one_claim_are_an_error_that_names_both() -> None:
    with pytest.raises(PluginError, match="'one' and 'two' both claim '/api/'"):
        Claims([tiny("/api", name="one"), tiny("/api/", name="two")])


def test_two_dialects_of_one_name_are_an_error() -> None:
    with pytest.raises(PluginError, match="two dialects are called 'one'"):
        Claims([tiny("/a", name="one"), tiny("/b", name="one")])


@pytest.mark.parametrize("path", ["", "api", "//api"])
def test_a_claim_is_a_path(path: str) -> None:
    with pytest.raises(PluginError, match="which is no path"):
        Claims([tiny(path)])
