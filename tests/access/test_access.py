"""Users, tokens, passwords and sessions of a store."""

from __future__ import annotations

import base64
import stat
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from qarunner.access import Access, audit
from qarunner.access.doors import DOORS, Environ
from qarunner.access.errors import AccessError, TooManyRequestsError, UnknownTokenError, WrongCredentialsError
from qarunner.access.limits import PasswordLimit
from qarunner.errors import ConfigurationError
from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.models import Role, Session, Token, User

ALL = tuple(DOORS)


def with_token(token: str) -> Environ:
    return {"HTTP_AUTHORIZATION": f"token {token}", "REMOTE_ADDR": "192.0.2.1"}


def with_password(name: str, password: str) -> Environ:
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_a_token_lets_its_user_in_and_is_nowhere_in_the_store(access: Access, store: Store) -> None:
    access.add_user("ada", Role.WRITE)
    number, token = access.create_token("ada", "jenkins")
    identity = access.resolve(with_token(token), ALL)
    assert identity is not None
    assert (identity.user, identity.role, identity.token, identity.by_cookie) == ("ada", Role.WRITE, number, False)
    with store.read() as connection:
        assert token not in str(connection.execute(select(Token.__table__)).all())


def test_no_credential_is_nobody_and_a_bad_one_is_an_error(access: Access) -> None:
    assert access.resolve({}, ALL) is None
    with pytest.raises(WrongCredentialsError):
        access.resolve(with_token("qar_nonsense"), ALL)


def test_a_revoked_an_expired_and_a_disabled_users_token_are_refused_alike(access: Access, store: Store) -> None:
    access.add_user("root", Role.ADMIN)
    access.add_user("ada", Role.WRITE)
    tokens = [access.create_token("ada", name) for name in ("revoked", "expired", "of disabled")]
    for _number, token in tokens:
        access.resolve(with_token(token), ALL)
    access.revoke_token(tokens[0][0])
    with store.write() as connection:
        change = update(Token).where(Token.id == tokens[1][0]).values(expires=now() - timedelta(seconds=1))
        connection.execute(change)
    access.forget()
    answers = set()
    for _number, token in tokens[:2]:
        with pytest.raises(WrongCredentialsError) as caught:
            access.resolve(with_token(token), ALL)
        answers.add(str(caught.value))
    access.resolve(with_token(tokens[2][1]), ALL)
    access.set_disabled("ada", disabled=True)
    with pytest.raises(WrongCredentialsError) as caught:
        access.resolve(with_token(tokens[2][1]), ALL)
    assert answers == {str(caught.value)}


def test_somebody_elses_token_cannot_be_revoked(access: Access) -> None:
    access.add_user("ada", Role.WRITE)
    access.add_user("bob", Role.WRITE)
    number, _token = access.create_token("ada", "jenkins")
    with pytest.raises(UnknownTokenError):
        access.revoke_token(number, user="bob")
    access.revoke_token(number, user="ada")


def test_last_use_is_noted_but_not_with_each_request(access: Access, store: Store) -> None:
    access.add_user("ada", Role.READ)
    number, token = access.create_token("ada", "dashboard")
    access.resolve(with_token(token), ALL)
    first = access.tokens("ada")[0].last_used
    assert first is not None
    access.forget()
    access.resolve(with_token(token), ALL)
    assert access.tokens("ada")[0].last_used == first
    with store.write() as connection:
        connection.execute(update(Token).where(Token.id == number).values(last_used=first - timedelta(hours=1)))
    restarted = Access(store)
    restarted.resolve(with_token(token), ALL)
    again = access.tokens("ada")[0].last_used
    assert again is not None
    assert again >= first


def test_a_password_lets_in_and_a_wrong_one_tells_nothing(access: Access) -> None:
    access.add_user("ada", Role.READ, "correct horse")
    access.add_user("robot", Role.READ)
    identity = access.resolve(with_password("ada", "correct horse"), ALL)
    assert identity is not None
    assert identity.user == "ada"
    said = set()
    for name, password in (("ada", "wrong"), ("nobody", "wrong"), ("robot", "wrong"), ("robot", ""), ("n\0b", "x")):
        with pytest.raises(WrongCredentialsError) as caught:
            access.resolve(with_password(name, password), ALL)
        said.add(str(caught.value))
    assert len(said) == 1


