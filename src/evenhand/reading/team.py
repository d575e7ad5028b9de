"""team.toml (and people.csv beside it) -> `Roster` and everybody's working hours.

Everything that is wrong is told at once, with its line and what to do.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from evenhand.core.model import Pool, Rep, Roster, Team, Territory, Value
from evenhand.core.places import Area
from evenhand.core.when import Vocabulary, vocabulary_with
from evenhand.errors import BadInput, BadTeam, Fault
from evenhand.reading.areas import read_areas
from evenhand.reading.calendars import Calendars
from evenhand.reading.duty import Calendar
from evenhand.reading.keys import TEAM_KEYS
from evenhand.reading.people import kind_of, read_person
from evenhand.reading.people_csv import PeopleSheet
from evenhand.reading.pools import person, read_pool
from evenhand.reading.schedules import Defaults, read_defaults, read_schedule
from evenhand.reading.section import Section, faults_in_order, shown
from evenhand.reading.toml import Document, digest
from evenhand.reading.vocabulary import Regions
from evenhand.reading.words import people_vocabulary

WHERE: Final = "team.toml"


def open_team(text: str, *, where: str = WHERE) -> Document:
    """Parse the text only; raises BadTeam when it is no TOML."""
    return Document(text, where=where, error=BadTeam)


def read_team(
    text: str, *, regions: Regions | None = None, people: str | None = None, where: str = WHERE
) -> tuple[Roster, Calendars]:
    """Read a roster. `regions` are the policy's own; `people` is the text of the people.csv that the roster names.

    Raises BadTeam with every fault found.
    """
    return team_of(open_team(text, where=where), regions=regions or {}, people=people)


def team_of(document: Document, *, regions: Regions, people: str | None = None) -> tuple[Roster, Calendars]:
    """The roster that a parsed text says. Raises BadTeam with every fault found."""
    faults: list[Fault] = []
    top = Section(document.data, (), document, faults)
    top.known(TEAM_KEYS[""])
    words = vocabulary_with(regions=regions)
    territories = _territories(top, words)
    sections = _people(top, people)
    defaults = read_defaults(top)
    reps, schedules = _everybody(sections, territories, words, defaults)
    teams = _teams(top, sections, reps)
    _check_attributes(sections, reps)
    _check_managers(top, territories, reps)
    roster = Roster(
        digest=document.digest if people is None else digest(document.source, people),
        reps=reps,
        teams=teams,
        territories=territories,
    )
    roster = replace(roster, pools=_pools(top, roster, people_vocabulary(roster, words)))
    if faults:
        raise BadTeam(faults_in_order(faults))
    return roster, Calendars(schedules)


def _people(top: Section, people: str | None) -> list[Section]:
    """The tables of all people, from the roster itself and from the people.csv beside it."""
    sections = list(top.tables("person"))
    name = top.text("people")
    if name and people is None:
        top.fault(f"{name!r} was not read with this roster.", "Give both, or use [[person]].", at=("people",))
    if name and people is not None:
        try:
            sheet = PeopleSheet(people, where=name)
        except BadInput as error:
            top.faults.extend(error.faults)
            return sections
        sections += Section(sheet.data, (), sheet, top.faults).tables("person")
    if not sections and not top.faults:
        top.fault("there is nobody in it.", 'Add [[person]] with id = "ann", or people = "people.csv".')
    return sections


def _everybody(
    sections: list[Section], territories: Mapping[str, Territory], words: Vocabulary, defaults: Defaults
) -> tuple[Mapping[str, Rep], Mapping[str, Calendar]]:
    def areas_of(text: str) -> tuple[Area, ...]:
        named = territories.get(text)
        return named.areas if named else read_areas([text], words.regions)

    ids = {rep for section in sections if isinstance(rep := section.data.get("id"), str)}
    reps: dict[str, Rep] = {}
    schedules: dict[str, Calendar] = {}
    lines: dict[str, int] = {}
    for section in sections:
        schedule = read_schedule(section, defaults, ids)
        rep = read_person(section, areas_of, zone=schedule.zone)
        if rep.id in reps:
            fix = "Give one of them another id."
            section.fault(f"the id {rep.id!r} is already on line {lines[rep.id]}.", fix, at=("id",))
        elif rep.id:
            reps[rep.id], schedules[rep.id], lines[rep.id] = rep, schedule, section.line
    return reps, schedules


def _check_attributes(sections: list[Section], reps: Mapping[str, Rep]) -> None:
    """An attribute has one type for everybody, or conditions on it would mean different things."""
    first: dict[str, tuple[str, str, Value]] = {}
    for section in sections:
        rep = reps.get(str(section.data.get("id")))
        for name, value in rep.attributes.items() if rep else ():
            who, kind, example = first.setdefault(name, (rep.id if rep else "", kind_of(value), value))
            if kind != kind_of(value):
                what = (
                    f"{name} = {shown(value)} is of type {kind_of(value)}, that of {who} is {kind} ({shown(example)})."
                )
                section.fault(what, "Let it be of one type for everybody.", at=(name,))


def _teams(top: Section, people: list[Section], reps: Mapping[str, Rep]) -> Mapping[str, Team]:
    """Declared teams; when none is declared, those that people say they are in."""
    sections = list(top.tables("team"))
    found: dict[str, Team] = {}
    for section in sections:
        section.known(TEAM_KEYS["team"])
        name = section.name()
        _once(section, name, found)
        found[name] = Team(name=name, manager=person(section, "manager", reps))
    for section in people:
        named = section.data.get("team")
        if not isinstance(named, str) or not named or named in found:
            continue
        if sections:
            section.no_such("team", named, found.keys(), at=("team",))
        else:
            found[named] = Team(name=named)
    return found


def _territories(top: Section, words: Vocabulary) -> Mapping[str, Territory]:
    found: dict[str, Territory] = {}
    for section in top.tables("territory"):
        section.known(TEAM_KEYS["territory"])
        name = section.name()
        _once(section, name, found)
        areas: list[Area] = []
        several = isinstance(section.data.get("areas"), list)
        for number, text in enumerate(section.texts("areas")):
            at = ("areas", number) if several else ("areas",)
            areas += section.attempt(lambda place: read_areas([place], words.regions), text, at=at) or ()
        if "areas" not in section.data:
            section.fault(f"the territory {name} has no areas.", 'Write, for example, areas = ["DE", "US-NY 100*"].')
        found[name] = Territory(name=name, areas=tuple(areas), manager=section.text("manager"))
    return found


def _check_managers(top: Section, territories: Mapping[str, Territory], reps: Mapping[str, Rep]) -> None:
    if territories:
        for section in top.tables("territory"):
            person(section, "manager", reps)


def _pools(top: Section, roster: Roster, people: Vocabulary) -> Mapping[str, Pool]:
    found: dict[str, Pool] = {}
    for section in top.tables("pool"):
        pool = read_pool(section, roster.reps, people)
        _once(section, pool.name, found)
        found[pool.name] = pool
    return found


def _once(section: Section, name: str, found: Mapping[str, object]) -> None:
    if name in found:
        section.fault(f"{name!r} is there twice.", "Keep one of them, or rename it.", at=("name",))
