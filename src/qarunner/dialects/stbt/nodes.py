"""The nodes of the farm: what each is, whether it answers, who has it, and its job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qarunner.access import Action
from qarunner.dialects.addresses import api_url
from qarunner.dialects.routes import allow, caller
from qarunner.dialects.stbt.reservations import reservation_shape
from qarunner.dialects.stbt.shapes import API, job_shape, json_answer, offset

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.spec import Services
    from qarunner.jobs.node_info import NodeInfo


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.get(f"{API}/nodes")
    @allow(Action.SEE_NODES)
    def nodes() -> Response:
        """List all."""
        return json_answer([_shape(services, node) for node in services.farm.nodes()])

    @routes.get(f"{API}/nodes/<node_id>")
    @allow(Action.SEE_NODES)
    def node(node_id: str) -> Response:
        """Say all of one."""
        return json_answer(_shape(services, services.farm.node(node_id)))


def _shape(services: Services, node: NodeInfo) -> dict[str, Any]:
    number = node.holder.reservation if node.holder else None
    reservation = None if number is None else services.farm.ownership.reservation(number)
    return {
        "available": node.available,
        "config": node.config,
        "device_type": node.device_type,
        "external_ip_address": node.external_ip_address,
        "friendly_name": node.friendly_name,
        "geoip_city": node.geoip_city,
        "geoip_country": node.geoip_country,
        "job": job_shape(services, node.job) if node.job else None,
        "last_used_by": node.last_used_by,
        "last_used_time": offset(node.last_used_time),
        "licence_expiry": node.licence_expiry,
        "local_ip_address": node.local_ip_address,
        "node_id": node.id,
        "node_url": f"{api_url(services)}{API}/nodes/{quote(node.id)}",
        "not_available_reason": node.not_available_reason,
        "online": node.online,
        "reservation": reservation_shape(reservation, caller().user) if reservation else None,
    }
