# ruff: noqa: INP001  a program, no package
"""Write a roster of sales development and sales representatives from the deals that they won at Olist.

    python examples/olist/prepare.py DATA_DIR OUT_DIR

The leads themselves need no preparation: `evenhand route` maps their columns. Of the people we know an anonymous id and
the days on which they won something, so we take it that somebody

* was there from the beginning when their first deal was won within the first two months of deals, otherwise from 30
  days before it;
* left 14 days after their last deal, unless that lies in the last three months.

Absence before and after is written as leave. A sales representative's skills are the business segments in which they
have won at least one, three or eight deals (levels 1 to 3).
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

FIRST, LAST = date(2017, 6, 1), date(2018, 12, 31)
EARLY, LATE = date(2018, 2, 1), date(2018, 8, 15)
SDR_OPEN, SR_OPEN = 60, 15

Deal = Mapping[str, str]


def deals(path: Path) -> list[Deal]:
    """All won deals, the earliest first."""
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["won_date"])


def people(found: Sequence[Deal], column: str) -> dict[str, list[Deal]]:
    """The deals of each person in one role, in the order in which people first won something."""
    groups: dict[str, list[Deal]] = defaultdict(list)
    for deal in found:
        groups[deal[column]].append(deal)
    return dict(groups)


def leave(won: Sequence[Deal]) -> str:
    """The time before somebody came and after they left."""
    first, last = date.fromisoformat(won[0]["won_date"][:10]), date.fromisoformat(won[-1]["won_date"][:10])
    came = FIRST if first < EARLY else first - timedelta(days=30)
    left = LAST if last >= LATE else last + timedelta(days=14)
    spans = [(FIRST, came - timedelta(days=1))] if came > FIRST else []
    spans += [(left, LAST)] if left < LAST else []
    return ", ".join(f'{{ from = "{start}", to = "{end}" }}' for start, end in spans)


def skills(won: Sequence[Deal]) -> str:
    """Business segments with their levels."""
    counts = Counter(deal["business_segment"] for deal in won if deal["business_segment"])
    return ", ".join(f"{name} = {1 + (n >= 3) + (n >= 8)}" for name, n in sorted(counts.items()))


def person(number: int, role: str, won: Sequence[Deal], *, most: int) -> str:
    """One table of the roster."""
    return (
        f'[[person]]\nid = "{role}-{number:02}"\nteam = "{role}"\nolist_id = "{won[0][f"{role}_id"][:8]}"\n'
        f"skills = {{ {skills(won)} }}\ncaps = {{ open = {most} }}\nleave = [{leave(won)}]\n"
    )


def team_toml(found: Sequence[Deal]) -> Iterator[str]:
    """The lines of the roster; weights are what each of them has won."""
    yield "# Made from olist_closed_deals_dataset.csv. Dates here have no time of day, so nobody has working hours.\n"
    for role, most in (("sdr", SDR_OPEN), ("sr", SR_OPEN)):
        groups = list(people(found, f"{role}_id").values())
        for number, won in enumerate(groups, start=1):
            yield person(number, role, won, most=most)
        weights = ", ".join(f"{role}-{number:02} = {len(won)}" for number, won in enumerate(groups, start=1))
        yield f'[[team]]\nname = "{role}"\n\n[[pool]]\nname = "{role}"\nmembers = {{ {weights} }}\n'


def main(data: Path, out: Path) -> None:
    """Read the won deals, write the roster."""
    out.mkdir(parents=True, exist_ok=True)
    found = deals(data / "olist_closed_deals_dataset.csv")
    (out / "team.toml").write_text("\n".join(team_toml(found)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
