"""A whole run of pytest that reports to a server which is killed and started again all the time."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.peers.api_server import ApiServer
from tests.peers.pack_run import Pack

from qarunner.outbox.delivery_state import read_delivery
from qarunner.store.detail import result_detail
from qarunner.store.engine import Store
from qarunner.store.listing import list_results

TESTS = """
    import time
    import pytest

    @pytest.mark.parametrize("number", range(60))
    def test_one(number):
        time.sleep(1)
        open("mine.txt", "w").write(f"{number}\\n" * 3000)
        assert number % 7 != 3
"""


KILLS, COUNT = 20, 60


@pytest.mark.soak
def test_a_run_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    data, chance = tmp_path / "data", random.Random(KILLS)
    server = ApiServer(data)
    (tmp_path / "pack").mkdir()
    pack = Pack(tmp_path / "pack")
    pack.write("tests/many.py", TESTS)
    run = pack.start(f"--qa-server={server.url}", "tests/many.py", QARUNNER_SERVER_TOKEN=server.token)
    killed = 0
    try:
        while killed < KILLS:
            server.start()
            time.sleep(chance.random())  # the kill comes at another moment each time
            server.kill()
            killed += 1
        server.start()
        finished = pack.finish(run)
        assert finished.code == 1, finished.output
        deliver(pack.latest, server)
        server.kill()
        results = finished.directory.results
        assert len(results) == COUNT
        with Store.open(data) as store, store.read() as connection:
            rows = list_results(connection, limit=1000).rows
            assert sorted(row.id for row in rows) == sorted(result.id for result in results)
            for result in results:
                assert read_delivery(pack.latest / result.folder, "server").state == "sent"
                found = result_detail(connection, result.id)
                assert found.result == result
                assert all(artifact.sha256 for artifact in found.artifacts)
            assert result_detail(connection, results[0].id).run == finished.directory.run, "its end is not known"
    finally:
        server.kill()
        run.kill()
        run.communicate()


def deliver(run: Path, server: ApiServer) -> None:
    """Deliver what is left, as a person would after a day without the server."""
    start = "import sys; from qarunner.commands.main import main; sys.exit(main())"
    environment = os.environ | {"QARUNNER_SERVER": server.url, "QARUNNER_SERVER_TOKEN": server.token}
    done = subprocess.run(
        [sys.executable, "-c", start, "deliver", str(run.parent)],
        env=environment,
        cwd=run,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
