"""Which role may do what: the whole table, written out once more by hand."""

from __future__ import annotations

import pytest

from qarunner.access import Action, Identity, may
from qarunner.store.models import Role

TABLE = """
                  admin write read manual job
    see nodes       yes  yes   yes  yes    no
    see results     yes  yes   yes  no     no
    control nodes   yes  yes   no   yes    no
    run jobs        yes  yes   no   no     no
    deliver results yes  yes   no   no     yes
    change results  yes  yes   no   no     no
    define tests    yes  yes   no   no     no
    own account     yes  yes   yes  yes    no
    manage users    yes  no    no   no     no
    manage server   yes  no    no   no     no
    see metrics     yes  yes   yes  no     no
"""


def rows() -> list[tuple[str, list[bool]]]:
    lines = [line.split() for line in TABLE.strip().splitlines()[1:]]
    return [(" ".join(words[:-5]), [word == "yes" for word in words[-5:]]) for words in lines]


def test_the_table_knows_every_action() -> None:
    assert [name for name, _allowed in rows()] == [str(action) for action in Action]


@pytest.mark.parametrize(("name", "allowed"), rows())
def test_each_role_may_do_what_the_table_says(name: str, allowed: list[bool]) -> None:
    action = Action(name)
    roles = [Role.ADMIN, Role.WRITE, Role.READ, Role.MANUAL]
    assert [may(role, action) for role in roles] == allowed[:4]
    of_a_job = Identity(1, "ada", Role.ADMIN, "token", 7, job="/node/0a23/1")
    assert of_a_job.may(action) is allowed[4], "whatever the role of the user who started the job"


def test_a_jobs_token_delivers_for_its_own_job_only() -> None:
    identity = Identity(1, "ada", Role.ADMIN, "token", 7, job="/node/0a23/1")
    assert identity.may_deliver("/node/0a23/1")
    assert not identity.may_deliver("/node/0a23/2")
    assert not identity.may_deliver("")


def test_a_writer_delivers_for_any_job_and_a_reader_for_none() -> None:
    assert Identity(1, "ada", Role.WRITE, "token", 7).may_deliver("/node/0a23/1")
    assert not Identity(1, "ada", Role.READ, "token", 7).may_deliver("")
