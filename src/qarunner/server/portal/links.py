"""Addresses of pages and files, for templates."""

from __future__ import annotations

from flask import url_for

from qarunner._version import __version__
from qarunner.store.filter import show
from qarunner.store.filter.tree import Field, Pattern, all_of

JOB_PARTS = 3


def asset_url(name: str) -> str:
    """Return the address of a style sheet, script or picture; another one after each upgrade, so that caches let go."""
    return url_for("portal.asset", name=name, v=__version__)


def node_url(node: str) -> str:
    """Return the address of a node's page; empty for no node."""
    return url_for("portal.node", node=node) if _is_part(node) else ""


def job_url(uid: str | None) -> str:
    """Return the address of a job's page; empty for what no job of ours is called."""
    parts = (uid or "").split("/")
    if len(parts) != JOB_PARTS + 1 or parts[0] or not all(map(_is_part, parts[1:])):
        return ""
    return url_for("portal.job", node=parts[1], group=parts[2], number=parts[3])


def result_url(identifier: str) -> str:
    """Return the address of a result's page."""
    return url_for("portal.result", name=identifier)


def results_url(**fields: str) -> str:
    """Return the address of the list of results with these values in these fields."""
    return url_for("portal.results", filter=filter_of(**fields))


def filter_of(**fields: str) -> str:
    """Return the filter that finds results with these values in these fields."""
    return show(all_of(Field(name, Pattern((text,))) for name, text in fields.items()))


def artifact_url(result: str, path: str) -> str:
    """Return where the bytes of an artifact are."""
    return url_for("server.api.get_artifact", result=result, artifact=path)


def _is_part(text: str) -> bool:
    """Whether a text can be a part of a path: browsers resolve dots, and an empty part is none."""
    return bool(text) and "/" not in text and text not in {".", ".."}
