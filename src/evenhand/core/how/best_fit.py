"""`best_fit`: the rep with the largest `fit_weight * expected value + credit`. Charged.

One knob trades value against fairness, and fairness stays bounded (drift plus penalty); 0 is largest credit first.
"""

from evenhand.core.how.base import Handover, Turn, assign
from evenhand.core.ledger import line_up_by_fit


def best_fit(turn: Turn) -> Handover:
    """Assign to the best of the line by fit and credit together."""
    weights = [(seat.rep, seat.weight) for seat in turn.seats]
    fits = {seat.rep: seat.fit for seat in turn.seats}
    line = line_up_by_fit(turn.ledger, weights, turn.charge, fits=fits, fit_weight=turn.pool.fit_weight)
    return assign(turn, line, charged=True)
