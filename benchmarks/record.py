"""How big a decision record is, and how long packing takes: `python -m benchmarks.record`."""

from statistics import median
from timeit import repeat

from benchmarks.worlds import demo_records, world
from evenhand.core.advance import advance
from evenhand.core.decide import rule_on
from evenhand.core.record import pack, record, unpack
from evenhand.core.view import encode, view

RUNS = 50


def measured(size: int) -> str:
    lead, policy, snapshot = world(size)
    for _ in range(3 * size):
        snapshot = advance(snapshot, rule_on(lead, policy, snapshot).decision)
    ruling = rule_on(lead, policy, snapshot)
    kept = record(ruling, policy, engine="bench")
    said = view(kept, ruling.case, policy)
    stored = pack(kept)
    works = (lambda: pack(kept), lambda: unpack(stored), lambda: view(kept, ruling.case, policy), lambda: encode(said))
    times = [min(repeat(work, number=RUNS, repeat=5)) / RUNS * 1e6 for work in works]
    columns = "".join(f"{time:10.0f}" for time in times)
    return f"{size:10} {len(stored):14,} {len(encode(said)):12,}{columns}"


def main() -> None:
    print("candidates   packed bytes   JSON bytes   pack µs unpack µs   view µs encode µs")
    for size in (20, 40, 500):
        print(measured(size))
    sizes = [(len(pack(kept)), len(line)) for kept, line in demo_records(1000)]
    packed, lines = (sorted(column) for column in zip(*sizes, strict=True))
    print(f"demo company, {len(sizes):,} decisions: packed median {median(packed):,.0f}, ", end="")
    print(f"95 % {packed[len(packed) * 95 // 100]:,}; JSON median {median(lines):,.0f} bytes")


if __name__ == "__main__":
    main()
