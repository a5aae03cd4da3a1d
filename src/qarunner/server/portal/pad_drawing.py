"""A test pack's drawing of a remote control, as part of our page: an SVG that can do nothing but be pressed.

Whoever writes a test pack is no administrator of the server. So nothing of the file is passed on: it is read, and a new
drawing is made of those of its elements and attributes that are listed here, and whose values are plain.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING, Any

from qarunner.server.portal.pad_keys import spoken

if TYPE_CHECKING:
    from markupsafe import Markup

LARGEST = 512 * 1024
"""Bytes of a file."""
MOST_ELEMENTS, DEEPEST = 5000, 40
SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
SHAPES = frozenset(
    ("g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title", "defs")
) | {"linearGradient", "radialGradient", "stop"}
"""No style, script, link, use, image, animation or foreign object."""
NUMBERS = frozenset(
    ("x", "y", "dx", "dy", "x1", "x2", "y1", "y2", "cx", "cy", "fx", "fy", "r", "rx", "ry", "width", "height", "points")
) | frozenset(("offset", "opacity", "fill-opacity", "stroke-opacity", "stop-opacity", "stroke-width", "font-size"))
PAINTS = frozenset(("fill", "stroke", "stop-color"))
TEXTS = frozenset(("transform", "gradientTransform", "d", "font-family", "font-weight", "font-style", "text-anchor"))
WORDS = TEXTS | frozenset(
    ("stroke-linecap", "stroke-linejoin", "stroke-dasharray", "fill-rule", "dominant-baseline", "letter-spacing")
) | {"gradientUnits", "spreadMethod"}  # fmt: skip
_NUMBERS = re.compile(r"[-+\d.eE,%\s]{1,20000}(?:px|pt|em|mm)?")
_PAINT = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{1,30}|rgba?\([\d.,%\s]{1,40}\)")
_LOCAL_PAINT = re.compile(r"url\(\s*['\"]?#([\w.-]{1,100})['\"]?\s*\)")
_NAME = re.compile(r"[\w.-]{1,100}")
_WORDS = re.compile(r"[\w\s.,()+%'-]{1,100000}")
_KEY = re.compile(r"KEY_[A-Z0-9_]{1,60}")
OWN = "drawing-"
"""Before the names of gradients, so that no element of a drawing has the name of one of our page's."""


@functools.lru_cache(maxsize=32)
def drawing_of(text: str, keys: tuple[str, ...] | None) -> Markup | None:
    """Return a drawing for our page, its elements with ids of keys as buttons; None when the file cannot be used.

    :param text: of the SVG file.
    :param keys: what the remote can send, None for any: others are drawn, but are no buttons.
    """
    from markupsafe import Markup

    root = _parsed(text)
    box = _box(root) if root is not None else None
    if root is None or box is None:
        return None
    # What the root says of fonts and colours counts for all below it.
    inherited = "".join(f' {key}="{escape(value)}"' for key, value in _attributes(root, "g").items())
    content = f"<g{inherited}>{''.join(_drawn(child, keys, DEEPEST) for child in root)}</g>"
    if "data-key" not in content:
        return None
    opening = f'<svg class="drawing" viewBox="{box}" role="group" aria-label="Remote control">'
    return Markup(f"{opening}{content}</svg>")  # noqa: S704 - made of listed names and checked or escaped values only


def _parsed(text: str) -> Any:
    from lxml import etree

    # No entities are replaced, nothing is loaded, and what is too large or too deep is refused.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None
    too_many = sum(1 for _element in root.iter()) > MOST_ELEMENTS
    return None if root.tag != f"{SVG}svg" or too_many else root


def _box(root: Any) -> str | None:
    """Return the view box: that of the file, or its size in pixels."""
    given = root.get("viewBox")
    numbers = re.split(r"[\s,]+", given.strip()) if given else ["0", "0", root.get("width"), root.get("height")]
    try:
        left, top, width, height = (float(str(number).removesuffix("px")) for number in numbers)
    except ValueError:
        return None
    bounded = all(abs(number) < 1e6 for number in (left, top, width, height))  # noqa: PLR2004 - not infinite, no NaN
    return f"{left:g} {top:g} {width:g} {height:g}" if bounded and width > 0 and height > 0 else None


def _drawn(element: Any, keys: Collection[str] | None, depth: int) -> str:
    """Return an element with all below it, or nothing when it is not one of ours."""
    if not isinstance(element.tag, str) or not element.tag.startswith(SVG) or not depth:
        return ""
    name = element.tag.removeprefix(SVG)
    if name not in SHAPES:
        return ""
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in _attributes(element, name).items())
    inner = escape(element.text or "") if name in ("text", "tspan", "title") else ""
    for child in element:
        inner += _drawn(child, keys, depth - 1)
        if name in ("text", "tspan"):
            inner += escape(child.tail or "")
    button = _button(element.get("id", ""), keys)
    return f"<{name}{attributes}{button}>{inner}</{name}>"


def _attributes(element: Any, name: str) -> dict[str, str]:
    """Return the attributes that may be there. What stands in `style` counts as attributes, which mean the same."""
    style = (part.partition(":") for part in element.get("style", "").split(";"))
    given = {**element.attrib, **{key.strip(): value.strip() for key, _colon, value in style}}
    found = {key: value for key, text in given.items() if (value := _value(key, text)) is not None}
    if name.endswith("Gradient"):
        if _NAME.fullmatch(identifier := element.get("id", "")):
            found["id"] = f"{OWN}{identifier}"
        linked = element.get(XLINK) or element.get("href", "")
        if linked.startswith("#") and _NAME.fullmatch(linked[1:]):
            found["href"] = f"#{OWN}{linked[1:]}"
    return found


def _value(key: str, value: str) -> str | None:
    """Return the value of an attribute, None when it may not be there."""
    if key in NUMBERS:
        return value if _NUMBERS.fullmatch(value) else None
    if key in PAINTS:
        if local := _LOCAL_PAINT.fullmatch(value):
            return f"url(#{OWN}{local[1]})"
        return value if _PAINT.fullmatch(value) else None
    return value if key in WORDS and _WORDS.fullmatch(value) else None


def _button(identifier: str, keys: Collection[str] | None) -> str:
    """Return what makes an element a button, when its id is the name of a key that can be sent."""
    if not _KEY.fullmatch(identifier) or (keys is not None and identifier not in keys):
        return ""
    return f' data-key="{identifier}" role="button" tabindex="0" aria-label="{spoken(identifier)}"'
