"""What a rep is told about a lead that they did not keep."""

from pathlib import Path

from tests.review.runs import Bench

RULE = '[[rule]]\nname = "All"\nwhen = "always"\nwho = ["pool main"]\n'
SLA = 'respond_within = "10m"\nreassign = { times = 1, then = "manager" }\n'
TEAM = '[[person]]\nid = "ann"\n[[person]]\nid = "bob"\n[[pool]]\nname = "main"\nmembers = ["ann", "bob"]\n'


def test_who_let_a_lead_lie_is_told_that_they_had_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path).setup(RULE + SLA, TEAM)
    found = bench.route(
        "id,received,responded_at\nL1,2026-11-02T08:00Z,\nL2,2026-11-02T08:00Z,2026-11-02T09:00Z\n",
        "--until",
        "2026-11-03",
    )
    assert found["L1"]["held"] == "escalated"
    for rep in ("ann", "bob"):
        assert "previous holder" in bench.why("L1", rep)


def test_decisions_of_another_policy_are_refused_with_a_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path).setup(RULE, TEAM)
    bench.route("id\nL1\n")
    bench.setup(RULE.replace("All", "Others"), TEAM)
    done = bench.ev("pool next", "main", "--decisions", str(tmp_path / "decisions.jsonl"))
    assert "does not go with this policy" in str(done.exception)
