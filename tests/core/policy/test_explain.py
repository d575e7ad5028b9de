import pytest

from evenhand.core.how import HOW
from evenhand.core.policy.explain import CHARGED, explain_policy, explain_rule, say_number
from tests.reading.samples import SMALL_POLICY, SMALL_TEAM, setup, with_rule

SETUP = setup()


def paragraph(lines: str, *, who: str = '["pool all"]') -> str:
    """The only rule of the small policy, read aloud."""
    found = setup(policy=with_rule(lines).replace('["pool all"]', who), team=SMALL_TEAM)
    return explain_rule(found.policy.rules[0], found.policy, found.roster)


def test_a_whole_rule_reads_as_a_paragraph() -> None:
    assert explain_rule(SETUP.policy.rules[1], SETUP.policy, SETUP.roster) == (
        'Big fintech in DACH. When country is one of AT, CH, DE, LI (DACH), industry is "fintech" and value is at '
        "least EUR 50,000, it goes to somebody in pool dach, with the skill fintech at level 3 or more, who speaks the "
        "lead's language; if none of them can take it within 30 minutes, to somebody in pool dach. They take turns, by "
        "weight. It must be answered within 15 minutes of the holder's working time, with a reminder 5 minutes before. "
        "A holder who stays silent loses it to somebody else, up to 3 times; after that it goes to a manager. If "
        "nobody can take it, it waits, and goes to the desk after four working hours."
    )


def test_an_owner_is_whoever_it_is_and_takes_no_turn() -> None:
    text = paragraph("charge = false", who='["account owner"]')
    assert "goes to whoever is the owner of the account" in text
    assert "take turns" not in text
    assert text.endswith("It does not use up a turn.")


def test_the_whole_policy_has_a_paragraph_for_everything_in_order() -> None:
    parts = explain_policy(SETUP.policy, SETUP.roster).split("\n\n")
    assert parts[0] == "Inbound. Amounts are in EUR."
    assert parts[1] == "A lead is rejected as “disposable address” when email.disposable is yes."
    assert parts[2].startswith("A lead is held for review as “a competitor, perhaps”")
    assert parts[3] == "The value of a lead is seats × the price for plan × 12."
    assert "halved every week since received" in parts[4]
    assert [part.partition(".")[0] for part in parts[6:]] == ["1", "2", "3", "4", "5", "6"]


def test_a_policy_that_only_has_rules_says_only_rules() -> None:
    found = setup(policy=SMALL_POLICY, team=SMALL_TEAM)
    assert len(explain_policy(found.policy).split("\n\n")) == 3


def test_reading_it_again_gives_the_same_words() -> None:
    assert explain_policy(SETUP.policy, SETUP.roster) == explain_policy(setup().policy, setup().roster)


def test_people_are_called_by_name() -> None:
    assert "whoever is Ann" in paragraph("", who='["rep ann"]')
    assert "the desk of Bob" in paragraph("how = 'manual'\ndesk = 'bob'")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("how = 'round_robin'", "They take turns, everybody alike."),
        ("how = 'weighted'", "They take turns, by weight."),
        ("how = 'least_loaded'", "Whoever has the fewest open leads for what they can carry gets it."),
        ("how = 'longest_idle'", "Whoever had their last lead longest ago gets it."),
        ("how = 'best_fit'\nexpected = 'value * 2'", "The outlook is value × 2."),
        ("how = 'cherry_pick'\nblind = true\nlimit = 3", "Who the lead is stays hidden until it is picked."),
        ("how = 'cherry_pick'\nlimit = 3", "Nobody picks more than 3 at a time."),
        ("how = 'shotgun'", "is offered at once to everybody in pool all. The first to accept has it."),
        ("how = 'shotgun'\nstages = [1, 3]\nwiden_after = '1m'", "to the best, then the 3 best, wider every minute."),
        ("how = 'shotgun'\nunclaimed_after = '1h'", "If nobody takes it within 1 hour, it is handed out in turn."),
        (
            "how = 'manual'\ndesk = 'manager of all'",
            "waits on the desk of the manager of all, to be handed out by hand.",
        ),
        ("how = 'manual'", "waits on the desk of the pool's manager"),
        ("how = 'by_territory_manager'", "Suggested are everybody in pool all."),
        ("respond_within = '1h'\nclock = 'wall'", "It must be answered within 1 hour by the wall clock."),
        ("reassign = { times = 1, then = 'desk' }", "somebody else, once; after that it goes to the desk."),
        ("stale_after = '7d'", "After 1 week without news it counts as stale."),
        ("even_if_away = true", "It does not matter whether they are there."),
        ("strict = true", "An account's owner must meet every condition too."),
        ("otherwise = 'next'", "If nobody can take it, the next rule that is true decides."),
        ("otherwise = 'wait'", "If nobody can take it, it waits until somebody can."),
        ("otherwise = 'pool all'", "If nobody can take it, it goes to somebody in pool all."),
        ("how = 'longest_idle'\ncharge = true", "It uses up a turn."),
    ],
)
def test_every_key_has_its_words(lines: str, words: str) -> None:
    assert words in paragraph(lines)


@pytest.mark.parametrize("how", HOW)
def test_every_way_can_be_told(how: str) -> None:
    assert paragraph(f"how = '{how}'").startswith("Everybody. Every lead ")


def test_saying_what_is_so_anyway_adds_no_sentence() -> None:
    assert paragraph("charge = true") == paragraph("")
    assert {"round_robin", "weighted", "best_fit"} == CHARGED


def test_the_score_tells_what_counts_against_a_lead() -> None:
    text = SMALL_POLICY + "[[score]]\npoints = -2.50\nbecause = 'a student'\nwhen = 'employees < 2'\n"
    found = setup(policy=text, team=SMALL_TEAM)
    assert "-2.5 (a student) when employees is less than 2." in explain_policy(found.policy)


def test_numbers_have_commas_and_no_idle_zeros() -> None:
    assert [say_number(number) for number in (12_000, 0)] == ["12,000", "0"]
