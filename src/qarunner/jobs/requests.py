"""A request to run testcases, checked: what Stb-tester's documentation allows, and what its clients really send."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from qarunner.config_sources import parse_tags
from qarunner.errors import ConfigurationError, nearest
from qarunner.jobs.errors import BadRequestError

LONGEST_CATEGORY = 400
"""Bytes."""
MOST_TESTCASES = 50_000
_BAD_CATEGORY = re.compile(r"[:$\x00-\x1f\x7f-\x9f\u2028\u2029]")


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants run.

    `revision`: branch, tag, sha, ``HEAD`` or a full ref. `forever`: until stopped. `time_limit`: seconds
    for the whole job, 0 for none. `original`: the request as it came.
    """

    node: str
    revision: str
    testcases: tuple[str, ...]
    remote_control: str = ""
    category: str = "default"
    forever: bool = False
    shuffle: bool = False
    tags: dict[str, str] = {}
    time_limit: float = 0.0
    original: dict[str, object] = {}


def check_request(request: RunRequest) -> None:
    """Check what can be checked without the pack.

    :raises BadRequestError: says which parameter, and what it may be.
    """
    if not request.testcases:
        raise BadRequestError("test_cases is empty", "Name at least one testcase")
    if len(request.testcases) > MOST_TESTCASES:
        raise BadRequestError(f"test_cases has {len(request.testcases)} names, {MOST_TESTCASES} are allowed")
    if not 0 <= request.time_limit < float("inf"):
        raise BadRequestError(f"{request.time_limit!r} is no time limit", "Give seconds, or 0 for none")
    check_category(request.category)
    for name, value in request.tags.items():
        try:
            usable = "=" not in name and "\n" not in value and "\0" not in value and parse_tags([f"{name}={value}"])
        except ConfigurationError as error:
            raise BadRequestError(f"tag: {error.problem}", error.advice) from error
        if not usable:
            problem = f"the tag {name[:80]!r} is not usable"
            raise BadRequestError(problem, "A name has no '=', a value no line break")


def check_category(category: str) -> None:
    """Check a category's name.

    :raises BadRequestError: says what is wrong with it.
    """
    advice = "It must not be empty, begin with '.' or '-', or contain ':', '$' or control characters"
    try:
        size = len(category.encode())
    except UnicodeEncodeError:
        raise BadRequestError("the category is no valid Unicode", advice) from None
    if not category.strip() or category[0] in ".-" or _BAD_CATEGORY.search(category):
        raise BadRequestError(f"{category[:80]!r} is not usable as a category", advice)
    if size > LONGEST_CATEGORY:
        raise BadRequestError(f"the category has {size} bytes, {LONGEST_CATEGORY} are allowed")


def check_testcases(wanted: Sequence[str], known: Sequence[str], revision: str) -> None:
    """Check that the pack has all the testcases.

    :raises BadRequestError: names the first that it has not, and the nearest that it has.
    """
    present = frozenset(known)
    missing = [testcase for testcase in wanted if testcase not in present]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        problem = f"the test pack at {revision[:100]!r} has no testcase {missing[0][:300]!r}{more}"
        raise BadRequestError(problem, nearest(missing[0], known[:5000]) or "See the list of its testcases")


def check_remote_control(wanted: str, known: Sequence[str], default: str) -> str:
    """Return the remote control to use; a pack without any configured ones takes every name.

    :raises BadRequestError: the pack has others, but not this one.
    """
    if not wanted:
        return default
    if any(ord(character) < ord(" ") for character in wanted):
        raise BadRequestError("the name of the remote control has control characters")
    if known and wanted not in known and wanted != default:
        guess = nearest(wanted, known)
        problem = f"the test pack has no remote control {wanted[:80]!r}"
        raise BadRequestError(problem, f"{guess} known: {', '.join(known)}".strip())
    return wanted
