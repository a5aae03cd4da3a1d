"""Methods that an address does not have, and OPTIONS: who hears what first."""

from __future__ import annotations

import pytest
from tests.dialects.qatrack.conftest import World

NOBODY, READS, WRITES = "", "rita", "ben"
SESSIONS, UNITS, INDEX = "/api/qa/testlistinstances/", "/api/units/units/", "/api/qa/"
TOLD = {
    401: "Authentication credentials were not provided.",
    403: "You do not have permission to perform this action.",
}
CASES = [
    # As observed on the original: no token comes first, then no permission, and then the method.
    (SESSIONS, "DELETE", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, POST, HEAD"),
    (SESSIONS, "PUT", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, POST, HEAD"),
    (SESSIONS, "PATCH", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, POST, HEAD"),
    (f"{SESSIONS}9/", "PUT", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, PATCH, HEAD"),
    (f"{SESSIONS}9/", "POST", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, PATCH, HEAD"),
    # No CORS: a browser's question in advance is not answered.
    (SESSIONS, "OPTIONS", {NOBODY: 401, READS: 405, WRITES: 405}, "GET, POST, HEAD"),
    (f"{SESSIONS}9/", "OPTIONS", {NOBODY: 401, READS: 405, WRITES: 405}, "GET, PATCH, HEAD"),
    ("/api/qc/testlistinstances/", "OPTIONS", {NOBODY: 401, READS: 405, WRITES: 405}, "GET, POST, HEAD"),
    (UNITS, "POST", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, HEAD, OPTIONS"),
    (UNITS, "DELETE", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, HEAD, OPTIONS"),
    (f"{UNITS}5/", "PATCH", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, HEAD, OPTIONS"),
    ("/api/auth/groups/", "POST", {NOBODY: 401, READS: 403, WRITES: 405}, "GET, HEAD, OPTIONS"),
    (INDEX, "POST", {NOBODY: 401, READS: 405, WRITES: 405}, "GET, HEAD, OPTIONS"),
    ("/api/", "PUT", {NOBODY: 401, READS: 405, WRITES: 405}, "GET, HEAD, OPTIONS"),
    ("/api/schema/", "POST", {NOBODY: 401, READS: 405, WRITES: 405}, "GET, HEAD, OPTIONS"),
]


@pytest.mark.parametrize(("path", "method", "statuses", "allowed"), CASES)
def test_what_is_not_possible_is_told_in_this_order(
    world: World, path: str, method: str, statuses: dict[str, int], allowed: str
) -> None:
    for user, status in statuses.items():
        answer = world.ask(method, path, user)
        detail = TOLD.get(status, f'Method "{method}" not allowed.')
        assert (answer.status_code, answer.json) == (status, {"detail": detail}), user
        assert answer.headers.get("Allow") == (allowed if status == 405 else None)


@pytest.mark.parametrize("path", [UNITS, f"{UNITS}5/", "/api/qc/tests/", "/api/auth/groups/1/", "/api/", INDEX])
def test_what_is_only_read_describes_itself_to_whoever_has_a_token(world: World, path: str) -> None:
    assert world.ask("OPTIONS", path, NOBODY).status_code == 401
    answer = world.ask("OPTIONS", path, READS)
    assert (answer.status_code, answer.headers["Allow"]) == (200, "GET, HEAD, OPTIONS")
    assert set(answer.json or {}) == {"name", "description", "renders", "parses"}
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118 - a list


def test_a_head_has_the_headers_of_a_get(world: World) -> None:
    for path in (UNITS, SESSIONS, f"{UNITS}5/"):
        head, got = (world.ask(method, path, READS) for method in ("HEAD", "GET"))
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["Content-Length"] == got.headers["Content-Length"]
