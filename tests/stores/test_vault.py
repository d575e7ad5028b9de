import os
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import BadSecret, CannotRead
from evenhand.stores.vault import Vault

SECRET: Final = bytes(range(32))
VAULT: Final = Vault(SECRET)
KEY, WRAPPED = VAULT.new_key(1, 7)
PLAIN: Final = b'{"email": "ann@example.com"}'
BOX: Final = VAULT.lock(KEY, PLAIN, workspace=1, lead=7)

numbers = st.integers(-(2**63), 2**63 - 1)


@given(st.binary(max_size=600), numbers, numbers)
def test_what_is_locked_comes_back_as_it_was(plain: bytes, workspace: int, lead: int) -> None:
    key, wrapped = VAULT.new_key(workspace, lead)
    box = VAULT.lock(key, plain, workspace=workspace, lead=lead)
    later = Vault(SECRET)
    found = later.open_key(wrapped, workspace=workspace, lead=lead)
    assert (found, later.unlock(found, box, workspace=workspace, lead=lead)) == (key, plain)


@pytest.mark.parametrize(("workspace", "lead"), [(1, 8), (2, 7), (7, 1)])
def test_a_box_of_one_lead_does_not_open_as_that_of_another(workspace: int, lead: int) -> None:
    with pytest.raises(CannotRead, match=f"workspace {workspace}, lead {lead}: the key of its personal data"):
        VAULT.open_key(WRAPPED, workspace=workspace, lead=lead)
    with pytest.raises(CannotRead, match=f"workspace {workspace}, lead {lead}: its personal data"):
        VAULT.unlock(KEY, BOX, workspace=workspace, lead=lead)


def test_a_wrapped_key_is_not_taken_for_data_nor_data_for_a_key() -> None:
    with pytest.raises(CannotRead):
        VAULT.open_key(BOX, workspace=1, lead=7)
    with pytest.raises(CannotRead):
        VAULT.unlock(KEY, WRAPPED, workspace=1, lead=7)


def test_no_byte_of_a_box_can_be_changed() -> None:
    for at, byte in enumerate(BOX):
        with pytest.raises(CannotRead):
            VAULT.unlock(KEY, BOX[:at] + bytes([byte ^ 1]) + BOX[at + 1 :], workspace=1, lead=7)


def test_no_part_of_a_key_opens() -> None:
    for length in range(len(WRAPPED)):
        with pytest.raises(CannotRead):
            VAULT.open_key(WRAPPED[:length], workspace=1, lead=7)


def test_another_key_and_another_master_secret_open_nothing() -> None:
    with pytest.raises(CannotRead):
        VAULT.unlock(VAULT.new_key(1, 7)[0], BOX, workspace=1, lead=7)
    with pytest.raises(CannotRead, match="locked with another key"):
        Vault(os.urandom(32)).open_key(WRAPPED, workspace=1, lead=7)


def test_an_error_gives_away_neither_data_nor_key() -> None:
    with pytest.raises(CannotRead) as raised:
        VAULT.unlock(KEY, BOX[:-1], workspace=1, lead=7)
    assert "ann@" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_the_same_data_never_looks_the_same_twice() -> None:
    assert len({VAULT.lock(KEY, PLAIN, workspace=1, lead=7) for _ in range(100)}) == 100
    assert len({VAULT.new_key(1, 7) for _ in range(100)}) == 100


def test_neither_the_data_nor_the_key_can_be_seen_in_what_is_kept() -> None:
    assert PLAIN not in BOX
    assert KEY not in WRAPPED


def test_a_box_is_29_bytes_longer_than_what_is_in_it() -> None:
    assert (len(WRAPPED), len(BOX)) == (61, len(PLAIN) + 29)


def test_the_same_person_has_the_same_digest_in_one_workspace_only() -> None:
    digest = VAULT.digest("email", "ann@example.com", workspace=1)
    assert Vault(SECRET).digest("email", "ann@example.com", workspace=1) == digest
    assert len(digest) == 16
    others: list[Callable[[], bytes]] = [
        lambda: VAULT.digest("email", "ann@example.com", workspace=2),
        lambda: VAULT.digest("phone", "ann@example.com", workspace=1),
        lambda: VAULT.digest("email", "bob@example.com", workspace=1),
        lambda: VAULT.digest("emailann", "@example.com", workspace=1),
        lambda: Vault(os.urandom(32)).digest("email", "ann@example.com", workspace=1),
    ]
    assert digest not in [other() for other in others]


@given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30))
def test_two_texts_have_the_same_digest_only_if_they_are_the_same(one: str, other: str) -> None:
    digests = VAULT.digest("name", one, workspace=1), VAULT.digest("name", other, workspace=1)
    assert (digests[0] == digests[1]) == (one == other)


def test_what_one_release_has_locked_the_next_can_open() -> None:
    wrapped = bytes.fromhex(
        "01568e8eda163bc54c568f17fa6e49a8f327949ea868f7fca276f0c59842219c75b5bbf10ff5426df9eeca745a745f9a8a29cc62bb372b4044"
        "c163eed1"
    )
    box = bytes.fromhex("01eb72226245ff160259244b7b47b72f2c97210226b8169108e5063db4786353")
    key = VAULT.open_key(wrapped, workspace=1, lead=7)
    assert VAULT.unlock(key, box, workspace=1, lead=7) == b"ann"
    assert VAULT.check.hex() == "b9ce21a1dee62dc8f2d42097f52034f4"
    assert VAULT.digest("email", "ann@example.com", workspace=1).hex() == "e612e0cf36cab6a5c646081c1e801fce"


def test_the_master_secret_of_the_database_is_confirmed() -> None:
    VAULT.confirm(Vault(SECRET).check)
    assert len(VAULT.check) == 16


def test_another_master_secret_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadSecret, match=r"not the master secret with which.*EVENHAND_SECRET_FILE"):
        Vault(os.urandom(32)).confirm(VAULT.check)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"32 bytes, not {length}"):
        Vault(bytes(length))


def test_a_secret_of_the_installation_opens_under_its_own_name_only() -> None:
    vault = Vault(SECRET)
    box = vault.seal("channel 7", b"pa55word", workspace=1)
    assert vault.unseal("channel 7", box, workspace=1) == b"pa55word"
    assert b"pa55word" not in box
    for name, workspace in (("channel 8", 1), ("channel 7", 2)):
        with pytest.raises(CannotRead, match=f"the secret of {name} cannot be opened.*Enter it anew"):
            vault.unseal(name, box, workspace=workspace)
