"""How often somebody may do something in an hour, counted in this process alone and in bounded memory.

One number for each of those who came lately: the moment by which all that they have done would be paid off at an even
pace (the generic cell rate algorithm, ITU-T I.371). So an hour's allowance may be used at once, and comes back bit by
bit. Of very many, those are forgotten who have not been here for longest.
"""

from collections import OrderedDict
from typing import Final

from evenhand.core.model import HOUR, Millis

MOST: Final = 20_000  # of those who are remembered


class Gate:
    """Lets somebody through so often in an hour. Not for several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._paid: OrderedDict[str, Millis] = OrderedDict()
        self._most = most

    def wait(self, who: str, per_hour: int, now: Millis) -> Millis:
        """0 for whoever may pass, which is counted; else how long they must wait."""
        pace = max(HOUR // per_hour, 1)
        paid = min(max(self._paid.pop(who, now), now), now + HOUR)  # later than that only if the clock was set back
        over = paid + pace - now - HOUR
        self._paid[who] = paid if over > 0 else paid + pace
        if len(self._paid) > self._most:
            self._paid.popitem(last=False)
        return max(over, 0)
