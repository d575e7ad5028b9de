"""`territory`: one of the rep's areas contains the lead's place."""

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep
from evenhand.core.places import Place


def say_place(place: Place) -> str:
    """`US-NY 10001`, as far as it is known."""
    country = "-".join(part for part in (place.country, place.state) if part)
    return " ".join(part for part in (country, place.postal or place.city) if part)


class TerritoryWord(Struct, frozen=True):
    """Somebody whose territory contains the lead."""

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """A place that is not known well enough is in nobody's territory."""
        unsure = False
        for area in rep.territories:
            inside = area.contains(case.place)
            if inside:
                return None
            unsure = unsure or inside is None
        if unsure or case.place == Place():
            return Exclusion(Code.LEAD_UNKNOWN, ("place",))
        return Exclusion(Code.OUTSIDE_TERRITORY, (say_place(case.place),))

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:
        """Name the area that contains the place."""
        area = next((area for area in rep.territories if area.contains(case.place)), None)
        return f"territory {area.text}" if area else "in the territory"

    def say(self) -> str:
        """The word in plain English."""
        return "whose territory contains the lead"
