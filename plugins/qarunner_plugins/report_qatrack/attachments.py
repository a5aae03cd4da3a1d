"""Files of the evidence, as QATrack+ takes them: in the body, as base64, so within limits."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner import Artifact, Outcome, macro_name

from .options import MEGABYTE, Kind, QatrackOptions

if TYPE_CHECKING:
    from .values import Found

UNMAPPED_FILE = "unmapped.json"
VIDEOS = {".mp4", ".webm", ".mkv", ".ts"}
LOGS = {".log", ".txt"}
PICTURES = {"screenshot.png"}
PASSED = {Outcome.PASS, Outcome.SKIP}


@dataclass
class Attached:
    """The files that go along; `left` are those that were too large, each with its size and place."""

    files: list[dict[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    size: int = 0


def kind_of(path: str) -> Kind:
    """Return which kind of evidence a file is."""
    name = PurePosixPath(path)
    if name.name in PICTURES:
        return "screenshot"
    if name.suffix in VIDEOS:
        return "video"
    return "log" if name.suffix in LOGS else "other"


def attach(found: Mapping[str, Found], unmapped: Sequence[Found], folder: Path, options: QatrackOptions) -> Attached:
    """Return the files of a list: what could not be mapped, then the evidence of its testcases, as ``MACRO__NAME``."""
    attached = Attached()
    if unmapped:
        attached.files.append(file_of(UNMAPPED_FILE, unmapped_json(unmapped)))
    if options.evidence_of == "none":
        return attached
    named = {one.result.id: (macro, one) for macro, one in found.items() if one.measurement is None}
    for one in unmapped:
        if one.measurement is None:
            named.setdefault(one.result.id, (one.macros[-1], one))
    for macro, one in named.values():
        if options.evidence_of == "all" or one.result.outcome not in PASSED:
            for artifact in one.result.artifacts:
                if kind_of(artifact.path) in options.evidence:
                    _attach(attached, macro, artifact, folder / one.result.folder, options)
    return attached


def file_of(name: str, content: bytes) -> dict[str, str]:
    """Return a file as it stands in a body."""
    if not content:  # QATrack+ refuses an empty base64
        return {"filename": name, "value": "", "encoding": "text"}
    return {"filename": name, "value": b64encode(content).decode("ascii"), "encoding": "base64"}


def uploads(found: Mapping[str, Found], macros: Sequence[str], folder: Path, limit: int) -> dict[str, dict[str, Any]]:
    """Return files for the upload tests of a list, called ``TESTCASE_FILE`` or (the first there is) ``FILE``.

    :param macros: of the upload tests.
    """
    files: dict[str, dict[str, Any]] = {}
    for macro, one in found.items():
        for artifact in one.result.artifacts if one.measurement is None else ():
            stem = macro_name(PurePosixPath(artifact.path).stem)
            name = next((name for name in (f"{macro}_{stem}", stem) if name in macros and name not in files), None)
            path = folder / one.result.folder / artifact.path
            if name is not None and 0 < artifact.size <= limit and path.is_file():
                files[name] = dict(file_of(PurePosixPath(artifact.path).name, path.read_bytes()))
    return files


def unmapped_json(unmapped: Sequence[Found]) -> bytes:
    """Return what the list has no tests for, so that nothing that was found out is lost."""
    rows = [
        {
            "name": one.name,
            "macros": list(dict.fromkeys(one.macros)),
            "value": one.value,
            "unit": one.measurement.unit if one.measurement else "",
            "outcome": str(one.result.outcome),
            "comment": one.comment,
            "result": one.result.id,
        }
        for one in unmapped
    ]
    return msgspec.json.format(msgspec.json.encode(rows))


def _attach(attached: Attached, macro: str, artifact: Artifact, folder: Path, options: QatrackOptions) -> None:
    path = folder / artifact.path
    fits = artifact.size <= options.file_limit and attached.size + artifact.size <= options.total_limit
    if not fits:
        attached.left.append(f"{artifact.path} ({artifact.size / MEGABYTE:.1f} MB) stays in {folder}")
        return
    try:
        content = path.read_bytes()
    except OSError:
        return  # somebody is cleaning up
    attached.size += len(content)
    attached.files.append(file_of(f"{macro}__{artifact.path.replace('/', '-')}", content))
