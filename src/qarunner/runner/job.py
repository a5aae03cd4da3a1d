"""What a session takes from its environment when the server runs it as a job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from qarunner.errors import ConfigurationError
from qarunner.node_config import NodeConfig

if TYPE_CHECKING:
    from qarunner.config import Configuration

NODE_VARIABLE = "QARUNNER_JOB_NODE"
UID_VARIABLE = "QARUNNER_JOB_UID"


def node_of_job(configuration: Configuration) -> NodeConfig | None:
    """Return the node as the server configures it, so that the job uses the exporter that runs; None outside of a job.

    Its strategy, where the server names none, is the one of the test pack's revision that runs.

    :raises ConfigurationError: the file that the server wrote cannot be read.
    """
    path = os.environ.get(NODE_VARIABLE)
    if not path:
        return None
    try:
        node = msgspec.json.decode(Path(path).read_bytes(), type=NodeConfig)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{NODE_VARIABLE} names {path}: {error}", "Unset the variable outside of jobs"
        ) from error
    return structs.replace(node, strategy=node.strategy or configuration.strategy(node.id))


def job_uid() -> str:
    """Return the uid of the job this session is, or an empty string."""
    return os.environ.get(UID_VARIABLE, "")
