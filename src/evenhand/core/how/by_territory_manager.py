"""`by_territory_manager`: held on the desk of the manager of the lead's area, who hands it to their own people.

The smallest named territory that contains the lead counts; of equal ones the first in the roster.
"""

from evenhand.core.how.base import Handover, Turn, ranked
from evenhand.core.model import Territory
from evenhand.core.outcome import Held
from evenhand.core.places import Area, Place


def _narrowness(area: Area) -> int:
    return sum(bool(part) for part in (area.country, area.state, area.city, area.prefix or area.low or area.codes))


def area_manager(territories: tuple[Territory, ...], place: Place) -> str:
    """Who answers for the narrowest area that contains the place; empty when nobody does."""
    best, manager = -1, ""
    for territory in territories:
        for area in territory.areas:
            if territory.manager and area.contains(place) and _narrowness(area) > best:
                best, manager = _narrowness(area), territory.manager
    return manager


def by_territory_manager(turn: Turn) -> Handover:
    """Hold the lead for the manager of its area; without one, on the desk of the pool's manager."""
    line, case = turn.line(), turn.case
    manager = area_manager(tuple(case.snapshot.roster.territories.values()), case.place)
    return Handover(Held("area", manager or turn.pool.manager, ranked(turn, line)), line)
