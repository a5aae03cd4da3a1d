"""What the document says of the bodies that complete a list, or change a session."""

from __future__ import annotations

from typing import Any

from qarunner.dialects.qatrack.resources.spec import URI
from qarunner.dialects.qatrack.schema.columns import TEXT

FLAG = {"type": "boolean"}
FILE = {
    "filename": TEXT,
    "value": {"type": "string", "description": "the content: base64, or as it is where encoding is text"},
    "encoding": {"type": "string", "enum": ["base64", "text"], "default": "base64"},
}
TEST = {
    "type": "object",
    "properties": {
        "value": {"description": "a number, a text, true, false or null, by the test's type"},
        "skipped": FLAG,
        "comment": TEXT,
        **{name: schema for name, schema in FILE.items() if name != "value"},
    },
}
TIME = {"type": "string", "description": "such as 2018-07-06 10:00, in the server's time zone; ISO 8601 with an offset"}
REQUIRED = ("unit_test_collection", "work_started", "tests")
PROPERTIES: dict[str, Any] = {
    "unit_test_collection": URI,
    "work_started": TIME,
    "work_completed": TIME,
    "in_progress": FLAG,
    "include_for_scheduling": FLAG,
    "comment": TEXT,
    "status": URI,
    "day": {"type": "integer", "description": "of a cycle, from 0"},
    "user_key": {"type": "string", "maxLength": 255, "nullable": True},
    "tests": {"type": "object", "description": "by macro", "additionalProperties": TEST},
    "attachments": {
        "type": "array",
        "items": {"type": "object", "required": ["filename", "value"], "properties": FILE},
    },
}
NEW: dict[str, Any] = {"type": "object", "required": list(REQUIRED), "properties": PROPERTIES}
CHANGE: dict[str, Any] = {"type": "object", "properties": PROPERTIES}
BODIES = {"post_session": ("NewSession", NEW), "patch_session": ("SessionChange", CHANGE)}
"""Name and schema of the body, by the endpoint."""
