"""Who may come in, from the command line: users, links, keys."""

import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.actions.callers import of_key
from evenhand.actions.signing_in import look_at_link
from evenhand.app import open_desk, settings_of
from tests.cli.conftest import Run


def read(evenhand: Run, *words: object) -> Any:  # what a program would read
    ran = evenhand(*words, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


@pytest.fixture
def olga(desk: Path, evenhand: Run) -> str:
    ran = evenhand("user", "add", "olga@example.com", "--role", "owner", "--name", "Olga")
    assert ran.code == 0, ran.err
    return ran.out


def test_somebody_may_sign_in(olga: str, evenhand: Run) -> None:
    assert olga == (
        "olga@example.com is owner, and may sign in. A link for that: evenhand login-link olga@example.com\n"
    )
    ran = evenhand("user", "add", "ann@example.com", "--role", "rep", "--rep", "ann")
    assert ran.out.startswith("ann@example.com is rep (ann in the roster), and may sign in.")
    found = [(each["email"], each["role"], each["rep"], each["left"]) for each in read(evenhand, "user", "list")]
    assert found == [("olga@example.com", "owner", None, None), ("ann@example.com", "rep", "ann", None)]
    assert "Olga" in evenhand("user", "list").out


def test_nobody_is_listed_with_what_only_they_know(olga: str, evenhand: Run) -> None:
    assert set(read(evenhand, "user", "list")[0]) == {"user", "email", "name", "role", "rep", "since", "left"}


def test_an_empty_list_says_how_to_begin(desk: Path, evenhand: Run) -> None:
    assert "evenhand user add EMAIL --role owner" in evenhand("user", "list").out
    assert evenhand("key", "list").out == "There is no key.\n"


def test_a_user_gets_another_role_leaves_and_comes_back(olga: str, evenhand: Run) -> None:
    evenhand("user", "add", "eve@example.com", "--role", "viewer")
    ran = evenhand("user", "role", "eve@example.com", "manager", "--rep", "eve")
    assert ran.out == "eve@example.com is manager (eve in the roster) from now on.\n"
    assert evenhand("user", "leave", "EVE@example.com").out == "eve@example.com may sign in no longer.\n"
    assert [each["email"] for each in read(evenhand, "user", "list")] == ["olga@example.com"]
    assert len(read(evenhand, "user", "list", "--all")) == 2
    ran = evenhand("user", "back", "eve@example.com")
    assert ran.out == "eve@example.com is manager (eve in the roster), and may sign in again.\n"


def test_what_cannot_be_is_told_with_a_remedy(olga: str, evenhand: Run) -> None:
    for words, said in (
        (("user", "add", "x", "--role", "viewer"), "email: 'x' is no e-mail address. Write it like ann@example.com."),
        (("user", "add", "x@example.com", "--role", "boss"), "--role: 'boss' is no role. Write owner, admin, manager"),
        (("user", "leave", "olga@example.com"), "olga@example.com is the last owner"),
        (("user", "leave", "olg@example.com"), "Did you mean 'olga@example.com'?"),
        (("login-link", "x@example.com"), "nobody with the address 'x@example.com' may sign in"),
        (("login-link", "olga@example.com", "--base-url", "leads"), "--base-url: 'leads' is no address of a server."),
    ):
        ran = evenhand(*words)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err


def test_a_login_link_is_all_that_is_printed(olga: str, evenhand: Run) -> None:
    ran = evenhand("login-link", "olga@example.com", "--base-url", "https://leads.example.com/")
    start, _, ticket = ran.out.strip().rpartition("/")
    assert (ran.out.count("\n"), ran.err, start) == (1, "", "https://leads.example.com/sign-in")
    with open_desk(settings_of("evenhand.db", {})) as desk:
        assert look_at_link(desk, ticket).user.email == "olga@example.com"
    assert evenhand("login-link", "olga@example.com").out.startswith("http://127.0.0.1:8080/sign-in/1.")


def test_a_key_is_all_that_is_printed(desk: Path, evenhand: Run) -> None:
    ran = evenhand("key", "create", "website", "--role", "admin", "--scope", "leads:take", "--expires", "90d")
    assert (ran.out.count("\n"), ran.err) == (1, "")
    with open_desk(settings_of("evenhand.db", {})) as opened:
        assert of_key(opened, ran.out.strip()).scopes == frozenset({"leads:take"})


def test_keys_are_listed_and_revoked(desk: Path, evenhand: Run) -> None:
    evenhand("key", "create", "website", "--role", "admin")
    found = read(evenhand, "key", "list")[0]
    assert (found["name"], found["role"], found["scopes"], found["state"], found["by"]) == (
        *("website", "admin", [], "works"),
        "manager eve",
    )
    assert "website" in evenhand("key", "list").out
    assert evenhand("key", "revoke", "website").out == f"Key {found['key']} (website) works no longer.\n"
    assert evenhand("key", "revoke", str(found["key"])).code == 0
    assert read(evenhand, "key", "list") == []
    assert read(evenhand, "key", "list", "--all")[0]["state"] == "revoked"


def test_a_key_that_cannot_be_is_told_with_a_remedy(desk: Path, evenhand: Run) -> None:
    for words, said in (
        (("create", "a", "--role", "rep"), "role: a key is nobody's, so it cannot be that of a rep."),
        (("create", "a", "--role", "admin", "--scope", "leads"), "scope: 'leads' is no scope."),
        (("create", "a", "--role", "admin", "--expires", "soon"), "--expires"),
        (("revoke", "b"), "there is no key named 'b' that works. Look: evenhand key list"),
        (("revoke", "77"), "there is no key 77."),
    ):
        ran = evenhand("key", *words)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
