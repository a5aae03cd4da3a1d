"""Tables as CSV, as spreadsheets read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a text that spreadsheets take for a formula."""


def csv_text(fields: Sequence[str], rows: Iterable[Sequence[Any]], *, neutralise: bool) -> str:
    """Return a table with a heading; None is an empty cell.

    :param neutralise: whether texts that a spreadsheet would take for a formula get an apostrophe before them.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(fields)
    for row in rows:
        writer.writerow([f"'{cell}" if neutralise and _is_formula(cell) else cell for cell in row])
    return text.getvalue()


def csv_answer(fields: Sequence[str], rows: Iterable[Sequence[Any]], *, neutralise: bool) -> Response:
    """Return it as an answer."""
    text = csv_text(fields, rows, neutralise=neutralise)
    return Response(text, content_type="text/csv; charset=utf-8")


def _is_formula(cell: object) -> bool:
    return isinstance(cell, str) and cell.startswith(FORMULAS)
