# ruff: noqa: INP001  a program, no package
"""Write what the Maven CRM files do not say in one place: a roster, and accounts with their region and owner.

    python examples/maven/prepare.py DATA_DIR OUT_DIR

`sales_pipeline.csv` itself is routed as it is; `evenhand route` maps its columns.

Nothing here learns from how deals ended. The region of an account is the office that has spoken with it most; the owner
of a parent company is the agent who has spoken with it most; a skill says how often somebody has worked on a product.
All of that is counted before `CUT`, and only what comes later is evidence of anything.
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

CUT = "2017-04-01"
OPEN_AT_MOST = 45  # leads an agent can work on at once: half as many again as the average load in the data

Row = Mapping[str, str]


def rows(path: Path) -> list[Row]:
    """All rows of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def agent_id(name: str) -> str:
    """`Mei-Mei Johns` -> `mei-mei-johns`."""
    return name.lower().replace(" ", "-")


def levels(early: list[Row]) -> dict[str, dict[str, int]]:
    """Agent -> product, spelled as in the pipeline -> 1, 2 or 3: at least one, five or twenty-five engagements."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in early:
        counts[row["sales_agent"]][row["product"].lower()] += 1
    steps = ((25, 3), (5, 2), (1, 1))
    return {
        agent: {product: next(level for least, level in steps if n >= least) for product, n in sorted(found.items())}
        for agent, found in counts.items()
    }


def team_toml(teams: list[Row], skills: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """The lines of the roster: a team for each manager, a pool for each office and one for all."""
    yield "# Made from sales_teams.csv. The dates in this data have no time of day, so nobody has working hours.\n"
    for manager in dict.fromkeys(row["manager"] for row in teams):
        yield f'[[person]]\nid = "{agent_id(manager)}"\nname = "{manager}"\n'
        yield f'[[team]]\nname = "{manager}"\nmanager = "{agent_id(manager)}"\n'
    for row in teams:
        known = ", ".join(f'"{product}" = {level}' for product, level in skills.get(row["sales_agent"], {}).items())
        yield f'[[person]]\nid = "{agent_id(row["sales_agent"])}"\nname = "{row["sales_agent"]}"'
        yield f'team = "{row["manager"]}"'
        yield f'office = "{row["regional_office"]}"\nskills = {{ {known} }}\ncaps = {{ open = {OPEN_AT_MOST} }}\n'
    for office in sorted({row["regional_office"] for row in teams}):
        manager = next(row["manager"] for row in teams if row["regional_office"] == office)
        yield pool(office.lower(), f'office == "{office}"', agent_id(manager))
    yield pool("everybody", 'office in ["Central", "East", "West"]', "melvin-marxen")


def pool(name: str, members: str, manager: str) -> str:
    """One pool, its members given by a condition."""
    return f'[[pool]]\nname = "{name}"\nmembers = \'{members}\'\nmanager = "{manager}"\n'


def accounts(found: list[Row], early: list[Row], offices: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The accounts with two columns more: region, and for parent companies their owner."""
    regions: dict[str, Counter[str]] = defaultdict(Counter)
    agents: dict[str, Counter[str]] = defaultdict(Counter)
    for row in early:
        regions[row["account"]][offices[row["sales_agent"]]] += 1
        agents[row["account"]][row["sales_agent"]] += 1
    parents = {row["subsidiary_of"] for row in found}
    for row in found:
        region = max(sorted(regions[row["account"]]), key=regions[row["account"]].__getitem__, default="")
        owner = max(sorted(agents[row["account"]]), key=agents[row["account"]].__getitem__, default="")
        revenue = str(round(float(row["revenue"]) * 1_000_000))  # given in millions
        owned = agent_id(owner) if row["account"] in parents and owner else ""
        yield {**row, "revenue": f"USD {revenue}", "region": region, "owner": owned}


def main(data: Path, out: Path) -> None:
    """Read the four files of the set, write two."""
    teams = rows(data / "sales_teams.csv")
    early = [row for row in rows(data / "sales_pipeline.csv") if "" < row["engage_date"] < CUT]
    out.mkdir(parents=True, exist_ok=True)
    (out / "team.toml").write_text("\n".join(team_toml(teams, levels(early))), encoding="utf-8")
    offices = {row["sales_agent"]: row["regional_office"] for row in teams}
    table = list(accounts(rows(data / "accounts.csv"), early, offices))
    with (out / "accounts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
