"""The first rule that matches, by engine and number of rules.

Run `python -m benchmarks.first_match`, or name the numbers of rules. All engines get the same rules and the same leads
in one process, and must give the same answers. The time is CPU a decision, the median of the rounds.

Our index stands there twice: with the folding of a lead's fields, which the program does once a lead however many
searches follow, and the search alone. Zen is a decision table, asked one lead at a time and in its batch call.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import cel
import zen

from evenhand.core.when import Index, facts, read

NOW: Final = 1_800_000_000_000
ROUNDS: Final = 5
LEADS: Final = 400
PATIENCE: Final = 0.6  # seconds of CPU that a round may take about
SIZES: Final = (10, 100, 1_000, 10_000)
COUNTRIES: Final = "AT AU BE BR CA CH CZ DE DK ES FI FR GB IE IN IT JP MX NL NO PL PT SE SG US ZA".split()
INDUSTRIES: Final = [f"industry {number}" for number in range(40)]
SOURCES: Final = [f"source {number}" for number in range(25)]

Lead: TypeAlias = dict[str, str | int]
Condition: TypeAlias = list[str] | tuple[int, int] | str | int  # one of; from up to; equal to; at least
Rule: TypeAlias = dict[str, Condition]
Decisions: TypeAlias = list[int | None]
Engine: TypeAlias = Callable[[Sequence[Lead]], Decisions]

CATCH_ALL: Final[Rule] = {"score": 0}  # the last rule takes whatever is left


def make_rule(chance: random.Random) -> Rule:
    """Two to five conditions, and few leads that match, as in a policy that has grown."""
    low = chance.choice([1, 10, 50, 200, 500, 1000, 2000])
    every: Rule = {
        "country": sorted(chance.sample(COUNTRIES, chance.randint(1, 4))),
        "employees": (low, low * chance.choice([2, 5, 10])),
        "industry": chance.choice(INDUSTRIES),
        "score": chance.choice([40, 60, 70, 80, 90]),
        "source": chance.choice(SOURCES),
    }
    chosen = chance.sample(sorted(every), chance.choice([2, 3, 3, 4, 4, 5]))
    return {name: every[name] for name in sorted(chosen)}


def make_lead(chance: random.Random) -> Lead:
    return {
        "country": chance.choice(COUNTRIES),
        "employees": int(10 ** chance.uniform(0, 4)),
        "industry": chance.choice(INDUSTRIES),
        "score": chance.randint(0, 100),
        "source": chance.choice(SOURCES),
    }


def late_leads(rules: Sequence[Rule], chance: random.Random) -> list[Lead]:
    """Leads whose first match lies far down: the latest of five, each time."""
    index = Index([read(in_our_words(rule)) for rule in rules])

    def place(lead: Lead) -> int:
        found = index.first(facts(lead), NOW)
        return len(rules) if found is None else found

    return [max((make_lead(chance) for _ in range(5)), key=place) for _ in range(LEADS)]


# --- the rules in each engine's words ---------------------------------------------------------------------------------


def in_our_words(rule: Rule, *, word: str = "and") -> str:
    return f" {word} ".join(_condition(name, asked, word) for name, asked in rule.items())


def _condition(name: str, asked: Condition, word: str) -> str:
    match asked:
        case list():
            return f"{name} in {json.dumps(asked)}"
        case (low, high):
            return f"{name} >= {low} {word} {name} < {high}"
        case str():
            return f"{name} == {json.dumps(asked)}"
        case _:
            return f"{name} >= {asked}"


def in_a_cell(asked: Condition) -> str:
    match asked:
        case list():
            return ", ".join(map(json.dumps, asked))
        case (low, high):
            return f"[{low}..{high})"
        case str():
            return json.dumps(asked)
        case _:
            return f">= {asked}"


def decision_table(rules: Sequence[Rule]) -> str:
    names = ["country", "employees", "industry", "score", "source"]
    rows = [
        {
            "_id": str(number),
            "rule": str(number),
            **{name: in_a_cell(rule[name]) if name in rule else "" for name in names},
        }
        for number, rule in enumerate(rules)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


# --- engines ----------------------------------------------------------------------------------------------------------


def first_true(answers: Iterable[object]) -> int | None:
    return next((number for number, answer in enumerate(answers) if answer is True), None)


def our_index(rules: Sequence[Rule]) -> Engine:
    first = Index([read(in_our_words(rule)) for rule in rules]).first
    return lambda leads: [first(facts(lead), NOW) for lead in leads]


def our_search(rules: Sequence[Rule]) -> Engine:
    """The leads come folded already: every text in them is in small letters."""
    first = Index([read(in_our_words(rule)) for rule in rules]).first
    return lambda leads: [first(lead, NOW) for lead in leads]


def closures(rules: Sequence[Rule]) -> Engine:
    tests = [read(in_our_words(rule)).test for rule in rules]
    return lambda leads: [first_true(test(lead, NOW) for test in tests) for lead in leads]


def cel_programs(rules: Sequence[Rule]) -> Engine:
    programs = [cel.compile(in_our_words(rule, word="&&")) for rule in rules]
    return lambda leads: [first_true(program.execute(lead) for program in programs) for lead in leads]


def zen_single(rules: Sequence[Rule]) -> Engine:
    decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(decision_table(rules)))
    return lambda leads: [answer_of(decision.evaluate(lead)) for lead in leads]


def zen_batch(rules: Sequence[Rule]) -> Engine:
    content = zen.ZenDecisionContent(decision_table(rules))
    engine = zen.ZenEngine({"loader": lambda _key: content})

    def decide(leads: Sequence[Lead]) -> Decisions:
        answers = engine.evaluate_batch([{"key": "rules", "context": lead} for lead in leads])
        return [answer_of(answer["data"]) for answer in answers]

    return decide


def answer_of(response: "zen.EvaluateResponse") -> int | None:
    rule = (response["result"] or {}).get("rule")
    return rule if isinstance(rule, int) else None


ENGINES: Final[dict[str, Callable[[Sequence[Rule]], Engine]]] = {
    "index, with facts()": our_index,
    "index, search alone": our_search,
    "a closure a rule": closures,
    "CEL (Rust), a program a rule": cel_programs,
    "Zen (Rust), one by one": zen_single,
    "Zen (Rust), batch call": zen_batch,
}
FOLDED: Final = {"index, search alone", "a closure a rule"}
OTHERS: Final = [name for name in ENGINES if "Rust" in name]


# --- measuring --------------------------------------------------------------------------------------------------------


def measured(engine: Engine, leads: Sequence[Lead]) -> tuple[float, Decisions]:
    """Microseconds of CPU a decision, and the decisions; slow engines get fewer leads, quick ones the same again."""
    engine(leads[:4])
    began = time.process_time()
    found = engine(leads[:4])
    each = max((time.process_time() - began) / 4, 1e-7)
    sample = leads[: max(4, min(len(leads), int(PATIENCE / each)))]
    repeats = max(1, int(PATIENCE / 4 / (each * len(sample))))
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(repeats):
            found = engine(sample)
        rounds.append((time.process_time() - began) / repeats / len(sample) * 1e6)
    return statistics.median(rounds), found


def folded(leads: Sequence[Lead]) -> list[Lead]:
    return [
        {name: value.casefold() if isinstance(value, str) else value for name, value in lead.items()} for lead in leads
    ]


def column(size: int) -> dict[str, float]:
    """One column of the table: the time of each engine with so many rules."""
    chance = random.Random(size)
    rules = [*(make_rule(chance) for _ in range(size - 1)), CATCH_ALL]
    leads = late_leads(rules, chance)
    want = our_index(rules)(leads)
    times: dict[str, float] = {}
    for name, build in ENGINES.items():
        times[name], found = measured(build(rules), folded(leads) if name in FOLDED else leads)
        if found != want[: len(found)]:
            raise SystemExit(f"{name} gives other answers with {size} rules")
    places = [number for number in want if number is not None]
    last = places.count(size - 1)
    print(
        f"{size:>6} rules: the median lead matches rule {statistics.median(places) + 1:.0f}; {last} of {LEADS} the last"
    )
    return times


def main(sizes: Sequence[int]) -> None:
    columns = {size: column(size) for size in sizes}
    print(f"\n{'µs CPU a decision':<32}" + "".join(f"{size:>10,}" for size in sizes))
    for name in ENGINES:
        print(f"{name:<32}" + "".join(f"{columns[size][name]:>10.2f}" for size in sizes))
    best = {size: min(columns[size][name] for name in OTHERS) for size in sizes}
    ours = {size: columns[size]["index, search alone"] for size in sizes}
    print(f"{'best other engine / search':<32}" + "".join(f"{best[size] / ours[size]:>9.0f}x" for size in sizes))
    if {100, 10_000} <= set(sizes):
        print(f"\nThe search grows {ours[10_000] / ours[100]:.1f} times from 100 to 10,000 rules.")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
