"""Reservations of nodes: made, extended, ended, and interrupted with a message to the owner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.access import Action
from qarunner.dialects.bodies import json_body
from qarunner.dialects.markdown import safe_html
from qarunner.dialects.routes import RefusedError, allow, caller
from qarunner.dialects.stbt.shapes import API, json_answer, no_content, offset

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.spec import Services
    from qarunner.jobs.ownership import ReservationInfo

LONGEST_MESSAGE = 10_000
RESERVATION = f"{API}/reservations/<number>"


class Reserve(msgspec.Struct):
    """The body of a new reservation."""

    node_ids: list[str]
    message: str
    duration_secs: float | None = None


class Extend(msgspec.Struct):
    """The body of an extension."""

    duration_secs: float


class Interrupt(msgspec.Struct):
    """The body of an interruption."""

    message: str


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.post(f"{API}/reservations")
    @allow(Action.CONTROL_NODES)
    def reserve() -> Response:
        """Reserve all nodes or none."""
        asked, user = json_body(Reserve), caller().user
        made = services.farm.reserve(asked.node_ids, user, _message(asked.message), asked.duration_secs)
        return json_answer({"reservations": [reservation_shape(reservation, user) for reservation in made]})

    @routes.post(f"{RESERVATION}/extend")
    @allow(Action.CONTROL_NODES)
    def extend(number: str) -> Response:
        """Let one's own reservation last longer."""
        services.farm.extend(_number(number), caller().user, json_body(Extend).duration_secs)
        return no_content()

    @routes.delete(RESERVATION)
    @allow(Action.CONTROL_NODES)
    def end(number: str) -> Response:
        """End one's own reservation."""
        services.farm.end(_number(number), caller().user)
        return no_content()

    @routes.post(f"{RESERVATION}/interrupt")
    @allow(Action.CONTROL_NODES)
    def interrupt(number: str) -> Response:
        """End anybody's reservation, with a message."""
        services.farm.interrupt(_number(number), caller().user, _message(json_body(Interrupt).message))
        return no_content()


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise RefusedError(400, f"{text[:40]!r} is no reservation_id: it must be a whole number")
    return int(text)


def _message(text: str) -> str:
    if len(text) > LONGEST_MESSAGE:
        raise RefusedError(400, f"message has {len(text)} characters, {LONGEST_MESSAGE} are allowed")
    return text


def reservation_shape(reservation: ReservationInfo, user: str) -> dict[str, Any]:
    """Return a reservation as `user` is shown it."""
    return {
        "reservation_id": reservation.id,
        "node_id": reservation.node,
        "username": reservation.user,
        "start_time": offset(reservation.started.replace(microsecond=0)),
        "expires": offset(reservation.expires.replace(microsecond=0)) if reservation.expires else None,
        "message": reservation.message,
        "message_html": safe_html(reservation.message),
        "reserved_by_you": reservation.user == user,
    }
