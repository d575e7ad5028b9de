"""The companies that a desk knows: put in, changed, taken out, and matched with."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.actions.account_book import known_accounts
from evenhand.actions.account_file import AccountsFile, put_file
from evenhand.actions.accounts import (
    Counted,
    _row_of,
    account_of,
    accounts_listed,
    drop_account,
    found_account,
    put_account,
    put_accounts,
)
from evenhand.analytics.doctor import advice
from evenhand.errors import BadUsage, NotAllowed, NotFound
from evenhand.know.match import Account, Accounts
from evenhand.reading.accounts import read_accounts
from evenhand.reading.rows import read_rows
from tests.desk import Trial, rep

ACME = Account(id="acme", name="Acme", domains=("acme.com",), roles={"owner": "ann"}, fields={"account.tier": "gold"})
GLOBEX = Account(id="globex", name="Globex", parent="acme")
LEAD = {"domain": "acme.com"}
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
fields = st.dictionaries(words, st.booleans() | st.integers(-99, 99) | words | st.decimals(-9, 9, places=2), max_size=3)


def matched(trial: Trial) -> str | None:
    found = known_accounts(trial.desk).match(LEAD)
    return None if found is None else found.account


def test_an_account_comes_back_as_it_was_put_in(each_trial: Trial) -> None:
    account = Account(
        id="a/ü",
        name="Ü & Co",
        domains=("a.de", "b.de"),
        parent="acme",
        roles={"owner": "ann", "csm": "bob"},
        fields={
            "account.revenue": Decimal("1.50"),
            "account.employees": 7,
            "account.tags": ("x", "y"),
            "account.hot": True,
        },
    )
    each_trial.do(put_account, account)
    assert account_of(found_account(each_trial.desk, "a/ü")) == account


@given(fields=fields, roles=st.dictionaries(words.filter(lambda role: role != "owner"), words, max_size=2))
@settings(max_examples=40)
def test_any_roles_and_fields_are_kept(fields: dict[str, object], roles: dict[str, str]) -> None:
    account = Account(id="x", fields=fields, roles=roles)  # type: ignore[arg-type]
    assert account_of(_row_of(account)) == account


def test_putting_the_same_in_again_changes_nothing(each_trial: Trial) -> None:
    assert each_trial.do(put_accounts, [ACME, GLOBEX]) == Counted(new=2)
    before = each_trial.desk.store.changed(each_trial.desk.workspace)
    assert each_trial.do(put_accounts, [ACME, GLOBEX]) == Counted(same=2)
    assert each_trial.do(put_accounts, [ACME, replace(GLOBEX, name="Globex AG")]) == Counted(changed=1, same=1)
    assert before > 0


def test_one_event_says_how_many_were_put_in(trial: Trial) -> None:
    trial.do(put_accounts, [ACME, GLOBEX])
    with trial.desk.store.reading(trial.desk.workspace) as tx:
        event = tx.story.events()[-1]
    assert event.kind == "accounts.imported"
    assert event.body.startswith(b'{"changed":0,"digest":"')
    assert event.body.endswith(b'"new":2}')


def test_an_account_that_is_gone_matches_nothing_and_can_come_back(each_trial: Trial) -> None:
    each_trial.do(put_accounts, [ACME])
    assert matched(each_trial) == "acme"
    each_trial.do(drop_account, "acme")
    assert matched(each_trial) is None
    with pytest.raises(NotFound, match="no account 'acme'"):
        each_trial.do(drop_account, "acme")
    assert each_trial.do(put_accounts, [ACME]) == Counted(new=1)
    assert matched(each_trial) == "acme"


def test_the_index_is_the_same_object_until_something_changes(trial: Trial) -> None:
    trial.do(put_accounts, [ACME])
    first = known_accounts(trial.desk)
    trial.comes(email="jo@else.com")
    assert known_accounts(trial.another()) is first
    trial.do(put_account, replace(ACME, domains=("acme.de",)))
    assert known_accounts(trial.desk) is not first
    assert matched(trial) is None


def test_the_index_sees_every_one_of_many_changes(each_trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.actions.account_book.PAGE", 3)
    many = [Account(id=f"a{number}", domains=(f"a{number}.com",)) for number in range(10)]
    each_trial.do(put_accounts, many)
    assert len(known_accounts(each_trial.desk)) == 10
    each_trial.do(drop_account, "a4")
    assert len(known_accounts(each_trial.desk)) == 9


def test_stored_accounts_match_as_those_of_the_file_do(trial: Trial, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text(
        "id,name,domain,owner,parent,csm,revenue,employees\n1,Acme,acme.com,ann,,bob,$1.5m,20\n2,Sub,sub.io,,1,,,\n"
    )
    vocabulary = trial.desk.setup().policy.vocabulary
    straight = Accounts([each for each in read_accounts(read_rows(str(path)), vocabulary) if isinstance(each, Account)])
    taken = put_file(AccountsFile(path=str(path)), trial.desk.setup(), lambda some: trial.do(put_accounts, some), print)
    assert (taken.lines, taken.new) == (2, 2)
    for domain in ("acme.com", "sub.io", "none.com"):
        assert known_accounts(trial.desk).known({"domain": domain}) == straight.known({"domain": domain})


def test_a_line_that_is_too_long_is_rejected_and_the_others_are_kept(trial: Trial, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text(f"id,name\n{'x' * 400},Acme\nb,Bee\n")
    rejects: list[object] = []
    put = lambda some: trial.do(put_accounts, some)  # noqa: E731
    taken = put_file(AccountsFile(path=str(path)), trial.desk.setup(), put, rejects.append)
    assert (taken.lines, taken.new, taken.rejected, len(rejects)) == (2, 1, 1, 1)


def test_accounts_are_found_by_how_their_name_or_a_domain_begins(each_trial: Trial) -> None:
    each_trial.do(put_accounts, [ACME, replace(GLOBEX, domains=("x.org", "glob.ex"), name="The 100% Globex")])
    found = {
        q: [row.account for row in accounts_listed(each_trial.desk, "", q, 9)]
        for q in ("ACM", "glob.", "the 100%", "_")
    }
    assert found == {"ACM": ["acme"], "glob.": ["globex"], "the 100%": ["globex"], "_": ["acme", "globex"]}


def test_only_an_admin_says_which_companies_are_known(trial: Trial) -> None:
    with pytest.raises(NotAllowed):
        trial.do(put_accounts, [ACME], actor=rep("ann"))
    with pytest.raises(BadUsage, match="20,000"):
        trial.do(put_account, replace(ACME, fields={"account.tier": "x" * 30_000}))


def test_doctor_names_owners_who_are_not_in_the_roster(trial: Trial) -> None:
    trial.do(put_accounts, [ACME, replace(GLOBEX, roles={"owner": "zoe"})])
    told = [line for line in advice(trial.desk, has_mail=True) if "Accounts" in line]
    assert len(told) == 1
    assert "zoe (1)" in told[0]
    assert "ann" not in told[0]
