"""The part of VNC that the capture and the remote share; a real server answers it in their own tests."""

from __future__ import annotations

from qarunner_plugins.vnc_connection import vnc_answer


def test_the_answer_to_a_challenge_is_that_of_the_protocol() -> None:
    # DES of the challenge, the password's bits mirrored: worked out with openssl des-ecb
    assert vnc_answer("password", bytes(range(16))).hex() == "b866924125c8eebb9debc1db61c538e2"
