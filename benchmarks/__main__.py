"""Every benchmark, one after the other: `make bench`."""

from benchmarks import decide, desk, fairness, first_match, million, processes, record, route


def main() -> None:
    for part in (first_match, decide, record, route, fairness, desk, processes, million):
        print(f"\n{part.__name__}: {(part.__doc__ or '').splitlines()[0]}\n", flush=True)
        part.main()


if __name__ == "__main__":
    main()
