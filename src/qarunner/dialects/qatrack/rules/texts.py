"""Every sentence a client may read in an error, in one table.

The upper part is the original's, letter by letter, because clients search in it: trailing blank, double blank and all.
The lower part stands where the original crashes. Names of macros are joined by ``, ``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

REQUIRED = "This field is required."
NOT_NULL = "This field may not be null."
NOT_A_STRING = "Not a valid string."
NOT_AN_INTEGER = "A valid integer is required."
NOT_A_BOOLEAN = "Must be a valid boolean."
NOT_A_URL = "Incorrect type. Expected URL string, received {type}."
NO_URL_MATCH = "Invalid hyperlink - No URL match."
OTHER_URL_MATCH = "Invalid hyperlink - Incorrect URL match."
NOTHING_THERE = "Invalid hyperlink - Object does not exist."
BODY_NOT_AN_OBJECT = "Invalid data. Expected a dictionary, but got {type}."
NOT_A_DATETIME = (
    "Datetime has wrong format. Use one of these formats instead: DD [Jan-Dec] YYYY hh:mm, DD [Jan-Dec] YYYY hh:mm:ss, "
    "YYYY-MM-DD hh:mm, YYYY-MM-DD hh:mm:ss, YYYY-MM-DD hh:mm:ss.uuuuuu, YYYY-MM-DDThh:mm:ss.uuuuuuZ."
)
DATETIME_OUT_OF_RANGE = "Datetime value out of range."
NOT_AN_OBJECT = 'Expected a dictionary of items but got type "{type}".'
NOT_A_LIST = 'Expected a list of items but got type "{type}".'
TEST_NOT_AN_OBJECT = "{names} field(s) have errors. Test data must be a dictionary "
ATTACHMENTS = (
    "`attachments` field must be list of form "
    '[{"filename": "file_name.txt", "value": "<base64 encoded bytes|text>", "encoding": "<base64|text>], ...]'
)

MISSING_DATA = "Missing data for tests: {names}"
WRONG_TYPE = (
    "Wrong value type (number/string) for tests: {names}\n"
    "If these are composite tests with missing dependencies, they should be marked as skipped in your request "
    "(e.g. {{'tests': {{'{first}': {{'skipped': True}}}}}})"
)
CALCULATED = "The following tests are calculated automatically and should not have values provided: {names}"
WRONG_CONSTANT = "Incorrect constant value passed for {name}"
PROCEDURE_FAILED = "Error with {name} test: Invalid Test Procedure: {reason}"
CYCLIC = "Error with {name} test: Cyclic test dependency"
NO_FILENAME = "{name} is missing the filename field"
NOT_BASE64 = "base64 encoding requested but content does not appear to be base64"
COMPLETED_BEFORE_STARTED = "work_completed date must be after work_started"
NO_STATUS = "No test instance status available"

DAY_REQUIRED = "You must include the 'day' key when performing a Test List Cycle"
DAY_OUT_OF_RANGE = "'{day}' is not a valid day for this Test Collection.  Day must be between 0 & {last}"

KEY_TAKEN = "test list instance with this user key already exists."
KEY_TOO_LONG = "Ensure this field has no more than 255 characters."

# Where the original crashes:
SKIPPED_NOT_BOOLEAN = "skipped must be true or false for tests: {names}"
COMMENT_NOT_TEXT = "comment must be text for tests: {names}"
RESULTS = 'qarunner must have the form {"results": {"MACRO": "ID OF A RESULT"}}'
RESULTS_TOO_LATE = "Results are named when a session is posted or completed; this one was completed before"
OTHER_COLLECTION = "A session stays with the unit test collection that it was made for"
OTHER_DAY = "A session stays with the day of the cycle that it was made for"
NO_CONTENT = "{name} is missing the value field: the content of the file, as text or base64"


def names_of(macros: Iterable[str]) -> str:
    """Return macros as the sentences list them."""
    return ", ".join(macros)


def quoted(macros: Iterable[str]) -> str:
    """Return macros in quotation marks, as `TEST_NOT_AN_OBJECT` lists them."""
    return ", ".join(f'"{macro}"' for macro in macros)


_JSON_TYPES: Mapping[type, str] = {type(None): "NoneType", bool: "bool", int: "int", float: "float", str: "str"}


def type_name(value: object) -> str:
    """Return what `NOT_AN_OBJECT` calls the type of a JSON value."""
    return _JSON_TYPES.get(type(value)) or ("list" if isinstance(value, list) else "dict")
