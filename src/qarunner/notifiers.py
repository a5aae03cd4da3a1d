"""How a plugin describes a notifier, and what it is given: things people want to be told, once per cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from qarunner.drivers import NoOptions, Options
from qarunner.results import Record


class Notice(Record, frozen=True):
    """Something to tell.

    `cause`: told once, such as ``job finished:/node/0a23/972``; also says which it was when it arrives twice.
    `kind`: ``job finished``, ``new failure`` or ``node offline``.
    `title`: one line. `text`: a few sentences. `url`: a page about it. `data`: the same for programs.
    """

    cause: str
    kind: str
    title: str
    text: str
    time: datetime
    url: str = ""
    data: dict[str, Any] = {}


class Notifier(Protocol):
    """Tells people."""

    def send(self, notice: Notice) -> None:
        """Send one notice; time limit 30 s, on a thread of the server's own.

        :raises DeliveryRejectedError: it will never be taken. Any other exception means: try again later.
        """


@dataclass(frozen=True)
class NotifierDescription:
    """A notifier as a plugin offers it through the `qa_notifiers` hook.

    :param name: by which ``[notifiers.NAME]`` configures it, and so switches it on.
    :param summary: one line for lists.
    :param open: makes the notifier from its validated options; imports what it needs here.
    :param options: the typed options.
    """

    name: str
    summary: str
    open: Callable[[Any], Notifier]
    options: type[Options] = NoOptions
