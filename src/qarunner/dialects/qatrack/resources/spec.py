"""How a resource of the API is described: where it is, what its rows show, and what they can be asked for by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.orm import DeclarativeBase

    from qarunner.dialects.qatrack.reading.addresses import Addresses

URI: Mapping[str, Any] = {"type": "string", "format": "uri"}
URIS: Mapping[str, Any] = {"type": "array", "items": URI}
TEXT: Mapping[str, Any] = {"type": "string"}
NUMBER: Mapping[str, Any] = {"type": "integer"}
NO_URI: Mapping[str, Any] = {**URI, "nullable": True}
"""What fields are that no column tells of, as JSON Schema says it."""
Row = Mapping[str, Any]
"""One row of a resource's table, by the names of its columns in Python."""
Shape = dict[str, Any]
"""What the API shows of a row."""


LARGEST_PAGE = 10_000
"""Rows that one answer holds at most; the rest is on the pages after it."""


@dataclass(frozen=True)
class Plain:
    """A column shown as it is.

    :param column: name of the attribute, where it is another one.
    """

    name: str
    column: str = ""

    @property
    def attribute(self) -> str:
        """Name of the column in Python."""
        return self.column or self.name


@dataclass(frozen=True)
class Link(Plain):
    """A column with the number of another row, shown as its URL. `target`: the path of the other one's resource."""

    target: str = ""


@dataclass(frozen=True)
class Links:
    """Rows of another resource, shown as a list of URLs.

    :param owner: attribute of `table` with the number of the row that has them.
    :param member: attribute of `table` with the number of the other row. :param order: attribute to sort them by.
    """

    name: str
    table: type[DeclarativeBase]
    owner: str
    member: str
    target: str
    order: str = ""


@dataclass(frozen=True)
class Made:
    """Something that follows from the row alone. `schema`: what it is, as JSON Schema says it."""

    name: str
    make: Callable[[Row, Addresses], Any]
    schema: Mapping[str, Any]


Field = Plain | Links | Made
Complete = Callable[["Connection", Sequence[Row], Sequence[Shape], "Addresses"], None]
"""Adds to the shapes of a page what needs questions of its own."""


@dataclass(frozen=True)
class Relation:
    """A way to another resource that filters can take.

    :param column: attribute that meets `other`, an attribute of the target's table, or what is made of several;
        None where every row meets all rows of the target.
    :param through: for relations to many rows: a table between the two, with its attributes on both sides.
    """

    target: str
    column: str | ColumnElement[Any] | None
    other: str = "id"
    through: tuple[type[DeclarativeBase], str, str] | None = None

    def column_of(self, table: Any) -> Any:
        """Return the column of a table, or what stands for it."""
        return getattr(table, self.column) if isinstance(self.column, str) else self.column


@dataclass(frozen=True)
class Resource:
    """One resource.

    :param path: below ``/api/``, such as ``units/units``.
    :param hidden: names of fields which only the answer for a single row has.
    :param relations: by the word that filters use; links are relations by themselves.
    :param searchable: names of further plain columns that filters know, though rows do not show them.
    :param page: rows of a page, where the client does not say. :param largest: at most, whatever the client says.
    :param added: what `complete` adds, each as JSON Schema says it.
    """

    path: str
    table: type[DeclarativeBase]
    fields: Sequence[Field]
    page: int = 100
    largest: int = LARGEST_PAGE
    hidden: frozenset[str] = frozenset()
    relations: Mapping[str, Relation] = field(default_factory=dict)
    searchable: Sequence[str] = ()
    complete: Complete | None = None
    added: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def relation(self, word: str) -> Relation | None:
        """Return the way that a word of a filter names."""
        found = self.relations.get(word)
        if found is not None:
            return found
        for one in self.fields:
            if isinstance(one, Link) and one.name == word:
                return Relation(one.target, one.attribute)
            if isinstance(one, Links) and one.name == word:
                return Relation(one.target, "id", through=(one.table, one.owner, one.member))
        return None

    def column(self, word: str) -> str | None:
        """Return the attribute that a word of a filter or of an ordering names."""
        if word == "id" or word in self.searchable:
            return word
        return next((one.attribute for one in self.fields if isinstance(one, Plain) and one.name == word), None)
