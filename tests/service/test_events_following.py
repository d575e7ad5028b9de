"""Whoever comes back is told each event exactly once, in order, whenever they were cut off and however far behind."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import json

from evenhand.actions.actor import Actor
from evenhand.actions.callers import Caller
from evenhand.actions.notes import note
from evenhand.actions.presence import away, back
from evenhand.actions.roles import ROLES
from evenhand.core.happenings import TOLD
from evenhand.errors import Busy, Unavailable
from evenhand.ports.house import Role
from evenhand.service import stream as streams
from evenhand.service.following import KEPT, Concerns, Follower, Happening
from evenhand.service.stream import Ask, Wanted, shown, stream, viewer_of
from tests.desk import Trial, opened

ALL = Wanted(kinds=frozenset(TOLD), after=0)
QUIET = 5.0  # seconds within which a test must hear something


def caller(role: Role = "admin", name: str = "ada", *, reach: frozenset[str] | None = None) -> Caller:
    rep = name if role == "rep" else ""
    actor = Actor(role, name, role, reach)
    return Caller(workspace=1, actor=actor, role=role, scopes=ROLES[role], rep=rep)


def asking(who: Caller) -> Ask:
    async def ask() -> Caller:
        return who

    return ask


@pytest.fixture
def trial(database_url: str) -> Iterator[Trial]:
    with opened(database_url) as desk:
        yield desk


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Trial]:
    with opened(sqlite_url) as desk:
        yield desk


def numbers(pieces: Sequence[bytes]) -> list[int]:
    """The events in some pieces of a stream, by number; each of them is as the number says."""
    lines = b"".join(pieces).decode().split("\n\n")
    frames = [frame.split("\n") for frame in lines if frame.startswith("id: ")]
    for number, kind, data in frames:
        said = json.decode(data.removeprefix("data: "))
        assert (said["id"], said["kind"]) == (number.removeprefix("id: "), kind.removeprefix("event: "))
    return [int(frame[0].removeprefix("id: ")) for frame in frames]


async def heard(follower: Follower, who: Caller, after: int, *, pieces: int, upto: int) -> list[int]:
    """What somebody hears who hangs up after so many pieces, or when they have had the last event."""
    found: list[int] = []
    async with asyncio.timeout(QUIET):
        telling = stream(follower, Wanted(kinds=ALL.kinds, after=after), asking(who))
        async for piece in telling:
            found += numbers([piece])
            pieces -= 1
            if pieces <= 0 or (found and found[-1] >= upto) or after >= upto:
                break
        await telling.aclose()  # type: ignore[attr-defined]  # a generator
    return found


def events(trial: Trial) -> int:
    with trial.database.reading(trial.desk.workspace) as tx:
        return tx.router().events


def expected(trial: Trial, who: Caller, after: int = 0) -> list[int]:
    """What somebody should hear after an event, told from the stored events alone."""
    concerns, viewer = Concerns(), viewer_of(who)
    with trial.database.reading(trial.desk.workspace) as tx:
        found = [Happening(row, concerns.told(tx, row)) for row in tx.story.events(after, limit=100_000)]
    return [each.no for each in found if shown(each, viewer, ALL)]


SOMEBODY = st.sampled_from(
    [caller(), caller("rep", "ann"), caller("manager", "eve", reach=frozenset({"ann", "eve"})), caller("viewer")]
)
STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=8)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=SOMEBODY, steps=STEPS, kept=st.sampled_from([2, 7, KEPT]))
def test_each_event_is_told_once_and_in_order_however_often_one_comes_back(
    small: Trial, who: Caller, steps: list[tuple[int, int]], kept: int
) -> None:
    async def follow() -> list[int]:
        found: list[int] = []
        with Follower(small.desk, kept=kept) as follower:
            for leads, pieces in steps:
                await asyncio.to_thread(happens, small, leads)
                upto = expected(small, who, start)[-1]
                found += await heard(follower, who, found[-1] if found else start, pieces=pieces, upto=upto)
            while not found or found[-1] < upto:
                found += await heard(follower, who, found[-1] if found else start, pieces=9, upto=upto)
        return found

    happens(small, 3)
    start = events(small)
    happens(small, 3)
    assert asyncio.run(follow()) == expected(small, who, start)


def happens(trial: Trial, leads: int) -> None:
    """Some leads come, something is written about one, Ann goes and comes."""
    if leads:
        lead = trial.come(leads, topic="first" if leads % 2 else "pricing")[-1]
        trial.do(note, lead, "calls back")
    trial.do(away, rep="ann")
    trial.do(back, rep="ann")


def test_what_is_written_while_somebody_listens_is_told_once_and_in_order(trial: Trial) -> None:
    async def follow() -> list[int]:
        with Follower(trial.desk, kept=16) as follower:
            listening = asyncio.create_task(heard(follower, caller(), start, pieces=10**6, upto=start + 200))
            for _ in range(40):
                await asyncio.to_thread(trial.another().run, [])
                await asyncio.to_thread(trial.come, 5)
            return await listening

    start = events(trial)
    assert asyncio.run(follow()) == list(range(start + 1, start + 201))


def test_memory_is_bounded_and_let_go_when_nobody_listens(small: Trial) -> None:
    async def follow() -> None:
        with Follower(small.desk, kept=4) as follower:
            telling = stream(follower, ALL, asking(caller()))
            await anext(telling)
            for _ in range(20):
                await asyncio.to_thread(small.come, 3)
                assert len(follower._ring) < 3 * 4 + 8
            await telling.aclose()  # type: ignore[attr-defined]
            assert follower.streams == 0
            follower._look()
            assert not follower._ring

    asyncio.run(follow())


def test_all_streams_share_what_is_put_into_words_once(small: Trial) -> None:
    async def follow() -> None:
        with Follower(small.desk) as follower:
            telling = [stream(follower, Wanted(kinds=ALL.kinds), asking(caller(name=name))) for name in ("a", "b")]
            for each in telling:
                await anext(each)
            await asyncio.to_thread(small.comes)
            async with asyncio.timeout(QUIET):
                first, second = [await anext(each) for each in telling]
            assert first == second
            for each in telling:
                await each.aclose()  # type: ignore[attr-defined]

    asyncio.run(follow())


def test_a_database_that_is_away_for_a_while_is_waited_for(small: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "AGAIN", 0.01)
    monkeypatch.setattr("evenhand.service.following.AGAIN", 0.01)
    troubles: list[Exception] = []

    async def follow() -> list[int]:
        with Follower(small.desk, kept=1, told=troubles.append) as follower:
            telling = stream(follower, ALL, asking(caller("rep", "ann")))
            await anext(telling)
            reading, times = small.database.reading, iter(range(3))

            def failing(workspace: int) -> object:
                if next(times, None) is not None:
                    raise Unavailable("the database is away.")
                return reading(workspace)

            monkeypatch.setattr(small.database, "reading", failing)
            async with asyncio.timeout(QUIET):
                piece = await anext(telling)
            await telling.aclose()  # type: ignore[attr-defined]
            return numbers([piece])

    small.come(4)
    assert asyncio.run(follow()) == expected(small, caller("rep", "ann"))


def test_a_rep_who_is_nobody_hears_of_nobody(small: Trial) -> None:
    small.come(4)
    assert expected(small, caller("rep", "")) == []


def test_one_caller_has_only_so_many_streams(small: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.service.following.EACH", 2)

    async def follow() -> None:
        with Follower(small.desk) as follower:
            telling = [stream(follower, ALL, asking(caller())) for _ in range(3)]
            await anext(telling[0])
            await anext(telling[1])
            with pytest.raises(Busy):
                await anext(telling[2])
            await telling[0].aclose()  # type: ignore[attr-defined]
            await anext(stream(follower, ALL, asking(caller())))

    with suppress(RuntimeError):
        asyncio.run(follow())
