from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.api_server import ApiServer
from tests.peers.qatrack_lists import ListedTest, ListMaker, yes
from tests.peers.qatrack_run import Sender

from qarunner.store.engine import Store

LATENCY = ListedTest("zap_time", "simple", 1.0, (-0.5, -0.2, 0.2, 0.5))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[ApiServer]:
    """A server in a process of its own, with two units; `living-room` has lists."""
    server = ApiServer(data)
    with Store.open(data) as store:
        maker = ListMaker(store)
        maker.unit(1, "living-room", node="living-room")
        maker.unit(2, "Kitchen TV")
        maker.unit(3, "Cellar TV", active=False)
        maker.test_list(
            1,
            "tests/menu.py",
            [
                *yes("test_opens", "test_closes", "test_stays_open"),
                LATENCY,
                ListedTest("sum", "composite", procedure="result = zap_time + black_time"),
                ListedTest("black_time", "simple"),
                ListedTest("firmware", "string"),
                ListedTest("picture", "upload"),
                ListedTest("screenshot", "upload"),
            ],
            inner=yes("test_inner"),
        )
        maker.test_list(1, "tests/other.py", [*yes("test_x"), ListedTest("test_open_ended")])
        maker.test_list(1, "Old checks", yes("test_x"), active=False)
        maker.test_list(2, "tests/menu.py", yes("test_opens"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def sender(server: ApiServer) -> Sender:
    return Sender(f"{server.url}/api", server.token)
