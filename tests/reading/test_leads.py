import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.arrival import Arrival
from evenhand.core.model import DAY, HOUR, Owner, Value
from evenhand.core.when.fields import CATALOGUE, Field, Vocabulary
from evenhand.errors import BadUsage
from evenhand.know.match import Account, Accounts
from evenhand.reading.columns import LEAD_SYNONYMS, squeezed
from evenhand.reading.leads import LeadFile, LeadOptions, derive, read_leads
from evenhand.reading.rows import Reject, read_rows

NOON: Final = 1_793_620_800_000  # 2026-11-02 12:00 UTC
OPTIONS: Final = LeadOptions(as_of=NOON)
ACCOUNTS: Final = Accounts([Account(id="a1", name="Acme", domains=("acme.com",), roles={"owner": "ann"})])

Read = Callable[..., LeadFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def opened(
        text: str, *, name: str = "leads.csv", options: LeadOptions = OPTIONS, accounts: Accounts | None = None
    ) -> LeadFile:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_leads(read_rows(str(path)), options, accounts)

    return opened


def arrivals(file: LeadFile) -> list[Arrival]:
    return [found for found in file if isinstance(found, Arrival)]


def rejects(file: LeadFile) -> list[Reject]:
    return [found for found in file if isinstance(found, Reject)]


def mapped(*pairs: tuple[str, str]) -> LeadOptions:
    return replace(OPTIONS, mapping=pairs)


def problems(arrival: Arrival) -> Sequence[str]:
    return [problem.field for problem in arrival.warnings]


def test_a_lead_is_read_with_its_fields_typed(read: Read) -> None:
    (found,) = arrivals(read("id,received,employees,country\nL1,2026-11-02 09:00,4.6k,Germany\n"))
    assert (found.line, found.lead.id, found.lead.received) == (2, "L1", NOON - 3 * HOUR)
    assert found.lead.fields == {"received": NOON - 3 * HOUR, "employees": 4600, "country": "DE"}


def test_columns_are_known_by_case_spacing_and_synonyms(read: Read) -> None:
    file = read("E-Mail,First_Name,ZIP code,Organisation,Created At,Shoe size\nann@x.de,Ann,01067,X,2026-11-01,9\n")
    fields = arrivals(file)[0].lead.fields
    assert (fields["email"], fields["first_name"], fields["postal_code"]) == ("ann@x.de", "Ann", "01067")
    assert fields["company"] == "X"
    assert file.unmapped == ("Shoe size",)


def test_a_mapping_wins_over_what_the_columns_are_called(read: Read) -> None:
    file = read("company,Kunde\nwrong,right\n", options=mapped(("kunde", "company")))
    assert arrivals(file)[0].lead.fields["company"] == "right"
    assert file.unmapped == ("company",)


def test_one_column_may_fill_two_fields(read: Read) -> None:
    options = mapped(("email", "id"), ("email", "email"))
    (found,) = arrivals(read("email\nann@x.de\n", options=options))
    assert (found.lead.id, found.lead.fields["email"]) == ("ann@x.de", "ann@x.de")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("a", "industri")], "no field industri. Did you mean industry"),
        ([("a", "zzzzzzzz")], "See the list of fields"),
        ([("naem", "industry")], "no column naem. Did you mean name"),
        ([("qqqqqq", "industry")], "It has a, name"),
        ([("a", "industry"), ("name", "industry")], "fills industry twice"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(read: Read, pairs: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(BadUsage, match=message):
        read("a,name\n1,2\n", options=mapped(*pairs))


def test_fields_that_the_policy_declares_are_read_too(read: Read) -> None:
    fields = {**CATALOGUE, "seats": Field("seats", "integer")}
    options = replace(OPTIONS, vocabulary=Vocabulary(fields=fields))
    assert arrivals(read("Seats\n12\n", options=options))[0].lead.fields["seats"] == 12


def test_a_lead_without_an_id_is_named_after_its_line(read: Read) -> None:
    assert [found.lead.id for found in arrivals(read("id,name\nL1,Ann\n,Bob\n"))] == ["L1", "line-3"]


def test_dirty_values_lose_a_field_but_never_the_lead(read: Read) -> None:
    (found,) = arrivals(read("id,employees,email,country,industry\nL1,many,nonsense,Narnia,fintech\n"))
    assert problems(found) == ["employees", "email", "country"]
    assert found.lead.fields == {"received": NOON, "industry": "fintech"}


@pytest.mark.parametrize(
    ("when", "cause"),
    [
        ("soon", "not a time"),
        ("11/02/2026", "two ways"),
        ("1970-01-01", "before 1990"),
        ("0001-01-01", "before 1990"),
        ("2026-11-04", "more than a day after 2026-11-02"),
        ("9999-12-31", "more than a day after"),
    ],
)
def test_a_time_of_arrival_that_cannot_be_rejects_the_line(read: Read, when: str, cause: str) -> None:
    (reject,) = rejects(read(f"id,received\nL1,{when}\n"))
    assert (reject.line, reject.field) == (2, "received")
    assert cause in reject.cause
    assert reject.fix.endswith(".")


def test_an_hour_ahead_of_the_clock_is_still_believed(read: Read) -> None:
    assert arrivals(read("id,received\nL1,2026-11-03T12:00Z\n"))[0].lead.received == NOON + DAY


def test_a_line_that_does_not_say_when_arrives_as_of_now_with_a_warning(read: Read) -> None:
    found = arrivals(read("id,received\nL1,\n"))[0]
    assert (found.lead.received, problems(found)) == (NOON, ["received"])
    assert problems(arrivals(read("id\nL1\n"))[0]) == []


def test_times_without_a_zone_are_in_the_one_asked_for(read: Read) -> None:
    options = replace(OPTIONS, zone=ZoneInfo("Europe/Berlin"))
    assert arrivals(read("received\n2026-11-02 13:00\n", options=options))[0].lead.received == NOON


def test_the_later_life_of_a_lead_is_kept_beside_its_fields(read: Read) -> None:
    head = "id,received,responded at,closed at,outcome\n"
    (found,) = arrivals(read(head + "L1,2026-11-02,2026-11-02T01:00Z,2026-11-02T02:00Z,Closed Won\n"))
    midnight = NOON - 12 * HOUR
    assert (found.responded, found.closed, found.outcome) == (midnight + HOUR, midnight + 2 * HOUR, "won")
    assert set(found.lead.fields) == {"received"}


def test_an_answer_before_the_question_is_not_believed(read: Read) -> None:
    (found,) = arrivals(read("received,responded_at,closed_at\n2026-11-02,2026-11-01,0\n"))
    assert (found.responded, found.closed, problems(found)) == (None, None, ["closed_at", "responded_at"])


def test_an_account_is_matched_and_its_fields_join_the_lead(read: Read) -> None:
    (found,) = arrivals(read("email\nbob@eu.acme.com\n", accounts=ACCOUNTS))
    assert found.lead.match is not None
    assert found.lead.match.roles == {"owner": Owner("ann", "a1", 0)}
    assert (found.lead.fields["domain"], found.lead.fields["account.owner"]) == ("acme.com", "ann")


@pytest.mark.parametrize("head", ["account", "Account ID", "account name", "account.id"])
def test_a_lead_may_name_its_account(read: Read, head: str) -> None:
    (found,) = arrivals(read(f"{head}\nacme\n", accounts=ACCOUNTS))
    assert found.lead.match is not None
    assert found.lead.match.by == "given"


def test_an_account_that_is_not_there_is_a_warning(read: Read) -> None:
    (found,) = arrivals(read("account,email\nNobody,bob@acme.com\n", accounts=ACCOUNTS))
    assert (problems(found), found.lead.match is not None) == (["account"], True)


def test_objects_name_their_fields_line_by_line(read: Read) -> None:
    text = '{"id": 1, "account": {"id": "a1"}, "tags": ["x", "y"]}\n{"id": 2, "zip": 1067, "size": 3}\n[]\n'
    file = read(text, name="leads.jsonl", accounts=ACCOUNTS)
    one, two = arrivals(file)
    assert one.lead.match is not None
    assert (one.lead.fields["tags"], two.lead.id, two.lead.fields["postal_code"]) == (("x", "y"), "2", "1067")
    assert file.unmapped == ("size",)


def test_every_column_name_in_the_docs_is_understood() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "files.md"
    table = page.read_text(encoding="utf-8").split("| field | also called |")[1].split("\n\n")[0]
    rows = [line.split("|")[2] for line in table.splitlines()[2:]]
    names = [name.strip() for row in rows for name in re.split("[,;]", row)]
    known = {squeezed(name) for name in LEAD_SYNONYMS}
    assert len(names) > 80
    assert [name for name in names if squeezed(name) not in known] == []


def test_two_spellings_of_an_address_have_one_key(read: Read) -> None:
    one, two, three = arrivals(read("id,email\n1,Ann+web@x.de\n2,ann@X.DE\n3,\n"))
    assert (one.key, two.key, three.key) == ("ann@x.de", "ann@x.de", "")


def test_the_domain_comes_from_the_website_then_the_address_but_never_from_a_free_provider() -> None:
    both: dict[str, Value] = {"email": "ann@mail.acme.com", "website": "https://www.acme.co.uk/en"}
    address: dict[str, Value] = {"email": "ann@mail.acme.com"}
    private: dict[str, Value] = {"email": "ann@gmail.com"}
    for fields in (both, address, private):
        derive(fields)
    assert (both["domain"], address["domain"]) == ("acme.co.uk", "acme.com")
    assert private == {"email": "ann@gmail.com", "email.domain": "gmail.com", "email.free": True}


def test_money_comes_in_the_policys_currency(read: Read) -> None:
    options = replace(OPTIONS, vocabulary=Vocabulary(rates={"USD": Decimal("0.9")}), currency="USD")
    one, two = arrivals(read("budget\n1000\nEUR 1000\n", options=options))
    assert (one.lead.fields["budget"], two.lead.fields["budget"]) == (900, 1000)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters='"\r\n,;\t|', exclude_categories=["Cs"])), min_size=4, max_size=4
        )
    )
)
def test_every_line_is_one_arrival_or_one_reject(tmp_path: Path, table: list[list[str]]) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(["received,email,budget,tags", *(",".join(row) for row in table)]), encoding="utf-8")
    rows = read_rows(str(path))
    assert len(list(read_leads(rows, OPTIONS))) + rows.blank == len(table)
