# ruff: noqa: INP001  a program, no package
"""Write accounts from the Fortune 500 list, and leads that we make up for them.

    python examples/fortune500/prepare.py DATA_DIR OUT_DIR [LEADS]

The list is cp1252, and a spreadsheet has eaten the leading zeros of ZIP codes; the accounts come out as UTF-8. The
leads keep the damage: whoever fills in a form with 2895 for Woonsocket, Rhode Island means 02895.
"""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

OWNERS = {
    "ana": ("California", "Washington", "Oregon", "Nevada", "Arizona", "Idaho", "Colorado"),
    "ben": ("Texas", "Oklahoma", "Louisiana", "Arkansas", "Missouri", "Kansas", "Nebraska", "Iowa"),
    "cleo": ("New York", "New Jersey", "Connecticut", "Massachusetts", "Rhode Island", "Pennsylvania", "Delaware"),
}
ACCOUNT_COLUMNS = ("id", "name", "domains", "owner", "industry", "employees", "revenue", "country")
LEAD_COLUMNS = ("id", "received", "email", "company", "country", "state", "city", "postal_code", "employees", "seats")
START = datetime(2026, 7, 6, 13, tzinfo=UTC)

Company = Mapping[str, str]


def companies(path: Path) -> list[Company]:
    """The list as it is."""
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file))


def account(company: Company) -> tuple[str, ...]:
    """One row of accounts.csv. Half of the states have an owner; the others' accounts belong to nobody."""
    owner = next((rep for rep, states in OWNERS.items() if company["locations2"] in states), "")
    name, website = company["company"].strip(), company["website"].strip()
    return (
        f"F-{company['rank']}",
        name,
        website,
        owner,
        company["sector"],
        company["employees"],
        f"USD {company['revenue']}",
        "US",
    )


def leads(found: Sequence[Company], chance: Random, count: int) -> Iterator[tuple[str, ...]]:
    """Made-up people: two in three at one of the companies, under its domain or only by its name."""
    moment = START
    for number in range(1, count + 1):
        moment += timedelta(seconds=60 + int(chance.random() * 1200))
        company = found[int(chance.random() * len(found))]
        known, named = chance.random() < 0.67, chance.random() < 0.15
        name = company["company"].strip().upper() if known else f"Corner Shop {number}"
        domain = "gmail.com" if named else company["website"].strip() if known else f"corner{number}.example"
        yield (
            f"L-{number}",
            moment.isoformat(),
            f"demo.person{number}@{domain}",
            name,
            "United States",
            company["locations2"],
            company["locations"],
            company["rr"],
            company["employees"] if known else "1-10",
            str(1 + int(chance.random() * 300)),
        )


def write(path: Path, header: Sequence[str], rows: Iterator[tuple[str, ...]]) -> None:
    """A CSV file in UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(data: Path, out: Path, count: int) -> None:
    """Read the list, write accounts.csv and leads.csv."""
    found = companies(data / "fortune500.csv")
    out.mkdir(parents=True, exist_ok=True)
    chance = Random(500)  # noqa: S311  chance for play, no secret
    write(out / "accounts.csv", ACCOUNT_COLUMNS, map(account, found))
    write(out / "leads.csv", LEAD_COLUMNS, leads(found, chance, count))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2000)
