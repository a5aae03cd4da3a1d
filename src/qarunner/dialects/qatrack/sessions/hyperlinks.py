"""Rows that a client names by their URLs: whole ones, those of another host name, or the path alone."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from qarunner.dialects.qatrack.resources import RESOURCES
from qarunner.dialects.qatrack.rules.records import Problem
from qarunner.dialects.qatrack.rules.texts import NO_URL_MATCH, NOT_A_URL, NOT_NULL, OTHER_URL_MATCH, type_name

# In front of the API may be the path at which a proxy has the server.
_PATH = re.compile(r"(?:/.*)?/api/([a-z]+/[a-z]+)/(\d+)/?", re.ASCII | re.DOTALL)
_DIGITS = 18
NOBODY = 0
"""A number that no row has."""


def read_link(field: str, value: object, resource: str) -> int | Problem:
    """Return the number of the row of a resource that a URL names, whether or not there is one.

    :param resource: its path, such as ``qa/unittestcollections``.
    """
    if value is None:
        return Problem(NOT_NULL, field)
    if not isinstance(value, str):
        return Problem(NOT_A_URL.format(type=type_name(value)), field)
    found = _PATH.fullmatch(_path(value))
    if found is None:
        return Problem(NO_URL_MATCH, field)
    path, digits = found.groups()
    path = f"qa/{path[3:]}" if path.startswith("qc/") else path
    if path != resource:
        return Problem(OTHER_URL_MATCH if path in RESOURCES else NO_URL_MATCH, field)
    return int(digits) if len(digits) <= _DIGITS else NOBODY


def _path(url: str) -> str:
    try:
        return urlsplit(url.strip()).path
    except ValueError:  # such as http://[
        return ""
