"""What the server tells of a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from qarunner.jobs.records import JobInfo
    from qarunner.jobs.rules import Holder
    from qarunner.nodes.status import NodeStatus


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
