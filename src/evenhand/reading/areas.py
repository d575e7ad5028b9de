"""Areas that need data or regions: the territories of a roster, brought to values that core can compare.

What `evenhand.core.places` reads needs no data. A distance does: `US 10001 within 50 mi` becomes the ZIP codes whose
centres lie that near to the centre of 10001. The list of ZIP codes is loaded (three quarters of a second) when the
first distance is read, not before.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Final

import zipcodes

from evenhand.core.countries import REGIONS
from evenhand.core.places import Area, parse_area, region_areas
from evenhand.errors import BadInput, Fault

_RADIUS: Final = re.compile(
    r"(?P<country>\S+)\s+(?P<code>\S+)\s+within\s+(?P<distance>\d{1,5}(?:\.\d{1,3})?)\s*(?P<unit>[a-z]+)", re.IGNORECASE
)
_KILOMETRES: Final = {"km": 1.0, "mi": 1.609344, "mile": 1.609344, "miles": 1.609344}
_EARTH: Final = 6371.0088  # mean radius in kilometres
_WORD: Final = re.compile(r"[A-Za-z_]\w{2,}")


def read_area(text: str) -> Area:
    """Read one area, distances included; raises `BadInput`."""
    if not re.search(r"\bwithin\b", text, re.IGNORECASE) or "city:" in text:
        return parse_area(text)
    match = _RADIUS.fullmatch(text.strip())
    if match is None or match["unit"].casefold() not in _KILOMETRES:
        raise _bad(text, "is not a distance that can be read.", "Write it like US 10001 within 50 mi, or within 80 km.")
    if match["country"].upper() != "US":
        raise _bad(
            text, "is a distance outside the US.", "Distances know US ZIP codes only; elsewhere name postal codes."
        )
    codes = _around(match["code"][:5], float(match["distance"]) * _KILOMETRES[match["unit"].casefold()])
    if not codes:
        raise _bad(text, f"begins at {match['code']!r}, which is no known ZIP code.", "Check its five digits.")
    return Area(text=" ".join(text.split()), country="US", codes=codes)


def read_areas(texts: Iterable[str], regions: Mapping[str, tuple[str, ...]] = REGIONS) -> tuple[Area, ...]:
    """Read the areas of a territory, regions expanded, each once; raises one `BadInput` with all the faults.

    `regions` are all that may be named: `{**REGIONS, **own}` for a policy with regions of its own.
    """
    found: dict[str, Area] = {}
    faults: list[Fault] = []
    for text in texts:
        try:
            found |= {area.text: area for area in region_areas(text.strip(), regions, parse=read_area)}
        except BadInput as bad:
            faults.extend(_with_region(fault, text.strip(), regions) for fault in bad.faults)
    if faults:
        raise BadInput(tuple(dict.fromkeys(faults)))
    return tuple(found.values())


def _with_region(fault: Fault, text: str, regions: Mapping[str, tuple[str, ...]]) -> Fault:
    """A single word that is no area may be a region with a typing error in it."""
    near = get_close_matches(text.upper(), {name.upper(): name for name in regions}, n=1)
    if text in regions or not near or not _WORD.fullmatch(text):
        return fault
    name = next(name for name in regions if name.upper() == near[0])
    return Fault(what=f"{text!r} is neither a region nor a country.", fix=f"Did you mean {name}?")


def _bad(text: str, why: str, fix: str) -> BadInput:
    return BadInput(Fault(what=f"the area {text!r} {why}", fix=fix))


def _all_rows() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = zipcodes.list_all()  # type: ignore[no-untyped-call]  # the package has no types
    return rows


@lru_cache(maxsize=1)
def _centres() -> dict[str, tuple[float, float]]:
    """Latitude and longitude in radians of every ZIP code that has them; some military ones have none."""
    rows = ((row["zip_code"], float(row["lat"] or 0), float(row["long"] or 0)) for row in _all_rows())
    return {code: (radians(lat), radians(long)) for code, lat, long in rows if lat or long}


@lru_cache(maxsize=256)
def _around(code: str, kilometres: float) -> frozenset[str]:
    """ZIP codes within a distance of one, itself included (haversine formula); none when it is not known."""
    centres = _centres()
    if code not in centres:
        return frozenset()
    lat, long = centres[code]
    high = kilometres / _EARTH

    def near(other: tuple[float, float]) -> bool:
        if abs(other[0] - lat) > high:
            return False
        chord = sin((other[0] - lat) / 2) ** 2 + cos(lat) * cos(other[0]) * sin((other[1] - long) / 2) ** 2
        return 2 * asin(min(1.0, sqrt(chord))) <= high

    return frozenset({code, *(name for name, centre in centres.items() if near(centre))})
