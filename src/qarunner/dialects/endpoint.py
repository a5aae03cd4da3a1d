"""One route of our own API, described once: the server routes by it, and the OpenAPI document is made of it.

Dialects describe routes so, too: `Dialect.endpoints` says where those come to stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.access.limits import ORDINARY

if TYPE_CHECKING:
    from qarunner.access import Action

FILES = ("artifact",)
"""Variables in a path that hold slashes."""


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a route takes from the query; each field is one parameter."""


class Nothing(Query, frozen=True):
    """No parameters."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a route takes from the body; fields of a newer client are passed over."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a route answers."""


@dataclass(frozen=True)
class Endpoint:
    """A route.

    :param path: below ``/qarunner/api/v1``, of a dialect below that and its name; with variables in braces.
    :param summary: one line for people.
    :param view: called with the path's variables by name, and with `query` and `body` where those are declared;
        returns what `answer` says, or a whole `flask.Response`.
    :param action: what it lets people do; None when anybody may call it.
    :param answer: a type; None where the answer is no JSON.
    :param media: of an answer that is no JSON, and of a body that is none.
    :param statuses: what it answers besides 400, 401, 403, 429 and 503.
    :param dialect: whose it is; set where the routes of a dialect are taken up.
    """

    method: str
    path: str
    summary: str
    view: Callable[..., Any]
    action: Action | None
    answer: Any = None
    query: type[Query] = Nothing
    body: Any = None
    media: str = "application/octet-stream"
    takes_bytes: bool = False
    status: int = 200
    statuses: tuple[int, ...] = ()
    limit: str = ORDINARY
    body_limit: int | None = None
    dialect: str = ""

    @property
    def name(self) -> str:
        """Unique: the view's own name, after that of its dialect."""
        return f"{self.dialect}_{self.view.__name__}" if self.dialect else self.view.__name__

    @property
    def address(self) -> str:
        """The path below ``/qarunner/api/v1``."""
        return f"/{self.dialect}{self.path}" if self.dialect else self.path

    @property
    def variables(self) -> list[str]:
        """The variables of the path, in their order."""
        return re.findall(r"{(\w+)}", self.path)
