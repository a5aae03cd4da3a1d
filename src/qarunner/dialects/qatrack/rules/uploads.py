"""Files in a submission: of upload tests, and attached to the list."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from qarunner.dialects.qatrack.rules.records import Problem, Upload
from qarunner.dialects.qatrack.rules.texts import (
    ATTACHMENTS,
    NO_CONTENT,
    NO_FILENAME,
    NOT_A_LIST,
    NOT_BASE64,
    type_name,
)

FIELD = "attachments"
BASE64 = "base64"
_LONGEST_NAME = 200
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def read_upload(macro: str, given: Mapping[str, Any]) -> Upload | Problem:
    """Return the file that was submitted for an upload test. An empty file can only be sent as text."""
    name = base_name(given.get("filename"))
    if not name:
        return Problem(NO_FILENAME.format(name=macro))
    content = _content(given)
    if content is None:
        known = isinstance(given.get("value"), str)
        return Problem(NOT_BASE64 if known else NO_CONTENT.format(name=macro))
    if not content and given.get("encoding", BASE64) == BASE64:
        return Problem(NOT_BASE64)
    return Upload(filename=name, content=content)


def read_attachments(given: object) -> tuple[Upload, ...] | Problem:
    """Return the files attached to a list, or what is wrong with the first that is not as it should be."""
    if not isinstance(given, list):
        return Problem(NOT_A_LIST.format(type=type_name(given)), FIELD)
    files = []
    for item in given:
        name = base_name(item.get("filename")) if isinstance(item, Mapping) else ""
        if not name or not isinstance(item.get("value"), str):
            return Problem(ATTACHMENTS, FIELD)
        content = _content(item)
        if content is None:
            return Problem(NOT_BASE64, FIELD)
        files.append(Upload(filename=name, content=content))
    return tuple(files)


def base_name(name: object) -> str:
    """Return a file's name without folders and control characters; empty when nothing of it is left."""
    if not isinstance(name, str):
        return ""
    last = _UNSAFE.sub("", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return "" if last in {".", ".."} else last[-_LONGEST_NAME:]


def _content(given: Mapping[str, Any]) -> bytes | None:
    value = given.get("value")
    if not isinstance(value, str):
        return None
    try:
        return b64decode(value, validate=True) if given.get("encoding", BASE64) == BASE64 else value.encode()
    except (binascii.Error, ValueError):
        return None
