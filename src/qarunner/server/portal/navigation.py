"""The links at the top of every page: the portal's own, and those of the dialects that have pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from flask import request

from qarunner.access import Action
from qarunner.dialects.routes import caller_if_known
from qarunner.errors import PluginError

if TYPE_CHECKING:
    from qarunner.dialects.spec import Dialect, PageLink

HOME = "/app/"


class ShownLink(NamedTuple):
    """A link as a page shows it. `current`: what its ``aria-current`` says; empty for another page's."""

    text: str
    address: str
    current: str


def links_of(dialects: Iterable[Dialect]) -> Callable[[], list[ShownLink]]:
    """Return what gives a template the links for whoever asks.

    :raises PluginError: a link is for those who may do something that there is not.
    """
    shared = [dialect for dialect in dialects if not dialect.binding or dialect.binding.shared]
    here = [(link, _action(dialect, link)) for dialect in shared for link in dialect.navigation]

    def navigation() -> list[ShownLink]:
        identity = caller_if_known()
        if identity is None:
            return []
        return [
            ShownLink(link.text, request.script_root + link.path, current(link, request.path))
            for link, action in here
            if identity.may(action)
        ]

    return navigation


def _action(dialect: Dialect, link: PageLink) -> Action:
    try:
        return Action(link.action)
    except ValueError:
        problem = f"dialect {dialect.name!r} has a link {link.text!r} for those who may {link.action!r}"
        raise PluginError(problem, f"Write one of: {', '.join(Action)}.") from None


def current(link: PageLink, path: str) -> str:
    """Return what a page at `path` says of a link: ``page`` when it leads there, ``true`` when the page is below it."""
    if path.rstrip("/") == link.path.rstrip("/"):
        return "page"
    return "true" if link.path != HOME and path.startswith(f"{link.path.rstrip('/')}/") else ""
