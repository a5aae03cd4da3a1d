"""A result comes back from the store as it went in, whatever it says."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.peers.sample_results import sample

from qarunner.results import Artifact, Device, Failure, Measurement, Outcome, Phase, Result, Step, new_id
from qarunner.store.detail import records_of, result_detail
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.submission import Submission

words = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
numbers = st.floats(allow_nan=False)
seconds = st.none() | st.floats(allow_nan=False, allow_infinity=False)
failures = st.builds(
    Failure,
    outcome=st.sampled_from([Outcome.FAIL, Outcome.ERROR]),
    phase=st.sampled_from(Phase),
    kind=words,
    message=words,
    traceback=words,
)
steps = st.builds(
    Step, keyword=words, name=words, status=words, started=seconds, duration=st.just(1.5), location=words, message=words
)
limits = st.none() | numbers
measurements = st.builds(Measurement, name=words, value=numbers, unit=words, low=limits, high=limits, time=seconds)
results = st.builds(
    Result,
    schema=st.just(1),
    id=st.builds(new_id),
    run_id=words,
    testcase=words.filter(bool),
    folder=words,
    node=words,
    finished=st.just(value=True),
    outcome=st.sampled_from(Outcome),
    failures=st.lists(failures, max_size=2).map(tuple),
    reason=words,
    started=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zoned
    duration=st.floats(0, 1e6),
    attempt=st.integers(1, 9),
    steps=st.lists(steps, max_size=2).map(tuple),
    measurements=st.lists(measurements, max_size=2).map(tuple),
    tags=st.dictionaries(words, words, max_size=3),
    markers=st.lists(words, max_size=2).map(tuple),
    device=st.builds(Device, model=words, build=words, properties=st.dictionaries(words, words, max_size=2)),
    video_start=seconds,
    notes=st.lists(words, max_size=2).map(tuple),
    location=words,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(result=results)
def test_every_result_comes_back_as_it_was(store: Store, result: Result) -> None:
    number = ingest(store, Submission(result=result)).number
    with store.read() as connection:
        assert result_detail(connection, result.id).result == result
        assert records_of(connection, [number]) == {number: result}


def test_what_neither_database_can_hold_is_replaced_and_the_rest_kept(store: Store) -> None:
    bad = "a\0b\ud800c"
    failure = Failure(outcome=Outcome.FAIL, phase=Phase.CALL, kind=bad, message=bad, traceback=bad)
    result = sample(
        testcase=bad,
        node=bad,
        outcome=Outcome.FAIL,
        failures=(failure,),
        tags={bad: bad},
        steps=(Step(keyword=bad, name=bad, status="passed", message=bad),),
        measurements=(Measurement(name=bad, value=math.nan, unit=bad),),
        notes=(bad,),
        device=Device(model=bad, build=bad, properties={bad: bad}),
        duration=math.inf,
    )
    ingest(store, Submission(result=result, category=bad, user=bad))
    good = "a\ufffdb\ufffdc"
    with store.read() as connection:
        detail = result_detail(connection, result.id)
    assert (detail.row.testcase, detail.row.category, detail.row.failure_reason) == (good, good, good)
    # In texts that become JSON a NUL does no harm.
    assert detail.result.tags == {good: good}
    assert detail.result.failures[0].traceback.replace("\0", "\ufffd") == good
    assert math.isnan(detail.result.measurements[0].value)
    assert detail.result.duration == 0


def test_artifacts_that_cannot_be_named_so_are_left_out_with_a_note(store: Store) -> None:
    artifacts = tuple(Artifact(path=path, size=3) for path in ("ok.log", "../evil", "a\nb", "sub/ok.log"))
    result = sample(artifacts=artifacts, notes=("cut",))
    ingest(store, Submission(result=result))
    with store.read() as connection:
        detail = result_detail(connection, result.id)
    assert [entry.path for entry in detail.artifacts] == ["ok.log", "sub/ok.log"]
    assert [entry.sha256 for entry in detail.artifacts] == [None, None]
    assert detail.result.notes[0] == "cut"
    assert "'../evil'" in detail.result.notes[1]
    assert len(detail.result.notes) == 3


def test_the_end_is_start_and_duration(store: Store) -> None:
    result = sample(duration=90.5)
    ingest(store, Submission(result=result))
    with store.read() as connection:
        assert result_detail(connection, result.id).row.ended == result.started + timedelta(seconds=90.5)


@pytest.mark.parametrize("outcome", Outcome)
def test_the_failure_reason_is_the_first_failure_or_why_it_was_skipped(store: Store, outcome: Outcome) -> None:
    result = sample(outcome=outcome, reason="EPG is empty")
    ingest(store, Submission(result=result))
    with store.read() as connection:
        reason = result_detail(connection, result.id).row.failure_reason
    assert reason == ("" if outcome is Outcome.PASS else "EPG is empty")
