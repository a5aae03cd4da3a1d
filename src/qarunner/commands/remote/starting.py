"""Begins a job on a node of the server, or waits for the node first."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qarunner.commands.remote.answers import Job, Node, Nodes
from qarunner.commands.remote.client import API
from qarunner.commands.remote.trouble import ServerRefusedError
from qarunner.commands.terminal import note, seconds
from qarunner.errors import NodeBusyError, QarunnerError, UnknownNodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qarunner.commands.remote.client import Server
    from qarunner.commands.remote.interrupts import Interrupts

LOOK_AGAIN = 2.0
"""Seconds between two attempts to get a node."""


def check_node(server: Server, node: str) -> None:
    """Check that the server has a node, before anything is sent.

    :raises UnknownNodeError: it has none of that name, or none was named; names those there are.
    """
    if not node:
        listed = ", ".join(one.id for one in server.ask(Nodes, "GET", f"{API}/nodes").nodes)
        problem = "it is not said which node to run on"
        raise UnknownNodeError(problem, f"Give --node NODE; {server.url} has: {listed or 'none'}")
    _node(server, node, patience=0)  # a wrong address is told at once


def start(server: Server, wanted: Mapping[str, Any], wait: float, interrupts: Interrupts) -> Job:
    """Start a job and return it. Ctrl-C is held back from the moment the job may have begun.

    :param wanted: the request, as ``POST /jobs`` takes it.
    :param wait: seconds to wait for the node.
    :raises NodeBusyError: somebody has the node; says who, and until when.
    """
    deadline, told = time.monotonic() + wait, ""
    while True:
        interrupts.hold()
        try:
            return server.ask(Job, "POST", f"{API}/jobs", body=wanted)
        except ServerRefusedError as error:
            interrupts.release()
            if error.status != HTTPStatus.CONFLICT:
                raise
            problem = error.problem + _until(server, str(wanted["node"]))
            left = deadline - time.monotonic()
            if left <= 0:
                waited = f" Waited for {seconds(wait)}." if wait else " --wait SECONDS waits for it."
                raise NodeBusyError(problem, f"Take another node, or wait.{waited}") from error
        except QarunnerError as error:
            interrupts.release()
            advice = f"The job may have begun all the same: see {server.url}/app/"
            raise QarunnerError(error.problem, advice) from error
        if problem != told:
            note(f"waiting for at most {seconds(left)}: {problem}")
            told = problem
        time.sleep(min(LOOK_AGAIN, left))


def _until(server: Server, node: str) -> str:
    holder = _node(server, node).holder
    return f", until {holder.until:%Y-%m-%d %H:%M} UTC" if holder is not None and holder.until is not None else ""


def _node(server: Server, node: str, patience: float = 10) -> Node:
    try:
        return server.ask(Node, "GET", f"{API}/nodes/{quote(node, safe='')}", patience=patience)
    except ServerRefusedError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise UnknownNodeError(f"{server.url}: {error.problem}", error.advice or f"See {server.url}/app/") from error
