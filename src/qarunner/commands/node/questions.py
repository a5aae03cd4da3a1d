"""Questions to the person at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.commands.node.hardware import lines
from qarunner.commands.terminal import painted, say
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.drivers import Discovered

NONE = "-"


def ask(question: str, default: str = "") -> str:
    """Return the answer, or the default for an empty one.

    :raises QarunnerError: there is no answer: the input has ended.
    """
    shown = f" [{default}]" if default else ""
    try:
        return input(f"{painted(question, 'bold')}{shown}: ").strip() or default
    except EOFError as error:
        say()
        raise QarunnerError("the questions were not answered to the end; nothing was written") from error


def agree(question: str) -> bool:
    """Return whether the answer is yes; an empty one is."""
    while True:
        answer = ask(f"{question} (y/n)", "y").lower()
        if answer in ("y", "yes", "n", "no"):
            return answer.startswith("y")


def choose(title: str, found: list[Discovered], device: str = "", *, first: bool = False) -> tuple[str, str]:
    """Let a person choose what was found, or write a URI; return it and the device it belongs to, both empty for none.

    :param device: what belongs to it is proposed. :param first: without one, the first that needs no more words is.
    """
    say(painted(f"\n{title}", "bold"))
    for number, line in enumerate(lines(found), 1):
        say(f"  {number}{line}")
    if not found:
        say("  nothing was found by itself; `qarunner doctor` says what is missing, `qarunner plugins` lists drivers")
    numbers = [number for number, one in enumerate(found, 1) if (one.device == device if device else not one.asks)]
    proposed = str(numbers[0]) if numbers and (device or first) else NONE
    while True:
        answer = ask(f"{'A number, a' if found else 'A'} URI, or {NONE} for none", proposed)
        if answer == NONE:
            return "", ""
        if answer.isdecimal() and 1 <= int(answer) <= len(found):
            chosen = found[int(answer) - 1]
            rest = ask(f"{chosen.uri} needs {chosen.asks}") if chosen.asks else ""
            if rest or not chosen.asks:
                return chosen.uri + rest, chosen.device
        elif ":" in answer:
            return answer, ""
        else:
            say(f"{answer} is neither in the list nor a URI such as v4l2:/dev/video0")
