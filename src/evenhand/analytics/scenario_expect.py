"""What a scenario may expect of one lead, and of many leads together, and how it is checked.

To add an expectation of one lead: a check, a line in `OF_DECISION` (one decision) or `OF_STORY` (all that became of the
lead), and a row in docs/how-to/test-a-policy.md.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.codes import Code
from evenhand.core.view import View
from evenhand.errors import BadInput, Fault
from evenhand.reading.durations import read_instant
from evenhand.reading.section import suggest

Expect: TypeAlias = Mapping[str, object]


class Failure(Struct, frozen=True):
    """Something that did not come out as the scenario expects; `lead` is empty when it is about many of them."""

    lead: str
    what: str


class Story(Struct, frozen=True, kw_only=True):
    """All that became of one lead of a scenario.

    final:   its last decision, with the earlier ones as history; `None` when the lead was refused.
    warned:  fields whose value could not be read, which counted as unknown.
    refused: the field because of which the whole lead was refused, and the reason.
    """

    lead: str
    final: View | None = None
    warned: tuple[str, ...] = ()
    refused: tuple[str, str] | None = None

    @property
    def decisions(self) -> tuple[View, ...]:
        """Every decision about the lead, the first one first."""
        return (*self.final.history, self.final) if self.final else ()

    @property
    def end(self) -> str:
        """Who holds the lead in the end, else what became of it."""
        if self.final is None:
            return "refused"
        return self.final.rep if self.final.outcome == "assigned" and self.final.rep else self.final.outcome


Check: TypeAlias = Callable[[object, View], Iterator[str]]


class Shape(Struct, frozen=True):
    """How the value of an expectation must look, and how to say so."""

    name: str
    fits: Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_moment(value: object) -> bool:
    try:
        return value == "" or (isinstance(value, str) and read_instant(value) is not None)
    except BadInput:
        return False


def _is_codes(value: object) -> bool:
    return isinstance(value, Mapping) and all(code in set(Code) for code in value.values())


def _is_numbers(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_number(part) for part in value.values())


TEXT: Final = Shape("a text", _is_text)
TEXTS: Final = Shape("a list of texts", _is_texts)
EITHER: Final = Shape("a text or a list of texts", lambda value: _is_text(value) or _is_texts(value))
NUMBER: Final = Shape("a number", _is_number)
FLAG: Final = Shape("true or false", lambda value: isinstance(value, bool))
MOMENT: Final = Shape("a moment such as 2026-11-02T09:15Z", _is_moment)
CODES: Final = Shape(f"a table of people and codes, each one of {', '.join(Code)}", _is_codes)
NUMBERS: Final = Shape("a table of people and numbers", _is_numbers)
TABLE: Final = Shape("a table", lambda value: isinstance(value, Mapping))
TABLES: Final = Shape(
    "a list of tables", lambda value: isinstance(value, list) and all(isinstance(part, Mapping) for part in value)
)


# --- one decision ----------------------------------------------------------------------------------------------------


def _said(value: object) -> str:
    return "nothing" if value is None or value in ("", ()) else str(value)


def _same(name: str) -> Check:
    def check(wanted: object, found: View) -> Iterator[str]:
        actual = getattr(found, name)
        if (actual or None) != (wanted or None):
            yield f"{name} is {_said(actual)}, not {_said(wanted)}: {found.because}"

    return check


def _moment(name: str) -> Check:
    def check(wanted: object, found: View) -> Iterator[str]:
        actual: str | None = getattr(found, name)
        at = read_instant(str(wanted)) if wanted else None
        if at != (read_instant(actual) if actual else None):
            yield f"{name} is {_said(actual)}, not {_said(wanted)}: {found.because}"

    return check


def _list(name: str) -> Check:
    def check(wanted: object, found: View) -> Iterator[str]:
        actual = list(getattr(found, name))
        if actual != wanted:
            yield f"{name} is {actual}, not {wanted}: {found.because}"

    return check


def _rep(wanted: object, found: View) -> Iterator[str]:
    allowed = wanted if isinstance(wanted, list) else [wanted]
    if (found.rep or "") not in allowed:
        names = " or ".join(_said(each) for each in allowed)
        yield f"rep is {_said(found.rep)}, not {names}: {found.because}"


def _because(wanted: object, found: View) -> Iterator[str]:
    for phrase in wanted if isinstance(wanted, list) else [wanted]:
        if str(phrase) not in found.because:
            yield f"the reason does not say {phrase!r}: {found.because}"


def _excluded(wanted: object, found: View) -> Iterator[str]:
    everybody = (*(one for tried in found.tried for one in tried.candidates), *found.candidates)
    codes = {one.rep: one.code for one in everybody if one.code}
    for rep, code in wanted.items() if isinstance(wanted, Mapping) else ():
        if codes.get(rep) != code:
            yield f"{rep} is {codes.get(rep) or 'not excluded'}, not {code}: {found.because}"


def _eligible(wanted: object, found: View) -> Iterator[str]:
    able = sorted(one.rep for one in found.candidates if one.verdict != "excluded")
    if isinstance(wanted, list) and able != sorted(wanted):
        yield f"who could have had it is {able}, not {sorted(wanted)}: {found.because}"


def _credits(wanted: object, found: View) -> Iterator[str]:
    owed = {one.rep: one.credit for one in found.candidates if one.credit is not None}
    for rep, leads in wanted.items() if isinstance(wanted, Mapping) else ():
        actual = owed.get(rep)
        if actual is None or round(actual, 2) != round(Decimal(leads), 2):
            yield f"the credit of {rep} is {'not told' if actual is None else round(actual, 2)}, not {leads}"


def _unknown(wanted: object, found: View) -> Iterator[str]:
    rules = [one.rule for one in found.unknown]
    if rules != wanted:
        yield f"rules that lacked a fact are {rules}, not {wanted}: {found.because}"


OF_DECISION: Final[Mapping[str, tuple[Shape, Check]]] = {
    **{name: (TEXT, _same(name)) for name in ("outcome", "rule", "pool", "how", "desk", "of", "trigger")},
    **{name: (TEXT, _same(name)) for name in ("posting", "held", "waits")},
    **{name: (NUMBER, _same(name)) for name in ("tier", "stage", "score", "value", "charge")},
    **{name: (MOMENT, _moment(name)) for name in ("at", "due", "remind", "wake", "widen", "expires")},
    **{name: (TEXTS, _list(name)) for name in ("offered", "suggestions", "passed")},
    "blind": (FLAG, _same("blind")),
    "rep": (EITHER, _rep),
    "because": (EITHER, _because),
    "excluded": (CODES, _excluded),
    "eligible": (TEXTS, _eligible),
    "credits": (NUMBERS, _credits),
    "unknown": (TEXTS, _unknown),
}


def _of_view(expect: Expect, found: View) -> Iterator[str]:
    for name, (_, check) in OF_DECISION.items():
        if name in expect:
            yield from check(expect[name], found)


# --- all that became of a lead ---------------------------------------------------------------------------------------


def _decisions(wanted: object, story: Story) -> Iterator[str]:
    if len(story.decisions) != wanted:
        yield f"took {len(story.decisions)} decisions, not {wanted}"


def _first(wanted: object, story: Story) -> Iterator[str]:
    if isinstance(wanted, Mapping):
        yield from (f"at first, {what}" for what in _of_view(wanted, story.decisions[0]))


def _history(wanted: object, story: Story) -> Iterator[str]:
    earlier = story.decisions[:-1]
    if not isinstance(wanted, list) or len(wanted) != len(earlier):
        told = [f"{view.outcome} {view.rep or ''}".strip() for view in earlier]
        yield f"earlier decisions are {told}, and {len(wanted) if isinstance(wanted, list) else 0} are expected"
        return
    for number, (expect, found) in enumerate(zip(wanted, earlier, strict=True), start=1):
        yield from (f"in decision {number}, {what}" for what in _of_view(expect, found))


def _holders(wanted: object, story: Story) -> Iterator[str]:
    held = [view.rep for view in story.decisions if view.outcome == "assigned"]
    if held != wanted:
        yield f"was held by {held}, not {wanted}"


def _warned(wanted: object, story: Story) -> Iterator[str]:
    if sorted(story.warned) != sorted(wanted if isinstance(wanted, list) else ()):
        yield f"fields that could not be read are {sorted(story.warned)}, not {wanted}"


def _refused(wanted: object, story: Story) -> Iterator[str]:
    if story.refused is None or story.refused[0] != wanted:
        yield f"is {'not refused' if story.refused is None else f'refused for {story.refused[0]}'}, not for {wanted}"


OF_STORY: Final[Mapping[str, tuple[Shape, Callable[[object, Story], Iterator[str]]]]] = {
    "decisions": (NUMBER, _decisions),
    "first": (TABLE, _first),
    "history": (TABLES, _history),
    "holders": (TEXTS, _holders),
    "warned": (TEXTS, _warned),
    "refused": (TEXT, _refused),
}


def shape_faults(expect: Expect, where: str) -> Iterator[Fault]:
    """What cannot be expected as it is written: an unknown name, or a value of the wrong form."""
    known = {name: shape for table in (OF_DECISION, OF_STORY) for name, (shape, _) in table.items()}
    for name, wanted in expect.items():
        if name not in known:
            yield Fault(where=where, what=f"nobody can expect {name!r}.", fix=suggest(name, known))
        elif not known[name].fits(wanted):
            yield Fault(where=where, what=f"expect.{name} = {wanted!r} is not {known[name].name}.")
        elif name in ("first", "history"):
            for part in [wanted] if isinstance(wanted, Mapping) else wanted if isinstance(wanted, list) else ():
                yield from shape_faults(part, f"{where}, {name}")


def check_lead(expect: Expect, story: Story) -> Iterator[Failure]:
    """What became of one lead, against what is expected of it; what is not expected must not have gone wrong."""
    if story.refused is not None and "refused" not in expect:
        yield Failure(story.lead, f"is refused for {story.refused[0]}: {story.refused[1]}")
        return
    if story.final is None and story.refused is None:
        yield Failure(story.lead, "has no decision")
        return
    expected = {"warned": [], **expect}
    for name, (_, check) in OF_STORY.items():
        if name in expected and (story.final is not None or name in ("refused", "warned")):
            yield from (Failure(story.lead, what) for what in check(expected[name], story))
    if story.final is not None:
        yield from (Failure(story.lead, what) for what in _of_view(expect, story.final))


# --- many leads together ---------------------------------------------------------------------------------------------


class Range(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of leads: about so many, give or take `within`; or from `at_least` to `at_most`."""

    about: int | None = None
    within: int = 1
    at_least: int = 0
    at_most: int = 1 << 40

    def ends(self) -> tuple[int, int]:
        """The smallest and the largest number that will do."""
        if self.about is None:
            return self.at_least, self.at_most
        return self.about - self.within, self.about + self.within


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is expected of all leads whose id is like `leads` (`*` stands for anything), in the order of arrival.

    totals:       rep -> leads held in the end.
    outcomes:     what became of how many of them.
    order:        who got the first of them; for one that nobody has, its outcome.
    shares:       rep -> weight: after every lead, each has that part of the leads so far, to within `within`.
    max_spread:   the most leads that anybody may have more than anybody else; people in `people`, else in totals.
    max_in_a_row: how many may go to the same person one after the other.
    """

    leads: str = "*"
    totals: Mapping[str, int | Range] = {}
    outcomes: Mapping[str, int] = {}
    order: tuple[str, ...] = ()
    shares: Mapping[str, int] = {}
    within: int | Decimal = 1
    max_spread: int | None = None
    people: tuple[str, ...] = ()
    max_in_a_row: int | None = None


def check_group(group: Group, stories: Sequence[Story]) -> Iterator[Failure]:
    """What became of many leads together, against what is expected."""
    mine = [story for story in stories if fnmatchcase(story.lead, group.leads)]
    ends = [story.end for story in mine]
    of = "" if group.leads == "*" else f"of {group.leads}: "
    if not mine:
        yield Failure("", f"no lead is called {group.leads}")
    for what in (*_totals(group, ends), *_outcomes(group, mine), *_in_order(group, ends), *_in_share(group, ends)):
        yield Failure("", of + what)


def _totals(group: Group, ends: Sequence[str]) -> Iterator[str]:
    counts = Counter(ends)
    for rep, wanted in group.totals.items():
        low, high = (wanted, wanted) if isinstance(wanted, int) else wanted.ends()
        if not low <= counts[rep] <= high:
            yield f"{rep} has {counts[rep]} leads, not {low if low == high else f'{low} to {high}'}"
    people = group.people or tuple(group.totals) or tuple(group.shares)
    got = {rep: counts[rep] for rep in people}
    if group.max_spread is not None and got and max(got.values()) - min(got.values()) > group.max_spread:
        yield f"the leads are spread more than {group.max_spread} apart: {got}"


def _outcomes(group: Group, stories: Sequence[Story]) -> Iterator[str]:
    counts = Counter(story.final.outcome if story.final else "refused" for story in stories)
    for outcome, wanted in group.outcomes.items():
        if counts[outcome] != wanted:
            yield f"{counts[outcome]} are {outcome}, not {wanted}"


def _in_order(group: Group, ends: Sequence[str]) -> Iterator[str]:
    first = ends[: len(group.order)]
    if first != list(group.order):
        yield f"they went to {', '.join(first)}, not to {', '.join(group.order)}"
    runs = [(end, len(list(run))) for end, run in groupby(ends)]
    longest = max(runs, key=lambda run: run[1], default=("", 0))
    if group.max_in_a_row is not None and longest[1] > group.max_in_a_row:
        yield f"{longest[0]} got {longest[1]} in a row, more than {group.max_in_a_row}"


def _in_share(group: Group, ends: Sequence[str]) -> Iterator[str]:
    whole, got = sum(group.shares.values()), Counter[str]()
    for number, end in enumerate(ends, start=1):
        got[end] += 1
        for rep, weight in group.shares.items():
            if abs(got[rep] * whole - number * weight) > group.within * whole:
                yield f"after {number} leads {rep} has {got[rep]}, and should have {number * weight / whole:.2f}"
                return
