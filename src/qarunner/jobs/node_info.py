"""What the server tells of a node."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qarunner.jobs.rules import reason_of
from qarunner.store.models import Node as Record
from qarunner.store.portions import in_portions
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from qarunner.jobs.records import JobInfo
    from qarunner.jobs.rules import Holder
    from qarunner.nodes.status import NodeStatus
    from qarunner.store.engine import Store


@dataclass(frozen=True)
class NodeState:
    """Whether a node answers: `reason` says why not, `status` is what its exporter says of itself."""

    online: bool
    reason: str = ""
    status: NodeStatus | None = None


@dataclass(frozen=True)
class NodeInfo:
    """All the server knows of a node. `not_available_reason` is None when it can be reserved now.

    `config`: sections of ``config/test-farm/<node>.conf`` on the default branch.
    """

    id: str
    config: dict[str, Any]
    online: bool
    offline_reason: str
    not_available_reason: str | None
    holder: Holder | None
    job: JobInfo | None
    friendly_name: str | None
    device_type: str | None
    last_used_by: str | None
    last_used_time: datetime | None
    local_ip_address: str | None
    external_ip_address: str | None
    geoip_city: str | None
    geoip_country: str | None
    licence_expiry: str | None

    @property
    def available(self) -> bool:
        """Whether it can be reserved now."""
        return self.not_available_reason is None


def node_rows(store: Store, nodes: Sequence[str]) -> dict[str, Any]:
    """Return the rows of nodes, by their ids."""
    table = table_of(Record)
    found: dict[str, Any] = {}
    with store.read() as connection:
        for some in in_portions(nodes):
            found |= {row.id: row for row in connection.execute(select(table).where(table.c.id.in_(some)))}
    return found


def node_info(
    row: Any, state: NodeState, holder: Holder | None, job: JobInfo | None, licence_expiry: str | None
) -> NodeInfo:
    """Put together what is known of a node.

    :param row: as `node_rows` gives it. :param holder: who has it, be it from a desk. :param job: its latest.
    :param licence_expiry: what is said of nodes that say nothing of it themselves.
    """
    return NodeInfo(
        id=row.id,
        config=json.loads(row.config) if isinstance(row.config, str) else row.config,
        online=state.online,
        offline_reason=state.reason,
        not_available_reason=_not_available(row.id, holder, state),
        holder=holder,
        job=job,
        friendly_name=row.friendly_name,
        device_type=row.device_type,
        last_used_by=row.last_used_by,
        last_used_time=row.last_used_time,
        local_ip_address=row.local_ip_address,
        external_ip_address=row.external_ip_address,
        geoip_city=row.geoip_city,
        geoip_country=row.geoip_country,
        licence_expiry=row.licence_expiry or licence_expiry,
    )


def _not_available(node: str, holder: Holder | None, state: NodeState) -> str | None:
    if holder is not None:
        return reason_of(holder)
    return None if state.online else f"Node {node} is offline: {state.reason}"
