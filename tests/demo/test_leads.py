"""The demo's leads: the same for everybody, spread over a quarter as real ones are, and as dirty."""

from collections import Counter
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

import pytest

from evenhand.demo.accounts import make_accounts
from evenhand.demo.company import demo_data, owners_in, text_of
from evenhand.demo.csvtext import cell
from evenhand.demo.dice import Dice
from evenhand.demo.leads import Crowd
from evenhand.demo.leads import rows as lead_rows
from evenhand.demo.quarter import END, START, Arrival, arrivals, instant, opening
from tests.demo.runs import rows

# If a word, a share or the order of draws changes on purpose, this changes too; a new Python must not change it.
DIGEST: Final = "438149794835be6ef876c8670524f08ea546ca12573765bb86f8ae3565aa2cd9"
LEADS: Final = 5_000

Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_data(tmp_path_factory.mktemp("demo"), leads=LEADS, seed=7)[0].parent


@pytest.fixture(scope="module")
def leads(folder: Path) -> Table:
    return list(rows(folder / "leads.csv"))


def digest(folder: Path, seed: int) -> str:
    written = demo_data(folder, leads=300, seed=seed)
    return sha256(b"".join(path.read_bytes() for path in written if path.suffix == ".csv")).hexdigest()


def share(table: Table, column: str, value: str) -> float:
    return sum(row[column] == value for row in table) / len(table)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    assert digest(tmp_path / "a", 7) == digest(tmp_path / "b", 7)


def test_another_seed_gives_another_quarter(tmp_path: Path) -> None:
    assert digest(tmp_path / "a", 7) != digest(tmp_path / "b", 8)


def test_the_bytes_are_those_of_every_machine_and_python(tmp_path: Path) -> None:
    assert digest(tmp_path, 7) == DIGEST


def test_there_are_exactly_as_many_leads_as_asked_for(leads: Table) -> None:
    assert [row["id"] for row in leads] == [f"L-{number:06}" for number in range(1, LEADS + 1)]


def test_every_row_has_every_cell(leads: Table) -> None:
    assert [row for row in leads if None in row or None in row.values()] == []


def test_leads_arrive_in_the_order_of_time_within_the_quarter(leads: Table) -> None:
    received = [row["received"] for row in leads]
    assert received == sorted(received)
    assert "2026-07-06" <= received[0] < received[-1] < "2026-10-05"


def test_week_ends_are_thin(leads: Table) -> None:
    days = Counter(datetime.fromisoformat(row["received"]).weekday() for row in leads)
    assert days[5] + days[6] < 0.1 * LEADS


def test_most_leads_of_berlin_come_in_office_hours(leads: Table) -> None:
    hours = [datetime.fromisoformat(row["received"]).hour + 2 for row in leads if row["city"] == "Berlin"]
    assert sum(8 <= hour < 18 for hour in hours) > 0.75 * len(hours)


def test_the_busiest_days_are_those_of_campaigns_or_month_ends(leads: Table) -> None:
    days = Counter(row["received"][:10] for row in leads)
    assert days.most_common(1)[0][1] > 1.5 * LEADS / 65


def test_nobody_responds_before_the_lead_arrives_or_after_it_is_closed(leads: Table) -> None:
    told = [row for row in leads if row["responded_at"]]
    assert [row["id"] for row in told if row["responded_at"] < row["received"]] == []
    assert [row["id"] for row in told if row["closed_at"] and row["closed_at"] < row["responded_at"]] == []


def test_some_leads_are_never_touched_and_some_never_closed(leads: Table) -> None:
    assert 0.05 < share(leads, "responded_at", "") < 0.15
    assert 0.05 < share(leads, "closed_at", "") < 0.25


def test_about_one_in_twenty_five_writes_again(leads: Table) -> None:
    people = Counter(row["email"].strip().lower().replace("+work@", "@") for row in leads if row["email"])
    assert 0.03 < sum(count - 1 for count in people.values()) / LEADS < 0.07


def test_about_one_in_five_works_for_an_account(folder: Path, leads: Table) -> None:
    domains = {domain for row in rows(folder / "accounts.csv") for domain in row["domains"].split(";")}
    known = [row for row in leads if row["email"].strip().lower().partition("@")[2] in domains]
    assert 0.15 < len(known) / LEADS < 0.25


@pytest.mark.parametrize(
    ("column", "dirt"),
    [
        ("country", "Deutschland"),
        ("country", "U.S.A."),
        ("state", "California"),
        ("employees", "n/a"),
        ("employees", "1,000-5,000"),
        ("plan", "Team "),
        ("company", ""),
    ],
)
def test_values_are_as_dirty_as_real_ones(leads: Table, column: str, dirt: str) -> None:
    assert any(row[column] == dirt for row in leads)


@pytest.mark.parametrize(
    ("column", "pattern"),
    [("employees", "k"), ("employees", "~"), ("employees", ","), ("company", "  "), ("email", "+")],
)
def test_values_are_written_in_many_ways(leads: Table, column: str, pattern: str) -> None:
    assert any(pattern in row[column] for row in leads)


def test_zip_codes_of_boston_have_lost_their_zero_half_of_the_time(leads: Table) -> None:
    codes = [row["postal_code"] for row in leads if row["city"] == "Boston" and row["postal_code"]]
    assert {len(code) for code in codes} == {4, 5}


def test_a_million_leads_can_be_begun_without_writing_one(tmp_path: Path) -> None:
    dice = Dice(Random(1))
    crowd = Crowd(dice, make_accounts(dice, owners_in(text_of("team.toml"))), leads=1_000_000)
    assert len(list(islice(lead_rows(crowd, 1_000_000), 5))) == 5


@pytest.mark.parametrize("count", [0, 1, 7, 1000])
def test_arrivals_are_exactly_as_many_as_wanted(count: int) -> None:
    found = list(arrivals(Dice(Random(3)), count))
    assert len(found) == count
    assert all(isinstance(each, Arrival) and 0 <= each.second < END for each in found)


def test_an_office_is_open_again_on_monday() -> None:
    friday_evening = 4 * 86_400 + 17 * 3600  # 19:00 in Berlin
    assert instant(opening(friday_evening, "europe")) == "2026-07-13T07:00:00Z"


def test_an_open_office_is_open_at_once() -> None:
    assert opening(10 * 3600, "europe") == 10 * 3600


def test_the_quarter_begins_on_a_monday() -> None:
    assert START.weekday() == 0


@pytest.mark.parametrize(("text", "written"), [("plain", "plain"), ("a,b", '"a,b"'), ('"', '""""'), ("a\nb", '"a\nb"')])
def test_a_cell_is_quoted_when_it_has_to_be(text: str, written: str) -> None:
    assert cell(text) == written
