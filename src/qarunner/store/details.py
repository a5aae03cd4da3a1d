"""Takes a `qarunner.results.Result` apart into rows, and puts it together again without loss.

What filters and lists ask for becomes columns; steps, measurements, tags and artifacts become rows of their tables; the
rest is one JSON text. Pure: nothing here asks a database.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from qarunner.results import (
    SCHEMA,
    Artifact,
    Device,
    Failure,
    Measurement,
    Record,
    Result,
    Step,
    from_json,
    to_json,
)
from qarunner.store.clean import clean
from qarunner.store.errors import BadNameError
from qarunner.store.names import artifact_name
from qarunner.store.search import fold

Row = dict[str, Any]


class Details(Record, frozen=True):
    """What a result says beyond its columns and its lists."""

    schema: int = SCHEMA
    failures: tuple[Failure, ...] = ()
    reason: str = ""
    folder: str = ""
    markers: tuple[str, ...] = ()
    properties: dict[str, str] = {}
    """Of the device."""
    video_start: float | None = None
    notes: tuple[str, ...] = ()
    location: str = ""


def details_of(result: Result) -> bytes:
    """Return the JSON of what has no column."""
    details = Details(
        schema=result.schema,
        failures=result.failures,
        reason=result.reason,
        folder=result.folder,
        markers=result.markers,
        properties=result.device.properties,
        video_start=result.video_start,
        notes=result.notes,
        location=result.location,
    )
    try:
        return to_json(details)
    except UnicodeEncodeError:
        return to_json(msgspec.convert(_clean_all(msgspec.to_builtins(details)), Details))


def result_row(result: Result) -> Row:
    """Return the columns that the result itself tells."""
    failure = result.failure
    reason = clean(failure.message or failure.kind if failure else result.reason)
    return {
        "id": result.id,
        "run": clean(result.run_id),
        "testcase": clean(result.testcase),
        "node": clean(result.node),
        "finished": result.finished,
        "outcome": result.outcome,
        "failure_reason": reason,
        "failure_text": fold(reason),
        "started": result.started,
        "duration": result.duration if math.isfinite(result.duration) else 0.0,
        "model": clean(result.device.model),
        "build": clean(result.device.build),
        "attempt": result.attempt,
        "details": details_of(result),
    }


def step_rows(number: int, result: Result) -> list[Row]:
    """Return the rows of the steps."""
    return [
        {
            "result": number,
            "position": position,
            "keyword": clean(step.keyword),
            "name": clean(step.name),
            "status": clean(step.status),
            "started": step.started,
            "duration": step.duration,
            "location": clean(step.location),
            "message": clean(step.message),
        }
        for position, step in enumerate(result.steps)
    ]


def measurement_rows(number: int, result: Result) -> list[Row]:
    """Return the rows of the measurements."""
    return [
        {
            "result": number,
            "position": position,
            "name": clean(measured.name),
            "value": None if math.isnan(measured.value) else measured.value,
            "unit": clean(measured.unit),
            "low": measured.low,
            "high": measured.high,
            "time": measured.time,
            "within_limits": measured.within_limits,
        }
        for position, measured in enumerate(result.measurements)
    ]


def tag_rows(number: int, result: Result) -> list[Row]:
    """Return the rows of the tags."""
    tags = {clean(name): clean(value) for name, value in result.tags.items()}
    return [{"result": number, "name": name, "value": value} for name, value in tags.items()]


def artifact_rows(number: int, result: Result) -> list[Row]:
    """Return the rows of the artifacts, whose contents are still to come."""
    sizes = {artifact.path: artifact.size for artifact in result.artifacts}
    return [{"result": number, "path": path, "size": size, "sha256": None} for path, size in sizes.items()]


def with_usable_artifacts(result: Result) -> Result:
    """Return the result without the artifacts that cannot be stored under their names; its notes tell of them."""
    problems = []
    for artifact in result.artifacts:
        try:
            artifact_name(artifact.path)
        except BadNameError as error:
            problems.append((artifact, clean(f"left out: {error.problem}")))
    if not problems:
        return result
    bad = [artifact for artifact, _note in problems]
    return structs.replace(
        result,
        artifacts=tuple(artifact for artifact in result.artifacts if artifact not in bad),
        notes=(*result.notes, *(note for _artifact, note in problems)),
    )


def assemble(
    row: Any,
    steps: Sequence[Any],
    measurements: Sequence[Any],
    artifacts: Sequence[Artifact],
    tags: Mapping[str, str],
) -> Result:
    """Put a result together again from its row of `StoredResult` and the rows of its lists, in their order."""
    details = from_json(Details, row.details)
    return Result(
        schema=details.schema,
        id=row.id,
        run_id=row.run_id,
        testcase=row.testcase,
        folder=details.folder,
        node=row.node,
        finished=row.finished,
        outcome=row.outcome,
        failures=details.failures,
        reason=details.reason,
        started=row.started,
        duration=row.duration,
        attempt=row.attempt,
        steps=tuple(
            Step(
                keyword=step.keyword,
                name=step.name,
                status=step.status,
                started=step.started,
                duration=step.duration,
                location=step.location,
                message=step.message,
            )
            for step in steps
        ),
        measurements=tuple(
            Measurement(
                name=measured.name,
                value=math.nan if measured.value is None else measured.value,
                unit=measured.unit,
                low=measured.low,
                high=measured.high,
                time=measured.time,
            )
            for measured in measurements
        ),
        artifacts=tuple(artifacts),
        tags=dict(tags),
        markers=details.markers,
        device=Device(model=row.model, build=row.build, properties=details.properties),
        video_start=details.video_start,
        notes=details.notes,
        location=details.location,
    )


def _clean_all(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _clean_all(item) for key, item in value.items()}
    return [_clean_all(item) for item in value] if isinstance(value, list | tuple) else value
