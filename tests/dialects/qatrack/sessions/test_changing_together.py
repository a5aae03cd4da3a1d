"""Several clients change one session at once: each of them is heard, and nobody is sent away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.session_bodies import patch, posted, simple, stored

CLIENTS, CHANGES = 8, 32


def test_all_changes_of_one_session_arrive(own_world: World) -> None:
    session = posted(own_world, simple(comment=""))

    def change(number: int) -> int:
        return patch(own_world, session, comment=f"change {number}", tests={"number_1": {"value": number}}).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert list(pool.map(change, range(CHANGES))) == [200] * CHANGES
    after = stored(own_world, session)
    assert sorted(one["comment"] for one in after["comments"]) == sorted(f"change {one}" for one in range(CHANGES))
    values = [test["value"] for test in after["test_instances"]]
    assert values[2] == values[0] + values[1], "the sum is of the values that were kept"
