"""A test pack's drawing of a remote becomes a part of our page, and cannot act as it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html
from tests.peers.farm_people import DRAWING

from qarunner.server.portal.pad_drawing import MOST_ELEMENTS, NUMBERS, PAINTS, SHAPES, WORDS, drawing_of
from qarunner_plugins.virtual_stb.keys import KEYS

EXAMPLE = Path(__file__).parents[3] / "test_pack" / "config" / "remote-control" / "virtual-stb.svg"
KEY = '<rect id="KEY_OK" width="5" height="5"/>'
ENTITIES = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "ha"}">' for number in range(12))


def svg(content: str, attributes: str = 'viewBox="0 0 10 10"', before: str = "") -> str:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {names} {attributes}>{content}{KEY}</svg>"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<script href="https://evil.example/x.js"/>',
        '<rect width="1" onclick="alert(1)" onload="alert(1)"/>',
        '<g style="background:url(https://evil.example);position:fixed;inset:0"/>',
        "<style>@import 'https://evil.example'; body { display: none }</style>",
        '<a href="javascript:alert(1)"><rect width="9" height="9"/></a>',
        '<a xlink:href="https://evil.example"><text>click</text></a>',
        '<foreignObject><form xmlns="http://www.w3.org/1999/xhtml" action="/app/logout"/></foreignObject>',
        '<image href="https://evil.example/x.png"/>',
        '<use href="https://evil.example/x.svg#y"/>',
        '<set attributeName="href" to="javascript:alert(1)"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<rect fill="url(https://evil.example#x)" filter="url(https://evil.example#f)"/>',
        '<linearGradient id="x" href="https://evil.example#y"/>',
        '<rect width="1&quot; onload=&quot;alert(1)"/>',
        '<rect id="main" class="problem" name="csrf_token"/>',
        '<rect id="KEY_OK&quot; onload=&quot;alert(1)"/>',
        "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>",
        '<text font-family="x&quot; onload=&quot;alert(1)">y</text>',
        "<!-- --><?xml-stylesheet href='https://evil.example/x.css'?>",
        '<html:script xmlns:html="http://www.w3.org/1999/xhtml">alert(1)</html:script>',
    ],
)
def test_what_could_act_is_left_out(hostile: str) -> None:
    drawn = drawing_of(svg(hostile), None)
    assert drawn is not None
    assert 'data-key="KEY_OK"' in drawn
    assert "evil.example" not in drawn
    allowed = {"id", "href", "data-key", "role", "tabindex", "aria-label", "class", "viewbox"}
    allowed |= {name.lower() for name in NUMBERS | PAINTS | WORDS}
    for element in html.fragment_fromstring(str(drawn)).iter():
        assert element.tag in {name.lower() for name in SHAPES | {"svg"}}
        assert set(element.attrib) <= allowed, element.attrib
        assert element.get("id", "drawing-").startswith("drawing-"), "no name of our page's own elements"
        assert element.get("href", "#").startswith("#")
        assert element.get("class", "drawing") == "drawing"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no drawing",
        "<svg/>",
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
        svg("", 'viewBox="0 0 0 10"'),
        svg("", 'viewBox="0 0 1e400 nan"'),
        svg("", ""),
        svg("<g/>" * (MOST_ELEMENTS + 1)),
        svg("<g>" * 1000 + "</g>" * 1000),
        svg("").replace("KEY_OK", "ok"),
    ],
)
def test_what_is_no_drawing_with_keys_is_none(text: str) -> None:
    assert drawing_of(text, None) is None


def test_entities_are_not_replaced_and_files_not_read() -> None:
    used = svg("<text>a &one; b</text>", before="<!DOCTYPE svg [{}]>")
    for declared in ('<!ENTITY one "replaced">', '<!ENTITY one SYSTEM "file:///etc/passwd">'):
        drawn = drawing_of(used.format(declared), None)
        assert drawn is not None
        assert "<text>a  b</text>" in drawn
    assert drawing_of(svg("<text>&e11;</text>", before=f"<!DOCTYPE svg [{ENTITIES}]>"), None) is None


def test_what_a_drawing_needs_is_kept() -> None:
    content = """<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient>
        <linearGradient id="b" xlink:href="#a" gradientTransform="rotate(30)"/></defs>
        <path d="M1,2 l-3.5e1 4z" style="fill:url(#b); stroke: rgb(1, 2, 3)" transform="translate(4 5)"/>
        <text x="1" text-anchor="middle" font-family="'DejaVu Sans', serif">A <tspan>B</tspan> C</text>"""
    drawn = drawing_of(svg(content, 'width="20px" height="10" fill="red"'), ("KEY_OK",))
    assert drawn is not None
    for kept in (
        'viewBox="0 0 20 10"',
        '<g fill="red">',
        '<linearGradient gradientTransform="rotate(30)" id="drawing-b" href="#drawing-a">',
        'fill="url(#drawing-b)"',
        'stroke="rgb(1, 2, 3)"',
        'd="M1,2 l-3.5e1 4z"',
        "A <tspan>B</tspan> C</text>",
        '<stop offset="0" stop-color="#fff">',
    ):
        assert kept in drawn.replace(' width="20px" height="10"', ""), kept


def test_only_keys_of_the_remote_are_buttons() -> None:
    assert re.findall('data-key="([^"]+)"', drawing_of(DRAWING, None) or "") == ["KEY_RED", "KEY_OK", "KEY_NONE"]
    assert re.findall('data-key="([^"]+)"', drawing_of(DRAWING, ("KEY_OK",)) or "") == ["KEY_OK"]
    assert drawing_of(DRAWING, ("KEY_UP",)) is None, "a drawing without a button is of no use"


def test_the_example_packs_drawing_has_every_key_of_its_box() -> None:
    drawn = drawing_of(EXAMPLE.read_text(encoding="utf-8"), KEYS)
    assert set(re.findall('data-key="([^"]+)"', drawn or "")) == set(KEYS)
