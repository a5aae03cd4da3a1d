"""The server's verdict on what was measured, beside ours: a second opinion, which fails a run only on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Found

WORDS = {"ok": "ok", "tolerance": "tolerance", "action": "action", "no_tol": "no limits", "not_done": "not done"}
WORST_FIRST = ("action", "tolerance", "ok", "no_tol", "not_done")
FAILING: Mapping[str, Sequence[str]] = {"": (), "action": ("action",), "tolerance": ("action", "tolerance")}
MOST_LINES = 20


def opinion_lines(verdicts: Mapping[str, str], found: Mapping[str, Found]) -> list[str]:
    """Return a line for each value that somebody measured or the server calculated, the worst first."""
    judged = [macro for macro in verdicts if macro not in found or found[macro].measurement is not None]
    # What the server did not judge and nobody measured is not worth a line.
    judged = [macro for macro in judged if macro in found or verdicts[macro] in ("action", "tolerance")]
    judged.sort(key=lambda macro: _rank(verdicts[macro]))
    lines = [f"  {_line(macro, verdicts[macro], found.get(macro))}" for macro in judged[:MOST_LINES]]
    if len(judged) > MOST_LINES:
        rest = Counter(WORDS.get(verdicts[macro], verdicts[macro]) for macro in judged[MOST_LINES:])
        lines.append(f"  and {', '.join(f'{number} {word}' for word, number in rest.items())}")
    return lines


def failing(verdicts: Mapping[str, str], found: Mapping[str, Found], fail_on: str) -> list[str]:
    """Return the macros whose verdict fails the run; testcases fail by themselves."""
    return [
        macro
        for macro, verdict in verdicts.items()
        if verdict in FAILING[fail_on] and (macro not in found or found[macro].measurement is not None)
    ]


def invisible(verdicts: Mapping[str, str], found: Mapping[str, Found]) -> list[str]:
    """Return the macros of failed testcases that the server does not count as failures."""
    wrong = (macro for macro, one in found.items() if one.measurement is None and one.value is False)
    return [macro for macro in wrong if verdicts.get(macro) in ("ok", "no_tol")]


def _line(macro: str, verdict: str, found: Found | None) -> str:
    word = WORDS.get(verdict, verdict)
    if found is None or found.measurement is None:
        return f"{macro} (calculated): {word}"
    measured = found.measurement
    value = f"{measured.value:.6g} {measured.unit}".strip()
    limited = measured.low is not None or measured.high is not None
    ours = ("ok" if measured.within_limits else "fail") if limited else "no limits"
    return f"{macro} = {value}: {word}; here: {ours}"


def _rank(verdict: str) -> int:
    return WORST_FIRST.index(verdict) if verdict in WORST_FIRST else len(WORST_FIRST)
