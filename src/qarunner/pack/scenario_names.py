"""The one rule that names the scenarios of a feature file, used when they are listed and when they are run.

- A scenario is called what it is called, a row of an outline what behave calls it (``Zap to One -- @1.1 Free``).
- One inside a rule has the rule before it, always: ``Parental lock / Settings open``. If that depended on whether the
  name is taken elsewhere, adding a scenario would rename another and cut its history in two.
- Equal names are numbered in the order of the file: ``Settings open``, ``Settings open #2``. Line numbers are no part
  of a name, because they change with every edit above.
- pytest splits what it is given at ``::``, so colons in a row are written apart: ``a::b`` becomes ``a: :b``.
- Line breaks and other control characters become a blank, and a scenario without a name is ``(unnamed)``.

Everything else stands as it is: quotes, slashes, brackets, any script, any length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

UNNAMED = "(unnamed)"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_COLONS = re.compile(r":(?=:)")


def escaped(name: str) -> str:
    """Return a name as it may stand after ``::`` on pytest's command line."""
    return _COLONS.sub(": ", _CONTROL.sub(" ", name)).strip() or UNNAMED


def unique_names(scenarios: Iterable[tuple[str, str, int]]) -> list[str]:
    """Return a name for each scenario of one feature, all different, in the same order.

    :param scenarios: (name of the rule it stands in, or an empty string; its own name; its line) in the order of the
        file.
    """
    plain = [_plain_name(rule, name) for rule, name, _line in scenarios]
    taken = set(plain)  # a scenario that is really called "x #2" keeps that name, wherever it stands
    met: dict[str, int] = {}
    unique: list[str] = []
    for name in plain:
        number, chosen = met.get(name, 0) + 1, name
        while number > 1 and (chosen := f"{name} #{number}") in taken:
            number += 1
        met[name] = number
        taken.add(chosen)
        unique.append(chosen)
    return unique


def _plain_name(rule: str, name: str) -> str:
    prefix = f"{rule.strip()} / " if rule.strip() else ""
    return escaped(prefix + (name.strip() or UNNAMED))
