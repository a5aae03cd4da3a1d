"""Reads the files of a test pack that define things: ``config/qatrack/*.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from qarunner.decoding import decoder_of
from qarunner.dialects.qatrack.definition import records
from qarunner.dialects.qatrack.definition.completing import Part
from qarunner.dialects.qatrack.definition.records import Definition
from qarunner.dialects.qatrack.definition.troubles import DefinitionError, Trouble
from qarunner.dialects.qatrack.definition.yaml_text import YamlError, read_yaml
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import PassFail
from qarunner.errors import ConfigurationError, nearest

FOLDER = "config/qatrack"
"""Of a test pack; each ``.yaml`` in it is a part of the definition."""
_UNKNOWN = re.compile(r"unknown field `(?P<word>[^`]*)`")
_AT = re.compile(r" - at `(?P<path>[^`]*)`$")
_KEY = re.compile(r" - at `key` in `(?P<path>[^`]*)`$")
_TYPES = {
    "object": "a table", "array": "a list", "str": "a text", "int": "a whole number", "float": "a number",
    "bool": "true or false", "null": "nothing", "date": "a date",
}  # fmt: skip
"""msgspec's words for types, and ours."""


def definition_files(pack: Path) -> list[Path]:
    """Return the files of a test pack, in the order of their names.

    :raises ConfigurationError: it has none.
    """
    folder = pack / FOLDER
    files = sorted(path for pattern in ("*.yaml", "*.yml") for path in folder.glob(pattern) if path.is_file())
    if not files:
        advice = "Write one, or let one be proposed: qarunner qatrack plan"
        raise ConfigurationError(f"there are no files *.yaml in {folder}", advice)
    return files


def read_files(files: Iterable[Path], relative_to: Path | None = None) -> list[Part]:
    """Return what files define.

    :param relative_to: the folder that shown names of files are relative to.
    :raises DefinitionError: a file cannot be read, or is no definition; it names all that is wrong.
    """
    parts: list[Part] = []
    troubles: list[Trouble] = []
    for path in files:
        shown = str(path.relative_to(relative_to)) if relative_to else str(path)
        try:
            parts.append(read_text(path.read_text(encoding="utf-8"), shown))
        except DefinitionError as error:
            troubles += error.troubles
        except FileNotFoundError:
            troubles.append(Trouble(shown, "there is no such file", "The default is all of config/qatrack"))
        except (OSError, UnicodeDecodeError) as error:
            troubles.append(Trouble(shown, f"it cannot be read: {error}", "Is it a file of text in UTF-8?"))
    if troubles:
        raise DefinitionError(troubles)
    return parts


def read_text(text: str, name: str) -> Part:
    """Return what the text of a file defines.

    :param name: of the file, for places.
    :raises DefinitionError: it is no definition.
    """
    try:
        value, lines = read_yaml(text)
    except YamlError as error:
        place = f"{name}:{error.line}" if error.line else name
        raise DefinitionError([Trouble(place, error.problem, error.advice)]) from error

    def where(path: str) -> str:
        while path not in lines and path != "$":
            path = path[: max(path.rfind("."), path.rfind("["))]
        return f"{name}:{lines.get(path, 1)}"

    decoder_of(Definition)  # without it `convert` may not be used in several threads
    try:
        return Part(msgspec.convert({} if value is None else value, Definition), where)
    except msgspec.ValidationError as error:
        path, problem, advice = explained(str(error), value)
        raise DefinitionError([Trouble(where(path), problem, advice)]) from error


def explained(text: str, value: Any) -> tuple[str, str, str]:
    """Return where something is wrong, what, and what to do, of what msgspec says of a value."""
    found = _KEY.search(text) or _AT.search(text)
    path = found["path"] if found else "$"
    problem = text[: found.start()] if found else text
    unknown = _UNKNOWN.search(problem)
    if unknown is not None:
        exact, known = _place_of(unknown["word"], path, value)
        words = sorted(known)
        advice = nearest(unknown["word"], words) or f"there are {', '.join(words)}"
        return f"{exact}.{unknown['word']}", f"{unknown['word']!r} is not known here", advice
    return path, *_in_words(problem)


def _in_words(problem: str) -> tuple[str, str]:
    """Return a problem, and what to do about it."""
    if problem.startswith("Invalid enum value"):
        wrong = problem.partition("'")[2].rstrip("'")
        known = [*map(str, Kind), *map(str, PassFail), "absolute", "percent", "day", "tlname"]
        return f"{wrong!r} is none of the words that may stand here", nearest(wrong, known)
    if "date" in problem:
        return "this is no date", "write it like 2026-12-31"
    kinds = re.findall(r"`([^`]+)`", problem)
    if "missing required field" in problem:
        return f"there is no {kinds[0]!r} here", "it is what the thing is known by, so write it"
    if problem.startswith("Expected `") and len(kinds) == 2:  # noqa: PLR2004 - what is expected, and what is there
        wanted, got = (" or ".join(_TYPES.get(one, one) for one in kind.split(" | ")) for kind in kinds)
        in_quotes = "str" in kinds[0] and kinds[1] in ("int", "float", "bool")
        advice = "put a text that looks like something else in quotes" if in_quotes else ""
        return f"{wanted} is expected here, not {got}", advice
    for kind in kinds:
        problem = problem.replace(f"`{kind}`", _TYPES.get(kind, kind))
    return f"{problem[0].lower()}{problem[1:]}", ""


def _place_of(word: str, path: str, value: Any) -> tuple[str, Sequence[str]]:
    """Return the path of the record that has an unknown word, and the words it may have.

    msgspec writes ``[...]`` for a name that was chosen freely, so the record is looked for.
    """
    steps = re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path)
    kind: Any = Definition
    exact = "$"
    for name, number in steps:
        kind = _inner(get_type_hints(kind)[name]) if name else kind
        if name:
            exact, value = f"{exact}.{name}", value[name]
        elif number == "...":
            key = next(key for key, inner in value.items() if isinstance(inner, Mapping) and word in inner)
            exact, value = f"{exact}.{key}", value[key]
        else:
            exact, value = f"{exact}[{number}]", value[int(number)]
    return exact, [field.encode_name for field in msgspec.structs.fields(kind)]


def _inner(hint: Any) -> Any:
    """Return the record within a type such as ``list[str | Test]``."""
    if isinstance(hint, type) and issubclass(hint, records.Written):
        return hint
    return next((found for part in get_args(hint) if (found := _inner(part)) is not None), None)
