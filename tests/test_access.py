"""Who may do what, without a server: pauses, sessions and the rule of rights hold whoever asks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import access as rules
from hubbub import settings
from hubbub.access import Access, WaitError, Who, may
from hubbub.store import open_store
from tests.conftest import BY, NewStore

PASSWORD = "correct horse battery"
NEW = "another horse battery"


@pytest.fixture
def access(new_store: NewStore) -> Access:
    """A store with an admin and a user."""
    made = Access(new_store())
    made.add("root", PASSWORD, True, BY)
    made.add("ann", PASSWORD, False, BY)
    return made


def test_a_shelf_is_for_those_in_whose_hands_it_is_and_for_admins() -> None:
    for writes in (False, True):
        assert not may("shelf", Who(1, "ann", False), writes, False, lambda: False)
        assert may("shelf", Who(1, "ann", False), writes, False, lambda: True)
        assert may("shelf", Who(1, "root", True), writes, False, lambda: False)


def test_from_one_address_not_all_names_can_be_tried(access: Access) -> None:
    access = access
    for number in range(settings.FAILURES_FREE_ADDRESS + 1):
        assert access.log_in(f"nobody {number}", PASSWORD, "192.0.2.7") is None
    with pytest.raises(WaitError):
        access.log_in("root", PASSWORD, "192.0.2.7")
    assert access.log_in("root", PASSWORD, "192.0.2.8")


def test_many_at_once_are_all_counted(access: Access) -> None:
    def attempt(_: int) -> bool:
        try:
            return access.log_in("ann", "wrong", "192.0.2.7") is None
        except WaitError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) <= settings.FAILURES_FREE + 2


def test_a_name_that_nobody_has_costs_as_much(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[bytes] = []
    hasher = rules._hasher()

    class Counted:
        def hash(self, password: bytes) -> str:
            hashed.append(password)
            return hasher.hash(password)

        def verify(self, held: str, password: bytes) -> bool:
            hashed.append(password)
            return hasher.verify(held, password)

    monkeypatch.setattr(rules, "_hasher", Counted)
    assert access.log_in("nobody", "wrong", "a") is None
    assert access.log_in("ann", "wrong", "a") is None
    assert hashed == [b"wrong", b"wrong"]


def test_failures_and_sessions_are_shared_by_all_who_serve_the_store(new_store: NewStore) -> None:
    store = new_store()
    one_, other = Access(store), Access(open_store(store._engine.url.render_as_string(hide_password=False)))
    one_.add("ann", PASSWORD, True, BY)
    secret = one_.log_in("ann", PASSWORD, "a")
    assert secret
    who = other.by_session(secret)
    assert who
    assert who.name == "ann"
    for _ in range(settings.FAILURES_FREE + 1):
        one_.log_in("ann", "wrong", "a")
    with pytest.raises(WaitError):
        other.log_in("ann", PASSWORD, "b")
    other.change_password("ann", NEW, BY)
    assert one_.by_session(secret) is None
    other.remove("ann", BY)
    assert one_.users() == []
    assert [change.route for _, change in one_.changes(None)] == ["test"] * 3
    other._store.close()


def test_a_session_ends_when_it_is_not_used(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = access.log_in("ann", PASSWORD, "a")
    assert secret
    monkeypatch.setattr(settings, "SESSION_IDLE", timedelta(0))
    assert access.by_session(secret) is None
    monkeypatch.undo()
    assert access.by_session(secret)
    monkeypatch.setattr(settings, "SESSION_LONGEST", timedelta(0))
    assert access.by_session(secret) is None


def test_the_last_admin_stays_while_there_are_others(access: Access) -> None:
    with pytest.raises(ValueError, match="last admin"):
        access.remove("root", BY)
    access.remove("ann", BY)
    access.remove("root", BY)
    with pytest.raises(LookupError):
        access.remove("root", BY)


@given(st.sampled_from(rules.RIGHTS), st.booleans(), st.booleans(), st.sampled_from(rules.SCOPES), st.booleans())
def test_more_scope_never_lets_in_less_and_private_never_more(
    right: rules.Right, writes: bool, private: bool, scope: rules.Scope, admin: bool
) -> None:
    wider = rules.SCOPES[min(rules.SCOPES.index(scope) + 1, 2)]
    held, more = (rules.Who(1, "x", admin, which) for which in (scope, wider))
    assert may(right, held, writes, private) <= may(right, more, writes, private)
    assert may(right, held, writes, True) <= may(right, held, writes, False)
    assert may(right, None, writes, private) <= may(right, held, writes, private) or right == "read"
