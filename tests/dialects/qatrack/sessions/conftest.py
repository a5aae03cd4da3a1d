"""A world behind a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.dialects.qatrack.conftest import World

from qarunner.dialects.qatrack import qa_dialects
from qarunner.server.app import create_app
from qarunner.server.http import HttpServer


@pytest.fixture
def served(own_world: World) -> Iterator[World]:
    """The world behind a real server, whose links lead back to it."""
    own_world.services = replace(own_world.services, external_url="")
    own_world.app = create_app(own_world.services, qa_dialects())
    server = HttpServer(own_world.app, threads=8)
    server.start()
    own_world.url = server.url
    yield own_world
    server.stop()
