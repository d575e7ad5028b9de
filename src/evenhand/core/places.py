"""Where a lead is, and whether an area contains that place.

An area is written as a country, then what narrows it (see docs/reference/territories.md):

    *                     everywhere
    DE                    a country
    US-NY                 a state or other subdivision (ISO 3166-2)
    US-NY 100*            postal codes that begin so
    US 10001-10299        postal codes from-to, both included
    GB M1                 one postal code, or one British, Irish, Canadian or Dutch district
    DE city:Berlin        a city

Names of regions are no areas: `region_areas` replaces them by theirs. Distances ("within 50 mi") need data and are read
by `evenhand.reading.areas`. To add a form: a branch in `_narrowed`, a part of `Area`, a row in the docs.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from evenhand.core.countries import ALIASES, COUNTRIES, KNOWN_COUNTRIES, NAMES
from evenhand.errors import BadInput, Fault

_SUBDIVISION: Final = re.compile(r"[A-Z0-9]{1,3}")
_DISTRICT_LENGTH: Final[Mapping[str, int]] = {"CA": 3, "IE": 3, "NL": 4}
_DASHED: Final[Mapping[str, tuple[int, int]]] = {"BR": (5, 3), "JP": (3, 4), "PL": (2, 3), "PT": (4, 3), "US": (5, 4)}
_ZIP_LENGTH: Final = 5
_DEEPEST: Final = 50  # regions inside regions


def fold_city(text: str) -> str:
    """A city's name for comparison: `Zürich` and `zurich ` are the same."""
    split = unicodedata.normalize("NFKD", text)
    return " ".join("".join(sign for sign in split if not unicodedata.combining(sign)).casefold().split())


def fold_postal(text: str, country: str = "") -> str:
    """A postal code for comparison: upper case, no spaces and dashes; of a ZIP+4 the first five digits."""
    folded = text.upper().replace(" ", "").replace("-", "")
    return folded[:5] if country == "US" and len(folded) == 9 and folded.isdecimal() else folded


@lru_cache(maxsize=4096)
def _fold_region(country: str, state: str) -> tuple[str, str]:
    """Codes of country and state; a name in place of a code is unknown here, for it would never compare equal."""
    country, state = country.strip().upper(), state.strip().upper()
    country = ALIASES.get(country, country)
    first, dash, rest = state.partition("-")
    if dash:
        first = ALIASES.get(first, first)
        country = country or first
        state = rest if first == country else ""
    country = country if country in KNOWN_COUNTRIES else ""
    return country, state if _SUBDIVISION.fullmatch(state) else ""


class Place(Struct, frozen=True, gc=False):
    """A lead's place as far as it is known; empty text means unknown.

    Whatever is given is brought to the form that areas compare with: `Place("us", "US-NY", "New York", "10001-1234")`
    is `Place("US", "NY", "new york", "10001")`.
    """

    country: str = ""
    state: str = ""
    city: str = ""
    postal: str = ""

    def __post_init__(self) -> None:
        if self.country or self.state:
            country, state = _fold_region(self.country, self.state)
            force_setattr(self, "country", country)
            force_setattr(self, "state", state)
        if self.city:
            force_setattr(self, "city", fold_city(self.city))
        if self.postal:
            force_setattr(self, "postal", fold_postal(self.postal, self.country))


class Area(Struct, frozen=True, kw_only=True):
    """A part of the world; empty parts do not narrow it.

    prefix, low, high and codes are folded postal codes, city is a folded name; `text` is what somebody wrote.
    """

    text: str
    country: str = ""
    state: str = ""
    city: str = ""
    prefix: str = ""
    low: str = ""
    high: str = ""
    codes: frozenset[str] = frozenset()

    def contains(self, place: Place) -> bool | None:
        """Whether the place lies in the area; `None` when too little is known of the place to tell."""
        unsure = False
        if self.country and self.country != place.country:
            if place.country:
                return False  # most areas of most people end here
            unsure = True
        for mine, theirs in ((self.state, place.state), (self.city, place.city)):
            if mine and mine != theirs:
                if theirs:
                    return False
                unsure = True
        if self.prefix or self.low or self.codes:
            inside = self._holds(place.postal) if place.postal else None
            if inside is False:
                return False
            unsure = unsure or inside is None
        return None if unsure else True

    def _holds(self, postal: str) -> bool | None:
        if self.prefix:
            return postal.startswith(self.prefix) or (None if self.prefix.startswith(postal) else False)
        if self.low:
            return _between(self.low, postal, self.high)
        if postal in self.codes or not self.codes.isdisjoint(_districts(self.country, postal)):
            return True
        # Long lists of codes are ZIP codes: one with all its digits need not be looked for as the beginning of another.
        cut_off = len(postal) < _ZIP_LENGTH or len(self.codes) == 1
        return None if cut_off and any(code.startswith(postal) for code in self.codes) else False


def _between(low: str, postal: str, high: str) -> bool | None:
    """Compare as many characters as the ends of the range have; a code cut off too early may leave it open."""
    width = len(low)
    start = postal[:width]
    if low.isdecimal() and high.isdecimal() and not start.isdecimal():
        return False
    if not low[: len(start)] <= start <= high[: len(start)]:
        return False
    return True if len(start) == width else None


