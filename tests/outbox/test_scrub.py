from __future__ import annotations

import pytest

from qarunner.outbox.scrub import scrubbed


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("GET https://anna:pa55@host/x?y=1 failed", "GET https://***@host/x?y=1 failed"),
        ("https://glpat-1234@host/x", "https://***@host/x"),
        ("https://host/x@y?user=anna", "https://host/x@y?user=anna"),
        ("/results?token=abc.def-123&page=2", "/results?token=***&page=2"),
        ("/results?private_token=abc", "/results?private_token=***"),
        ("X-Api-Key: 123abc", "X-Api-Key: ***"),
        ("Authorization: Bearer abc.def.ghi", "Authorization: Bearer ***"),
        ("{'Authorization': 'Basic YW5uYTpwdw=='}", "{'Authorization': 'Basic ***'}"),
        ('{"Authorization": "token 12ab"}', '{"Authorization": "token ***"}'),
        ("authorization=12ab", "authorization=***"),
        ("Cookie: session=1; other=2", "Cookie: ***"),
        ('{"password": "two \\" words", "user": "anna"}', '{"password": ***, "user": "anna"}'),
        ("db_password='two words' ok", "db_password=*** ok"),
        ('password="never closed', "password=***"),
        ("the server said: Bearer abcdefghijkl is expired", "the server said: Bearer *** is expired"),
        ("Didn't find a match in the token ring test", "Didn't find a match in the token ring test"),
        ("ConnectionError: [Errno 111] Connection refused", "ConnectionError: [Errno 111] Connection refused"),
    ],
)
def test_secrets_are_taken_out_and_the_rest_stays(text: str, clean: str) -> None:
    assert scrubbed(text) == clean
    assert scrubbed(clean) == clean


def test_a_long_text_is_cut() -> None:
    assert scrubbed("x" * 5000, most=100) == "x" * 97 + "..."


def test_scrubbing_takes_no_time_worth_mentioning_on_hostile_text() -> None:
    # Would take minutes with a pattern that backtracks.
    for text in ("token" * 20_000, "://" + "a" * 100_000, 'password="' + "\\" * 100_000, "a-" * 50_000):
        scrubbed(text, most=100_000)
