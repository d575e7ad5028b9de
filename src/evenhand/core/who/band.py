"""`deal band`, `score band`: the lead's value or score lies in the rep's band. A rep without a band takes any."""

from decimal import Decimal

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Band, Rep


def say_band(band: Band) -> str:
    """`1000 to 5000`, `from 1000`, `up to 5000`."""
    if band.low is None:
        return f"up to {band.high}"
    return f"from {band.low}" if band.high is None else f"{band.low} to {band.high}"


def _judge(what: str, amount: int | Decimal | None, band: Band | None) -> Exclusion | None:
    if band is None:
        return None
    if amount is None:
        return Exclusion(Code.LEAD_UNKNOWN, (what,))
    low = band.low is not None and amount < band.low
    high = band.high is not None and amount > band.high
    return Exclusion(Code.OUTSIDE_BAND, (what, str(amount), say_band(band))) if low or high else None


class DealBand(Struct, frozen=True):
    """Somebody whose deal band contains the lead's value."""

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """Compare the value with the band, both ends included."""
        return _judge("value", case.value, rep.deal_band)

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:
        """Say the value and the band."""
        return (
            f"deal band {say_band(rep.deal_band)} contains {case.value}" if rep.deal_band else "takes deals of any size"
        )

    def say(self) -> str:
        """The word in plain English."""
        return "whose deal band contains the lead's value"


class ScoreBand(Struct, frozen=True):
    """Somebody whose score band contains the lead's score."""

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """Compare the score with the band, both ends included."""
        return _judge("score", case.score, rep.score_band)

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:
        """Say the score and the band."""
        if rep.score_band is None:
            return "takes leads of any score"
        return f"score band {say_band(rep.score_band)} contains {case.score}"

    def say(self) -> str:
        """The word in plain English."""
        return "whose score band contains the lead's score"