def _districts(country: str, postal: str) -> tuple[str, ...]:
    """The larger districts that a whole postal code belongs to: `SW1A1AA` lies in `SW1A` and in `SW1`."""
    if country == "GB":
        outward = postal[:-3] if len(postal) >= 5 else postal
        return outward, outward.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    length = _DISTRICT_LENGTH.get(country)
    return () if length is None else (postal[:length],)


# --- reading ---------------------------------------------------------------------------------------------------------


def _bad(text: str, why: str, fix: str) -> BadInput:
    return BadInput(Fault(what=f"the area {text!r} {why}", fix=fix))


def nearest_codes(word: str) -> str:
    """`Did you mean ...?` for a word that is no country code."""
    name = get_close_matches(word, NAMES, n=1, cutoff=0.75)
    near = [NAMES[name[0]]] if name else get_close_matches(word[:3], COUNTRIES, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else "Write a two-letter country code such as DE or US-NY."


def parse_area(text: str) -> Area:
    """Read one area from its text; raises `BadInput` that names what is wrong and what was probably meant."""
    head, _, rest = text.strip().partition(" ")
    rest = " ".join(rest.split())
    if head == "*" and not rest:
        return Area(text="*")
    code, dash, state = head.upper().partition("-")
    country = ALIASES.get(code, code)
    if country not in KNOWN_COUNTRIES:
        raise _bad(text, f"begins with {head!r}, which is no country code.", nearest_codes(code))
    if dash and not _SUBDIVISION.fullmatch(state):
        raise _bad(text, f"names {state!r}, which is no subdivision of {country}.", f"Write it like {country}-NY.")
    area = Area(text=" ".join(text.split()), country=country, state=state)
    return _narrowed(area, rest) if rest else area


def _narrowed(area: Area, rest: str) -> Area:
    """The part of an area that a city or postal codes leave."""
    if rest[:5].casefold() == "city:":
        city = fold_city(rest[5:])
        if not city:
            raise _bad(area.text, "names no city.", "Write it like DE city:Berlin.")
        return replace(area, city=city)
    if rest.endswith("*"):
        if "-" in rest and area.country not in _DASHED:
            raise _bad(area.text, "mixes a range and a beginning.", "Write two areas.")
        return replace(area, prefix=_postal(area, rest[:-1], letters=3))
    separator = ".." if ".." in rest else "-"
    parts = [part.strip() for part in rest.split(separator)]
    # A dash may also be part of one code, as in "PL 00-950".
    if len(parts) == 1 or (separator == "-" and tuple(map(len, parts)) == _DASHED.get(area.country)):
        return replace(area, codes=frozenset({_postal(area, rest)}))
    return _ranged(area, parts)


def _ranged(area: Area, parts: list[str]) -> Area:
    if len(parts) != 2:
        raise _bad(area.text, "is no range of postal codes.", "Write it like US 10001-10299 or PL 00-001..00-999.")
    low, high = (_postal(area, part) for part in parts)
    if len(low) != len(high):
        raise _bad(area.text, "has ends of different length.", f"Write {low} and {high} with as many characters.")
    if low > high:
        raise _bad(area.text, "ends before it begins.", f"Write {area.country} {high}..{low}.")
    return replace(area, low=low, high=high)


def _postal(area: Area, text: str, *, letters: int = 0) -> str:
    """A folded postal code; up to so many letters may do without any digit."""
    folded = fold_postal(text, area.country)
    if not (folded.isascii() and folded.isalnum()):
        fix = "Postal codes have letters and digits only; write a city as city:Berlin."
        raise _bad(area.text, f"has {text!r} where a postal code belongs.", fix)
    if folded.isalpha() and len(folded) > letters:
        state = f"{area.country}-{folded} for a state, " if len(folded) <= 3 and not area.state else ""
        raise _bad(area.text, f"has {text!r}, a postal code without digits.", f"Write {state}city:{text} for a city.")
    return folded


def region_areas(
    name: str, regions: Mapping[str, tuple[str, ...]], *, parse: Callable[[str], Area] = parse_area
) -> tuple[Area, ...]:
    """All areas of a region, those of the regions inside it included, each once.

    Raises `BadInput` with every fault found: a region that contains itself, or a text that is neither region nor area.
    """
    found: dict[str, Area] = {}
    done: set[str] = set()
    faults: list[Fault] = []

    def expand(text: str, path: tuple[str, ...]) -> None:
        if text in path or len(path) > _DEEPEST:
            faults.append(_circle(text, path))
        elif text in done:
            return
        elif text in regions:
            for part in regions[text]:
                expand(part, (*path, text))
        else:
            try:
                found[text] = parse(text)
            except BadInput as bad:
                faults.extend(_in_region(fault, path[-1] if path else "") for fault in bad.faults)
        done.add(text)

    expand(name, ())
    if faults:
        raise BadInput(tuple(dict.fromkeys(faults)))
    return tuple(found.values())


def _circle(text: str, path: tuple[str, ...]) -> Fault:
    if text not in path:
        return Fault(
            what=f"the region {path[0]!r} is nested more than {_DEEPEST} deep.", fix="Name its areas directly."
        )
    circle = " → ".join((*path[path.index(text) :], text))
    return Fault(what=f"the region {text!r} contains itself: {circle}.", fix="Take it out of one of them.")


def _in_region(fault: Fault, region: str) -> Fault:
    return Fault(what=f"in the region {region!r}, {fault.what}", fix=fault.fix) if region else fault
