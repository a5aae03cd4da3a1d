"""Markdown that users wrote, as HTML that is safe on any page."""

from __future__ import annotations

DEEPEST = 20
"""Lists within lists and the like."""


def safe_html(text: str) -> str:
    """Return Markdown as HTML: without scripts, styles, forms, and links that could run something."""
    import nh3
    from markdown_it import MarkdownIt

    return nh3.clean(MarkdownIt("commonmark", {"maxNesting": DEEPEST}).render(text)).strip()
