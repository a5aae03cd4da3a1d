"""Answers programs with JSON, and people with the same as a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from flask import Response, render_template, request
from markupsafe import Markup, escape

from qarunner.dialects.portal_pages import address_of, see
from qarunner.dialects.qatrack import problems
from qarunner.dialects.qatrack.problems import json_answer
from qarunner.dialects.routes import caller_if_known

if TYPE_CHECKING:
    from qarunner.dialects.spec import Problem

MOST_WARNINGS = 10
"""Clients give up on an answer with a hundred headers, after it was acted upon."""
_ADDRESS = re.compile(r'"(https?://[^"\\\s]+)"')


def answer(value: Any, ignored: Sequence[str] = ()) -> Response:
    """Return a value as whoever asks wants it.

    :param ignored: what of the query was passed over, such as ``filter x is empty``; told in ``Warning`` headers.
    """
    response = Response(_page(value, ignored), mimetype="text/html") if wants_page() else json_answer(value)
    warn(response, [f"{problem} and was ignored" for problem in ignored])
    response.headers.add("Vary", "Accept")
    return response


def error(problem: Problem) -> Response:
    """Answer an error as whoever asks wants it; a browser that is not signed in is led to where that is done."""
    response = problems.error(problem)
    if wants_page():
        if problem.status == HTTPStatus.UNAUTHORIZED and request.method == "GET" and address_of("portal.login"):
            return see(address_of("portal.login", to=request.full_path.rstrip("?")), HTTPStatus.FOUND)
        response.set_data(_page(msgspec.json.decode(response.get_data()), (), problem.reason))
        response.mimetype = "text/html"
    response.headers.add("Vary", "Accept")
    return response


def warn(response: Response, texts: Sequence[str]) -> None:
    """Add ``Warning`` headers: one for each of the first `MOST_WARNINGS`, and one that counts the others."""
    told, others = texts[:MOST_WARNINGS], len(texts) - MOST_WARNINGS
    for text in [*told, f"and {others} more"] if others > 0 else told:
        response.headers.add("Warning", f'299 qarunner "{_quotable(text)}"')


def _page(value: Any, ignored: Sequence[str], problem: str = "") -> str:
    text = msgspec.json.format(msgspec.json.encode(value)).decode()
    return render_template(
        "qatrack/api.html",
        identity=caller_if_known(),
        path=request.path,
        trail=_trail(),
        json_address="?" + urlencode([*request.args.items(multi=True), ("format", "json")]),
        text=with_links(text),
        ignored=ignored,
        problem=problem,
    )


def _trail() -> list[tuple[str, str]]:
    """Return the rooms above the page, and itself, with their addresses."""
    words = request.path.strip("/").split("/")
    return [(word, f"{request.root_path}/{'/'.join(words[: place + 1])}/") for place, word in enumerate(words)]


def with_links(text: str) -> Markup:
    """Return JSON as HTML in which its addresses can be followed."""
    parts: list[Markup] = []
    last = 0
    for found in _ADDRESS.finditer(text):
        parts += [escape(text[last : found.start()]), Markup('"<a href="{0}">{0}</a>"').format(found[1])]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


def wants_page() -> bool:
    """Whether a browser asks: it takes HTML rather than JSON. ``format=json`` and ``format=api`` are stronger."""
    if request.args.get("format") in ("json", "api"):
        return request.args["format"] == "api"
    best = request.accept_mimetypes.best_match(["application/json", "text/html"], "application/json")
    return best == "text/html"


def _quotable(text: str) -> str:
    return "".join(letter for letter in text[:200] if " " <= letter <= "~" and letter not in '"\\')
