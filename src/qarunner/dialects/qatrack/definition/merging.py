"""Makes one definition of several files, and finds the file again of which something is said."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from qarunner.dialects.qatrack.definition.completing import Part
from qarunner.dialects.qatrack.definition.records import Definition
from qarunner.dialects.qatrack.definition.troubles import DefinitionError, Trouble

_ENTRY = re.compile(r"\$\.(?P<section>\w+)\[(?P<number>\d+)\](?P<rest>\S*)")
_IN_BODY = re.compile(r"body \$\.definition(?P<path>\.\w+\[\d+\](?:[.\[][^\s:]*)?)")


def merged(parts: Sequence[Part]) -> Part:
    """Return all parts as one, whose places are those in the files.

    :raises DefinitionError: together they are too many.
    """
    sections = [field.name for field in msgspec.structs.fields(Definition)]
    entries = {
        section: [(part, number, one) for part in parts for number, one in enumerate(getattr(part.definition, section))]
        for section in sections
    }

    def where(path: str) -> str:
        found = _ENTRY.match(path)
        if found is None:
            return parts[0].where(path)
        part, number, _one = entries[found["section"]][int(found["number"])]
        return part.where(f"$.{found['section']}[{number}]{found['rest']}")

    together = {section: [one for _part, _number, one in found] for section, found in entries.items()}
    definition = Definition(**together)
    try:
        msgspec.convert(msgspec.to_builtins(definition), Definition)
    except msgspec.ValidationError as error:
        raise DefinitionError([Trouble("", f"the files together have too much: {error}", "Split it")]) from error
    return Part(definition, where)


def with_places(text: str, part: Part) -> str:
    """Return what a server said of a definition with the places in its files, instead of those in the request."""
    return _IN_BODY.sub(lambda found: part.where(f"${found['path']}"), text)
