"""A server without a network, as a process that a test can kill: starts one job and waits."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from qarunner.config import load
from qarunner.jobs.farm import Farm
from qarunner.jobs.packs import Packs
from qarunner.jobs.requests import RunRequest
from qarunner.jobs.service import Jobs
from qarunner.plugins import Plugins
from qarunner.store.engine import Store


def main(folder: Path, data: Path, pack: Path, node: str, *testcases: str) -> None:
    """Start the job, say its uid, and wait for ever."""
    store = Store.open(data)
    packs = Packs(str(pack), data, Plugins().testcase_sources())
    packs.fetch()
    farm = Farm(store, load(directory=folder, environment={}), packs)
    farm.start()
    job = Jobs(store, packs, farm).run_tests(RunRequest(node=node, revision="main", testcases=testcases), "anna")
    sys.stdout.write(json.dumps({"uid": job.uid}) + "\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
