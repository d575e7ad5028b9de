"""What one decision costs, and where it goes, with 20 and 500 who could have it: `python -m benchmarks.decide`."""

from collections.abc import Callable
from timeit import repeat

from benchmarks.worlds import world
from evenhand.core.advance import advance
from evenhand.core.decide import open_case, rule_on
from evenhand.core.eligible import circle, judge
from evenhand.core.ledger import line_up
from evenhand.core.model import Lead, Snapshot
from evenhand.core.policy.model import Policy
from evenhand.core.record import pack, record
from evenhand.core.view import encode, view

SIZES = (20, 500)


def microseconds(work: Callable[[], object], number: int) -> float:
    return min(repeat(work, number=number, repeat=7)) / number * 1e6


def parts(lead: Lead, policy: Policy, snapshot: Snapshot) -> dict[str, Callable[[], object]]:
    case = open_case(lead, policy, snapshot)
    rule = policy.rules[0]
    asked = circle(rule, rule.tiers[0], case)
    weights = [(seat.rep, seat.weight) for seat in judge(asked, case)[0]]
    ruling = rule_on(lead, policy, snapshot)
    kept = record(ruling, policy, engine="bench")
    said = view(kept, case, policy)
    return {
        "open the case: fold, score, value": lambda: open_case(lead, policy, snapshot),
        "find the rule": lambda: policy.index.first(case.facts, case.now),
        "who could take it": lambda: judge(asked, case),
        "share out, and put in line": lambda: line_up(asked.ledger, weights),
        "DECIDE, all of it": lambda: rule_on(lead, policy, snapshot),
        "keep the record": lambda: record(ruling, policy, engine="bench"),
        "DECIDE WITH RECORD": lambda: record(rule_on(lead, policy, snapshot), policy, engine="bench"),
        "move the world on": lambda: advance(snapshot, ruling.decision),
        "pack the record": lambda: pack(kept),
        "put it into words": lambda: view(kept, case, policy),
        "write it as JSON": lambda: encode(said),
    }


def main() -> None:
    columns: dict[str, list[float]] = {}
    for size in SIZES:
        lead, policy, snapshot = world(size)
        for _ in range(2 * size):
            snapshot = advance(snapshot, rule_on(lead, policy, snapshot).decision)
        for name, work in parts(lead, policy, snapshot).items():
            columns.setdefault(name, []).append(microseconds(work, 20_000 // size))
    print(f"{'µs, best of 7':36}", *(f"{size:>6} reps" for size in SIZES))
    for name, times in columns.items():
        print(f"{name:36}", *(f"{time:11.1f}" for time in times))


if __name__ == "__main__":
    main()
