"""The store keeps itself small."""

from __future__ import annotations

import os
from datetime import timedelta

from tests.peers.sample_results import sample

from qarunner.store.artifacts import Collected, contents_lock, keep_artifact
from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.maintenance import tidy
from qarunner.store.retention import Retention
from qarunner.store.submission import Submission


def test_old_results_and_what_nobody_has_go(store: Store) -> None:
    result = sample(started=now() - timedelta(days=40))
    ingest(store, Submission(result=result))
    with store.contents.stage([b"video"]) as staged:
        keep_artifact(store, result.id, "video.mp4", staged)
    with store.contents.stage([b"stray"]) as staged:
        os.utime(store.contents.put(staged), (1, 1))
    assert tidy(store, Retention(days=50)) == (0, Collected(0, 0, 1))
    assert tidy(store, Retention(days=30)) == (1, Collected(0, 0, 0)), "the bytes go when nobody can want them any more"
    assert len(list(store.contents.all_hashes())) == 1


def test_a_backup_that_runs_keeps_the_bytes(store: Store) -> None:
    with contents_lock(store.contents.folder, exclusive=False):
        assert tidy(store, Retention()) == (0, None)
