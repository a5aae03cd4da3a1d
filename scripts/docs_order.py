"""Puts the four kinds of documentation in the order in which people need them (a hook of mkdocs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page

ORDER = ("tutorial", "how-to", "reference", "explanation")


def on_nav(nav: Navigation, **_others: Any) -> Navigation:
    """Sort the top of the navigation: the start page, then the four kinds, then anything else."""
    nav.items.sort(key=_place)
    _link_neighbours(nav.pages, [page for item in nav.items for page in _pages_of(item)])
    return nav


def _place(item: Any) -> int:
    pages = _pages_of(item)
    kind = pages[0].file.src_uri.partition("/")[0] if pages else ""
    if "/" not in (pages[0].file.src_uri if pages else ""):
        return -1
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _pages_of(item: Any) -> list[Page]:
    if item.is_page:
        return [item]
    return [page for child in item.children or () for page in _pages_of(child)]


def _link_neighbours(pages: list[Page], ordered: list[Page]) -> None:
    """Let "next" and "previous" follow the new order."""
    pages[:] = ordered
    for page, before, after in zip(ordered, [None, *ordered], [*ordered[1:], None], strict=False):
        page.previous_page, page.next_page = before, after
