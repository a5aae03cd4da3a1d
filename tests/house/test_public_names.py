"""What `qarunner` offers to plugins and tests is there, once, and known to type checkers."""

from __future__ import annotations

import pytest

import qarunner


@pytest.mark.parametrize("name", qarunner.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(qarunner, name) is not None


def test_the_names_listed_are_the_names_offered() -> None:
    assert sorted(qarunner.__all__) == sorted(["__version__", *qarunner._MODULE_OF])


def test_a_name_that_is_not_offered_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'qarunner' has no attribute 'Drivver'"):
        getattr(qarunner, "Drivver")  # noqa: B009 - a type checker would refuse the plain form
