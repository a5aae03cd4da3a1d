"""What testcases, measurements and their lists are called in QATrack+.

The reporter sends by these names, and whoever proposes a list for a test pack must use the same. A macro is a Python
identifier in lower case of at most 128 characters, unique only within its list.
"""

from __future__ import annotations

import hashlib
import keyword
import re
import unicodedata
from collections.abc import Iterable

LIST_MARKER = "qa_list"
"""``@pytest.mark.qa_list("Name")`` of a function, a class or a module; behave's tag ``@qa_list:Name``."""
LONGEST_MACRO = 128
HASH_DIGITS = 6


def list_of_testcase(testcase: str, markers: Iterable[str] = ()) -> str:
    """Return the name of the list a testcase belongs to: what its closest marker says, else its file.

    :param markers: as a result has them, the closest first.
    """
    prefix = f"{LIST_MARKER}:"
    named = (marker.removeprefix(prefix).strip() for marker in markers if marker.startswith(prefix))
    return next(filter(None, named), testcase.partition("::")[0])


def macros_of_testcase(testcase: str) -> tuple[str, str]:
    """Return the macros a testcase may have, the more exact one first: with the hash of its name, and without.

    The one with the hash tells two testcases apart that are the same without: ``test_a[x-y]`` and ``test_a[x_y]``.
    """
    return _both(testcase.partition("::")[2] or testcase)


def macros_of_measurement(testcase: str, measurement: str) -> tuple[str, str]:
    """Return the macros a measurement may have, the more exact one first: with its testcase, and alone.

    Alone it stands for that measurement of a list, whichever testcase took it.
    """
    name = testcase.partition("::")[2] or testcase
    return macro_name(f"{name} {measurement}"), macro_name(measurement)


def macro_name(text: str) -> str:
    """Return a text as a macro; where letters were lost or it is too long, six digits of its hash make it unique."""
    return _both(text)[1]


def _both(text: str) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    name = re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")
    digits = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_DIGITS]
    room = LONGEST_MACRO - HASH_DIGITS - 1
    if not name or name[0].isdigit():
        name = f"t_{name}".rstrip("_")
    hashed = f"{name[:room].rstrip('_')}_{digits}"
    lost = any(letter.isalnum() and not letter.isascii() for letter in letters)
    if lost or len(name) > LONGEST_MACRO:
        return hashed, hashed
    return hashed, f"{name}_" if keyword.iskeyword(name) else name