def test_an_unknown_users_password_is_hashed_like_a_known_ones(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is spent in argon2: it must run the same number of times, with the same costs."""
    access.add_user("ada", Role.READ, "correct horse")
    hashed: list[str] = []
    hasher = access._passwords._hasher
    verify = hasher.verify

    class Watched:
        def verify(self, stored: str, given: bytes) -> bool:
            hashed.append(stored.rpartition("$")[0].rpartition("$")[0])
            return verify(stored, given)

    monkeypatch.setattr(access._passwords, "_hasher", Watched())
    for name in ("ada", "nobody"):
        with pytest.raises(WrongCredentialsError):
            access.sign_in(name, "wrong")
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]


def test_too_many_wrong_passwords_close_every_password_door_but_no_other(store: Store) -> None:
    access = Access(store, passwords=PasswordLimit(most=3))
    access.add_user("ada", Role.READ, "correct horse")
    _number, token = access.create_token("ada", "jenkins")
    for name in ("ada", "bob", "eve"):
        with pytest.raises(WrongCredentialsError):
            access.sign_in(name, "wrong", "192.0.2.1", door="form")
    with pytest.raises(TooManyRequestsError):
        access.resolve({**with_password("ada", "correct horse"), "REMOTE_ADDR": "192.0.2.1"}, ALL)
    assert access.resolve(with_token(token), ALL)
    assert access.resolve({**with_password("ada", "correct horse"), "REMOTE_ADDR": "192.0.2.2"}, ALL)


def test_a_changed_password_holds_at_once_and_ends_sessions(access: Access) -> None:
    access.add_user("ada", Role.READ, "correct horse")
    identity = access.sign_in("ada", "correct horse")
    session = access.begin_session(identity)
    access.set_password("ada", "battery staple")
    with pytest.raises(WrongCredentialsError):
        access.sign_in("ada", "correct horse")
    with pytest.raises(WrongCredentialsError):
        access.resolve({"HTTP_COOKIE": f"qarunner_session={session.secret}"}, ALL)
    assert access.sign_in("ada", "battery staple").user == "ada"


def test_a_session_has_a_csrf_token_and_ends(access: Access, store: Store) -> None:
    access.add_user("ada", Role.READ, "correct horse")
    session = access.begin_session(access.sign_in("ada", "correct horse"), "192.0.2.1", "a browser")
    environ = {"HTTP_COOKIE": f"session_id={session.secret}"}
    identity = access.resolve(environ, ("session-id",))
    assert identity is not None
    assert identity.by_cookie
    assert identity.csrf == session.csrf
    with store.write() as connection:
        assert session.secret not in str(connection.execute(select(Session.__table__)).all())
        connection.execute(update(Session).values(last_used=now() - timedelta(days=8)))
    with pytest.raises(WrongCredentialsError):
        access.resolve(environ, ("session-id",))
    access.end_session(session.secret)
    with store.read() as connection:
        assert connection.execute(select(Session.hash)).all() == []


def test_a_jobs_token_works_until_the_job_ends_and_is_not_listed(access: Access) -> None:
    access.add_user("ada", Role.WRITE)
    token = access.job_token("ada", "/node/0a23/1")
    identity = access.resolve(with_token(token), ALL)
    assert identity is not None
    assert identity.job == "/node/0a23/1"
    assert access.tokens() == []
    access.end_job_tokens("/node/0a23/1")
    with pytest.raises(WrongCredentialsError):
        access.resolve(with_token(token), ALL)


def test_a_derived_token_is_the_same_each_time_until_it_is_revoked(access: Access, store: Store) -> None:
    access.add_user("ada", Role.READ, "correct horse")
    token = access.derived_token("ada", "qatrack")
    assert len(token) == 40
    assert access.derived_token("ada", "qatrack") == token == Access(store).derived_token("ada", "qatrack")
    assert access.derived_token("ada", "qtest") != token
    assert access.resolve(with_token(token), ALL)
    for listed in access.tokens("ada"):
        access.revoke_token(listed.id)
    fresh = access.derived_token("ada", "qatrack")
    assert fresh != token
    assert access.resolve(with_token(fresh), ALL)
    with pytest.raises(WrongCredentialsError):
        access.resolve(with_token(token), ALL)


def test_the_last_admin_stays(access: Access) -> None:
    made = access.make_first_admin()
    assert made is not None
    assert access.make_first_admin() is None
    for change in (lambda: access.set_role("admin", Role.READ), lambda: access.set_disabled("admin", disabled=True)):
        with pytest.raises(AccessError, match="nobody would be left"):
            change()
    assert access.user("admin").role == Role.ADMIN
    access.add_user("ada", Role.ADMIN)
    access.set_disabled("admin", disabled=True)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a/b", "<b>", "x" * 101, "a\nb"])
def test_what_is_no_name_is_refused(access: Access, name: str) -> None:
    with pytest.raises(AccessError, match="is no name"):
        access.add_user(name, Role.READ)


def test_a_name_is_given_once(access: Access) -> None:
    access.add_user("ada", Role.READ)
    with pytest.raises(AccessError, match="already"):
        access.add_user("ada", Role.READ)


def test_short_passwords_are_refused(access: Access) -> None:
    with pytest.raises(AccessError, match="8 to 1024"):
        access.add_user("ada", Role.READ, "short")


def test_every_change_is_in_the_log_without_secrets(access: Access, store: Store) -> None:
    access.add_user("ada", Role.WRITE, "correct horse", by="root")
    number, token = access.create_token("ada", "jenkins", by="ada")
    access.revoke_token(number, by="ada")
    access.note(None, "node.press", "living-room", {"key": "KEY_OK"}, "192.0.2.1")
    with store.read() as connection:
        lines = audit.entries(connection)
        older = audit.entries(connection, most=2, before=lines[0].id)
    assert [(line.user, line.action) for line in lines] == [
        ("", "node.press"),
        ("ada", "token.revoke"),
        ("ada", "token.create"),
        ("root", "user.create"),
    ]
    assert older == lines[1:3]
    assert lines[0].address == "192.0.2.1"
    assert "correct horse" not in str(lines)
    assert token not in str(lines)


def test_the_servers_key_is_made_once_for_its_owner_only(store: Store) -> None:
    Access(store)
    file = store.data / "keys" / "server.key"
    key = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    Access(store)
    assert file.read_bytes() == key
    assert [path.name for path in file.parent.iterdir()] == ["server.key"]
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="can be read by others"):
        Access(store)


def test_a_disabled_user_is_let_in_again_after_enabling(access: Access, store: Store) -> None:
    access.add_user("root", Role.ADMIN)
    access.add_user("ada", Role.READ, "correct horse")
    access.set_disabled("ada", disabled=True)
    with pytest.raises(WrongCredentialsError):
        access.sign_in("ada", "correct horse")
    access.set_disabled("ada", disabled=False)
    assert access.sign_in("ada", "correct horse").user == "ada"
    with store.read() as connection:
        assert connection.execute(select(User.disabled).where(User.name == "ada")).scalar_one() is False
