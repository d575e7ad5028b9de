from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.core.when.fields import Vocabulary
from evenhand.errors import BadFile, BadUsage
from evenhand.know.match import Account
from evenhand.reading.accounts import AccountFile, read_accounts
from evenhand.reading.rows import Reject, read_rows

Read = Callable[..., AccountFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def opened(text: str, *, name: str = "accounts.csv", mapping: tuple[tuple[str, str], ...] = ()) -> AccountFile:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        owners = {"ann@example.com": "ann"}
        return read_accounts(read_rows(str(path)), Vocabulary(), owners=owners, mapping=mapping)

    return opened


def accounts(file: AccountFile) -> list[Account]:
    return [found for found in file if isinstance(found, Account)]


def test_an_account_is_read_with_everything_it_may_have(read: Read) -> None:
    head = "id,name,domains,parent,owner,csm,role.legal,industry,employees,country,tier\n"
    file = read(head + "a1,Acme,www.acme.com; acme.de,a0,Ann@Example.com,cy,lou,fintech,4.6k,Germany,A\n")
    facts: dict[str, str | int] = {"industry": "fintech", "employees": 4600, "country": "DE", "tier": "A"}
    assert accounts(file) == [
        Account(
            id="a1",
            name="Acme",
            domains=("acme.com", "acme.de"),
            parent="a0",
            roles={"owner": "ann", "csm": "cy", "legal": "lou"},
            fields={f"account.{name}": value for name, value in facts.items()},
        )
    ]
    assert file.unmapped == ()


def test_columns_go_by_many_names_and_the_rest_is_listed(read: Read) -> None:
    file = read("Account,Sector,Office Location,Subsidiary of,Founded\nAcme,medical,Japan,Umbrella,1990\n")
    (account,) = accounts(file)
    assert (account.id, account.name, account.parent) == ("Acme", "Acme", "Umbrella")
    assert account.fields == {"account.industry": "medical", "account.country": "JP"}
    assert file.unmapped == ("Founded",)


def test_a_column_can_be_mapped_to_a_role(read: Read) -> None:
    file = read("name,Kundenbetreuer\nAcme,cy\n", mapping=(("Kundenbetreuer", "role.csm"),))
    assert accounts(file)[0].roles == {"csm": "cy"}


def test_objects_may_hold_roles_and_lists_of_domains(read: Read) -> None:
    line = '{"id": 7, "name": "Acme", "domains": ["acme.com", "acme.de"], "role": {"legal": "lou"}, "owner": null}\n'
    file = read(line, name="accounts.jsonl")
    (account,) = accounts(file)
    assert (account.id, account.domains, account.roles) == ("7", ("acme.com", "acme.de"), {"legal": "lou"})
    assert file.unmapped == ()


def test_placeholders_are_no_owner_and_no_parent(read: Read) -> None:
    (account,) = accounts(read("name,owner,parent\nAcme,-,n/a\n"))
    assert (account.roles, account.parent) == ({}, "")


def test_values_that_cannot_be_read_are_told_and_the_account_stays(read: Read) -> None:
    file = read("name,domain,employees\nAcme,nonsense,many\n")
    assert accounts(file) == [Account(id="Acme", name="Acme")]
    assert [(line, problem.field) for line, problem in file.problems] == [(2, "domains"), (2, "account.employees")]


def test_lines_without_a_name_or_with_a_known_id_are_rejected(read: Read) -> None:
    found = list(read("id,name,owner\na1,Acme,x\n,,x\na1,Other,y\n"))
    assert [(each.line, each.cause) for each in found if isinstance(each, Reject)] == [
        (3, "neither an id nor a name"),
        (4, "account of line 2 has the same id"),
    ]


def test_a_list_where_one_name_is_wanted_rejects_the_line(read: Read) -> None:
    (found,) = read('{"id": ["a", "b"]}\n', name="accounts.jsonl")
    assert isinstance(found, Reject)
    assert "a list" in found.cause


def test_a_file_that_cannot_tell_accounts_apart_is_refused(read: Read) -> None:
    with pytest.raises(BadFile, match="neither an id nor a name"):
        read("domain,owner\nacme.com,ann\n")


def test_a_mapping_to_nothing_is_refused(read: Read) -> None:
    with pytest.raises(BadUsage, match="Did you mean parent"):
        read("name,x\n", mapping=(("x", "parnt"),))
