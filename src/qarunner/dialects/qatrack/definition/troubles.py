"""What is wrong with a definition: everything at once, each with its place and a piece of advice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qarunner.errors import ConfigurationError

MOST = 20
"""Troubles that are told; who has more has one of them many times."""
ENOUGH = 100
"""After so many nobody looks for more."""


class Troubles(list["Trouble"]):
    """What is found wrong, one after the other."""

    def add(self, place: str, problem: str, advice: str = "") -> None:
        """Note one.

        :raises DefinitionError: it is enough.
        """
        self.append(Trouble(place, problem, advice))
        if len(self) >= ENOUGH:
            self.stop()

    def stop(self) -> None:
        """End here if there is any.

        :raises DefinitionError: with all of them.
        """
        if self:
            raise DefinitionError(self)


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong. `place`: a file and line, or a path in the body of a request."""

    place: str
    problem: str
    advice: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.problem}" if self.place else self.problem
        return f"{text}. {self.advice[0].upper()}{self.advice[1:]}" if self.advice else text


class DefinitionError(ConfigurationError):
    """A definition cannot be used; `troubles` has all that is wrong with it."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles: Sequence[Trouble] = tuple(dict.fromkeys(troubles))
        shown = [str(trouble) for trouble in self.troubles[:MOST]]
        more = len(self.troubles) - len(shown)
        if more > 0:
            shown.append(f"... and {more} more")
        super().__init__("\n".join(["the definition cannot be used", *(f"  {line}" for line in shown)]))
