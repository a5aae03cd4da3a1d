"""The page itself: it loads the scripts, and without them still says how the run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from qarunner import Result, Run

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
SCRIPTS = (
    "core",
    "data",
    "search",
    "headline",
    "list",
    "clock",
    "overlay",
    "stage",
    "strip",
    "panels",
    "cards",
    "result",
    "app",
)
STYLES = ("base", "headline", "list", "result", "evidence", "panels", "cards")
MOST_PROBLEMS = 200


def shell(run: Run, results: Sequence[Result], title: str = "") -> str:
    """Return ``report.html``."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    problems = [result for kind in ("fail", "error") for result in results if result.outcome == kind]
    return environment.get_template("report.html").render(
        title=title or f"{run.node or 'qarunner'}, {run.started:%Y-%m-%d %H:%M} UTC",
        run=run,
        counts=Counter(str(result.outcome or "not finished") for result in results),
        problems=[(result, quote(result.folder)) for result in problems[:MOST_PROBLEMS]],
        more=max(0, len(problems) - MOST_PROBLEMS),
        scripts=SCRIPTS,
        styles=STYLES,
    )
