"""The language in which people and scripts say which results they want: ``result:fail node:living-room date:>-7d``.

`parse` reads it (its grammar is `grammar.lark`), `show` writes it, `qarunner.store.listing` asks the database.
"""

from qarunner.store.filter.errors import FilterError
from qarunner.store.filter.parser import parse
from qarunner.store.filter.shown import show
from qarunner.store.filter.tree import Expression

__all__ = ["Expression", "FilterError", "parse", "show"]
