"""Which column of a file holds which field: said by the user, or told by the column's name.

To teach it another spelling: a line in `LEAD_SYNONYMS` (or in the reader of another kind of file), and in
docs/reference/files.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from evenhand.errors import BadUsage, Fault

_MOST_SHAPES: Final = 1000  # of NDJSON lines remembered, and of unknown columns listed
_SIGNS: Final = re.compile(r"[\s_\-/#.:]+")


def squeezed(name: str) -> str:
    """A column's name without regard to case, spaces, dashes, underscores and dots."""
    return _SIGNS.sub("", name.casefold())


class Columns:
    """Finds the fields of columns: first what `mapping` says (column, field), then equal names, then synonyms.

    unmapped: columns that lead nowhere, in the order met. Two columns for one field: the better found, then the first.
    Raises BadUsage when `mapping` names a field that is not among `targets`.
    """

    def __init__(
        self, targets: Iterable[str], *, synonyms: Mapping[str, str], mapping: Sequence[tuple[str, str]] = ()
    ) -> None:
        targets = tuple(targets)
        self.unmapped: dict[str, None] = {}
        self._mapping = tuple((column, _target(field, column, targets)) for column, field in mapping)
        twice = {field for _, field in self._mapping if sum(field == other for _, other in self._mapping) > 1}
        if twice:
            fault = Fault(what=f"--map fills {', '.join(sorted(twice))} twice.", fix="Map one column to each field.")
            raise BadUsage(fault)
        self._exact = {squeezed(target): target for target in targets}
        self._synonyms = {squeezed(name): field for name, field in synonyms.items()}
        self._shapes: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}

    def check(self, header: Sequence[str]) -> None:
        """Raises BadUsage when the mapping names a column that a table with this header does not have."""
        for column, field in self._mapping:
            if _named(column, header) is None:
                near = _near(column, header)
                fix = f"Did you mean {near}?" if near else f"It has {', '.join(header[:20])}."
                raise BadUsage(Fault(what=f"--map {column}={field}: the file has no column {column}.", fix=fix))

    def pairs(self, columns: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """(field, column) for every field that these columns fill."""
        shape = tuple(columns)
        found = self._shapes.get(shape)
        if found is None:
            found = self._paired(shape)
            if len(self._shapes) < _MOST_SHAPES:
                self._shapes[shape] = found
        return found

    def _paired(self, shape: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        chosen = {field: name for column, field in self._mapping if (name := _named(column, shape)) is not None}
        used = set(chosen.values())
        for table in (self._exact, self._synonyms):
            for column in shape:
                field = table.get(squeezed(column))
                if field and column not in used and field not in chosen:
                    chosen[field] = column
                    used.add(column)
        for column in shape:
            if column not in used and len(self.unmapped) < _MOST_SHAPES:
                self.unmapped[column] = None
        return tuple(chosen.items())


def _named(column: str, header: Sequence[str]) -> str | None:
    if column in header:
        return column
    return next((name for name in header if name.casefold() == column.strip().casefold()), None)


def _target(field: str, column: str, targets: Sequence[str]) -> str:
    if field in targets:
        return field
    near = _near(field, targets)
    fix = f"Did you mean {near}?" if near else "See the list of fields in docs/reference/files.md."
    raise BadUsage(Fault(what=f"--map {column}={field}: there is no field {field}.", fix=fix))


def _near(name: str, names: Sequence[str]) -> str:
    return next(iter(get_close_matches(name, names, n=1, cutoff=0.5)), "")


LEAD_SYNONYMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("lead id", "record id", "lead number", "prospect id", "external id", "uuid"), "id"),
    **dict.fromkeys(("mail", "email address", "work email", "business email", "contact email"), "email"),
    **dict.fromkeys(("phone number", "telephone", "tel", "mobile", "mobile phone", "work phone"), "phone"),
    **dict.fromkeys(("given name", "forename", "vorname"), "first_name"),
    **dict.fromkeys(("family name", "surname", "nachname"), "last_name"),
    **dict.fromkeys(("full name", "contact name", "lead name"), "name"),
    **dict.fromkeys(("linkedin url", "linkedin profile"), "linkedin"),
    **dict.fromkeys(("job title", "position", "job role"), "title"),
    **dict.fromkeys(("department", "job function"), "function"),
    **dict.fromkeys(("company name", "organisation", "organization", "company/organisation", "firma"), "company"),
    **dict.fromkeys(("company domain", "website domain", "email domain name"), "domain"),
    **dict.fromkeys(("url", "web site", "company website", "homepage", "website url"), "website"),
    **dict.fromkeys(("sector", "vertical", "branche"), "industry"),
    **dict.fromkeys(
        ("number of employees", "no of employees", "num employees", "employee count", "company size", "headcount"),
        "employees",
    ),
    **dict.fromkeys(("annual revenue", "yearly revenue", "turnover"), "revenue"),
    **dict.fromkeys(("country code", "country/region", "land", "country name"), "country"),
    **dict.fromkeys(("province", "state/region", "state code", "state/province", "bundesland"), "state"),
    **dict.fromkeys(("town", "locality", "ort", "stadt"), "city"),
    **dict.fromkeys(("zip", "zipcode", "postcode", "post code", "postal", "zip/postal code", "plz"), "postal_code"),
    **dict.fromkeys(("lead source", "origin", "lead origin", "original source", "channel"), "source"),
    **dict.fromkeys(("utm campaign", "campaign name"), "campaign"),
    "utm medium": "medium",
    **dict.fromkeys(("pricing plan", "subscription plan"), "plan"),
    **dict.fromkeys(("product interest", "product name"), "product"),
    **dict.fromkeys(("comments", "comment", "notes", "enquiry", "inquiry"), "message"),
    **dict.fromkeys(("preferred language", "lang", "sprache", "locale"), "language"),
    "pages visited": "pages",
    **dict.fromkeys(
        ("created", "created at", "received at", "created date", "create date", "created time"), "received"
    ),
    **dict.fromkeys(("submitted at", "submitted", "date created", "timestamp", "arrived at"), "received"),
    **dict.fromkeys(("responded", "first response at", "first responded at", "first touch at"), "responded_at"),
    **dict.fromkeys(("closed", "close date", "closed date"), "closed_at"),
    **dict.fromkeys(("result", "deal stage"), "outcome"),
    **dict.fromkeys(("account id", "account name"), "account"),
}
