"""Lists by the page: `{"items": [...], "next": "..."}`, where `next` is where the page after this one begins.

A cursor is opaque to whoever gets it. It holds the place of the last row in the list's own order, not a count of rows,
so that nothing is left out or told twice when rows come and go between two pages.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from litestar.params import QueryParameter

from evenhand.errors import BadUsage, Fault

T = TypeVar("T")
K = TypeVar("K")

PAGE: Final = 50
LARGEST: Final = 200
LONGEST: Final = 1_000  # characters of a cursor
START: Final = -(1 << 53)  # before every whole number that is kept

Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=START, le=-START)]  # a number that a column holds
Limit: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=LARGEST, description=f"How many at most; {PAGE} if left out, {LARGEST} at the most.")
]
After: TypeAlias = Annotated[
    str | None,
    QueryParameter(max_length=LONGEST, description="Where to go on: what `next` said with the page before."),
]


def cursor(place: object) -> str:
    """A place in a list, such as a number or a tuple of numbers and texts, as a cursor."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place(given: str | None, kind: type[K], first: K) -> K:
    """The place that a cursor means, or the first one; its numbers are `Whole`. Raises BadUsage if it is none here."""
    if not given:
        return first
    try:
        return msgspec.json.decode(urlsafe_b64decode(given + "=" * (-len(given) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        fix = "Send what `next` said, or leave it out to begin at the beginning."
        raise BadUsage(Fault(where="after", what="is no place in this list.", fix=fix)) from error


def page(rows: Sequence[T], limit: int, place_of: Callable[[T], object]) -> tuple[Sequence[T], str | None]:
    """The first `limit` of the rows, and the cursor of the next page if there are more: ask the store for one more."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor(place_of(rows[limit - 1]))
