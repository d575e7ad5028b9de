"""Any day at the desk: whatever people do, in whatever order and however much of it at once, the promises hold."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.actions.byhand import assign, hand_over
from evenhand.actions.desk import Call, call
from evenhand.actions.holding import Ending, close, respond, restore, snooze
from evenhand.actions.offers import accept, claim, decline
from evenhand.actions.rerouting import reroute, reroute_all
from evenhand.analytics.proof import prove
from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from evenhand.ports.rows import LeadRow
from tests.desk import MANAGER, POLICY, TEAM, Trial, migrated, opened, rep

BUSY_POLICY: Final = (
    POLICY.replace(
        'how = "shotgun"', 'how = "shotgun"\nstages = [1, "pool"]\nwiden_after = "5m"\nunclaimed_after = "30m"'
    )
    .replace('how = "cherry_pick"', 'how = "cherry_pick"\nlimit = 2\nunclaimed_after = "2h"')
    .replace('respond_within = "1h"', 'respond_within = "1h"\nstale_after = "1d"')
)
OTHER_POLICY: Final = BUSY_POLICY.replace('"Inbound"', '"Other"').replace(
    'who = ["pool sales"]\nrespond', 'who = ["rep cy"]\nhow = "longest_idle"\nrespond'
)
BUSY_TEAM: Final = TEAM.replace('id = "ann"', 'id = "ann"\ncaps = { open = 2 }').replace(
    'id = "bob"', 'id = "bob"\ncaps = { open = 1, day = 3 }'
)
PAGES: Final = [Path(__file__).parents[3] / "docs" / "reference" / name for name in ("events.md", "messages.md")]
DOCUMENTED: Final = {word for page in PAGES for word in re.findall("`([^`]+)`", page.read_text(encoding="utf-8"))}
TOPICS: Final = ("", "list", "first", "desk", "spam")
PEOPLE: Final = ("ann", "bob", "cy", "eve")
VERBS: Final = (
    *("claim", "claim", "accept", "decline", "decline", "respond", "snooze", "close", "restore"),
    *("assign", "give away", "hand over", "reroute"),
)
Move: TypeAlias = tuple[str, int, str]  # what, which lead, who
moves: Final = st.tuples(st.sampled_from(VERBS), st.integers(1, 8), st.sampled_from(PEOPLE))
days: Final = st.lists(
    st.tuples(
        st.sampled_from(TOPICS), st.lists(moves, max_size=8), st.sampled_from([0, 6 * MINUTE, HOUR, DAY]), st.booleans()
    ),
    min_size=1,
    max_size=6,
)


def move(said: Move, now: int) -> Call[LeadRow]:
    what, lead, who = said
    me = rep(who)
    verbs: dict[str, Call[LeadRow]] = {
        "claim": call(claim, lead, rep=who, actor=me),
        "accept": call(accept, lead, rep=who, actor=me),
        "decline": call(decline, lead, rep=who, actor=me),
        "respond": call(respond, lead, actor=me if lead % 2 else MANAGER),
        "snooze": call(snooze, lead, until=now + DAY, actor=MANAGER),
        "close": call(close, lead, Ending("bad") if lead % 2 else Ending("won", Decimal(9)), actor=MANAGER),
        "restore": call(restore, lead, actor=MANAGER),
        "assign": call(assign, lead, rep=who, actor=MANAGER),
        "give away": call(hand_over, lead, to=who, actor=rep(PEOPLE[lead % 3])),
        "hand over": call(hand_over, lead, to=who, actor=MANAGER),
        "reroute": call(reroute, lead, actor=MANAGER),
    }
    return verbs[what]


@cache
def tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        migrated(f"sqlite:///{folder}/desk.db")
        return Path(folder, "desk.db").read_bytes()


def all_at_once(trial: Trial, said: Sequence[Move]) -> None:
    for answer in trial.run([move(each, trial.now) for each in said]):
        assert isinstance(answer.error, BadUsage | Conflict | NotAllowed | NotFound | None), answer.error


def change_policy(trial: Trial) -> None:
    """Somebody publishes the other policy, and has everything decided anew that the last one had decided."""
    before = trial.desk.setup().policy
    trial.publish(policy=BUSY_POLICY if before.name == "Other" else OTHER_POLICY)
    assert reroute_all(trial.desk, policy=before.digest, actor=MANAGER).failed == ()


def happened(trial: Trial) -> set[str]:
    """The kinds of events and of messages that there have been."""
    with trial.database.reading(trial.desk.workspace) as tx:
        leads = range(1, tx.router().leads + 1)
        events = {event.kind for lead in leads for event in tx.story.events_of(lead)}
        return events | {message.kind for lead in leads for message in tx.outbox.of(lead)}


@settings(max_examples=15)
@given(days)
def test_whatever_people_do_every_lead_has_one_holder_and_everything_can_be_proved(
    day: list[tuple[str, list[Move], int, bool]],
) -> None:
    folder = tempfile.mkdtemp(prefix="evenhand-")
    try:
        Path(folder, "desk.db").write_bytes(tables())
        with opened(f"sqlite:///{folder}/desk.db", policy=BUSY_POLICY, roster=BUSY_TEAM) as trial:
            for topic, said, passed, is_new in day:
                trial.come(2, topic=topic)
                all_at_once(trial, said)
                assert trial.broken() == []
                if is_new:
                    change_policy(trial)
                trial.later(passed)
            assert prove(trial.desk).found == ()
            assert happened(trial) - DOCUMENTED == set()
    finally:
        shutil.rmtree(folder)
