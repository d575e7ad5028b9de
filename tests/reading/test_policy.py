import hashlib
import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evenhand.core.model import HOUR, MINUTE
from evenhand.core.policy.model import Otherwise, Policy, Reassign, Rule
from evenhand.core.who.account import AccountRole
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.errors import BadInput, BadPolicy, Fault
from evenhand.reading.keys import POLICY_KEYS
from evenhand.reading.policy import read_policy
from tests.reading.samples import POLICY, SMALL_POLICY, setup, with_rule

SETUP = setup()
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")


def policy(text: str = POLICY) -> Policy:
    return read_policy(text.replace("pool all", "pool dach"), SETUP.roster)


def rule(lines: str) -> Rule:
    """The rule of the small policy with more keys."""
    return policy(with_rule(lines)).rules[0]


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(BadPolicy) as caught:
        policy(text)
    return caught.value.faults


def fault(text: str) -> Fault:
    """The only thing that is wrong with a policy."""
    (found,) = faults(text)
    return found


def tried(text: str) -> tuple[Fault, ...] | None:
    """What is wrong with a text; `None` when it can be read."""
    try:
        read_policy(text, SETUP.roster)
    except BadInput as error:
        return error.faults
    return None


def of_rule(lines: str) -> Fault:
    return fault(with_rule(lines))


# --- what it says ----------------------------------------------------------------------------------------------------


def test_a_policy_names_the_exact_text_it_was_read_from() -> None:
    assert policy().digest == "sha256:" + hashlib.sha256(POLICY.encode()).hexdigest()


def test_rules_keep_their_order_and_lines() -> None:
    lines = POLICY.split("\n")
    found = policy().rules
    assert [one.name for one in found][:2] == ["Family of a customer", "Big fintech in DACH"]
    assert all(lines[one.line - 1] == "[[rule]]" for one in found)


def test_a_rule_says_everything_about_itself() -> None:
    found = policy().rules[1]
    assert (found.how, found.respond_within, found.remind_before) == ("weighted", 15 * MINUTE, 5 * MINUTE)
    assert found.reassign == Reassign(3, "manager")
    assert found.charge is None
    assert [tier.wait for tier in found.tiers] == [30 * MINUTE, 0]
    assert found.tiers[0].who == (PoolWord("dach"), Skill("fintech", 3), Speaks("language"))


def test_a_list_of_lists_is_a_list_of_tiers() -> None:
    first, second = policy().rules[0].tiers
    assert (first.who, second.who) == ((AccountRole("owner"),), (PoolWord("account-managers"),))


def test_a_single_word_may_stand_alone() -> None:
    assert policy(SMALL_POLICY.replace('["pool all"]', '"pool all"')).rules[0].tiers[0].who == (PoolWord("dach"),)


def test_what_is_not_said_has_its_default() -> None:
    found = rule("")
    assert (found.how, found.clock, found.otherwise) == ("round_robin", "working", Otherwise("unsaid"))
    assert (found.respond_within, found.charge, found.stages) == (None, None, ("pool",))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("next", Otherwise("next")),
        ("wait", Otherwise("wait")),
        ("desk", Otherwise("desk")),
        ("pool dach", Otherwise("pool", "dach")),
    ],
)
def test_otherwise_has_four_forms(said: str, meant: Otherwise) -> None:
    assert rule(f'otherwise = "{said}"').otherwise == meant


def test_a_desk_rule_needs_nobody_by_name() -> None:
    text = SMALL_POLICY.replace('who = ["pool all"]', 'how = "manual"\ndesk = "ann"')
    assert policy(text).rules[0].tiers[0].who == ()


def test_expected_may_look_at_the_lead_and_the_rep() -> None:
    found = rule("how = \"best_fit\"\nexpected = 'employees * rep.skill.fintech + rep.seniority'")
    assert found.expected is not None
    assert found.expected.value({"employees": 10, "rep.skill.fintech": 4, "rep.seniority": 2}, 0) == 42


def test_the_policy_knows_which_fields_it_reads() -> None:
    assert policy().reads >= {"seats", "plan", "industry", "country", "language", "account.owner", "pages", "received"}
    assert "rep.seniority" not in policy().reads


def test_expected_reads_only_the_leads_own_fields() -> None:
    found = policy(with_rule("how = \"best_fit\"\nexpected = 'employees * rep.seniority'"))
    assert found.reads == {"employees"}


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("territory", {"country", "state", "city", "postal_code"}),
        ("skill {use_case}", {"use_case"}),
        ("deal band", {"value"}),
        ("score band", {"score"}),
        ("account csm", {"account.csm"}),
        ("available", set()),
    ],
)
def test_words_read_fields_too(who: str, reads: set[str]) -> None:
    assert policy(SMALL_POLICY.replace('["pool all"]', f'["{who}"]')).reads == reads


def test_own_regions_win_and_may_extend_the_built_in() -> None:
    text = SMALL_POLICY + '[regions]\nDACH = ["DACH", "LI"]\nALPS = ["DACH", "FR"]\n'
    regions = policy(text).vocabulary.regions
    assert set(regions["DACH"]) == {"DE", "AT", "CH", "LI"}
    assert set(regions["ALPS"]) == {"DE", "AT", "CH", "LI", "FR"}


def test_regions_that_name_each_other_end() -> None:
    text = SMALL_POLICY + '[regions]\nA1 = ["B1", "DE"]\nB1 = ["A1", "FR"]\n'
    assert set(policy(text).vocabulary.regions["A1"]) == {"DE", "FR"}


def test_points_fade_from_a_time_of_the_lead() -> None:
    lines = '[fields.demo_at]\ntype = "time"\n[[score]]\npoints = -1.5\nbecause = "x"\nwhen = \'always\'\n'
    (found,) = policy(SMALL_POLICY + lines + 'half_life = "2h"\nsince = "demo_at"\n').scores
    assert (str(found.points), found.half_life, found.since) == ("-1.5", 2 * HOUR, "demo_at")


def test_a_built_in_field_may_be_declared_again_with_its_type() -> None:
    found = policy(SMALL_POLICY + '[fields.industry]\ntype = "text"\nlabel = "branch"\n')
    assert found.vocabulary.fields["industry"].label == "branch"


def test_an_account_may_have_fields_of_our_own() -> None:
    text = SMALL_POLICY.replace("'always'", "'account.health >= 3'") + '[fields."account.health"]\ntype = "integer"\n'
    assert policy(text).reads == {"account.health"}


# --- what is wrong with it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "what", "fix"),
    [
        ("hows = 'weighted'", "'hows' is not a known key here.", "Did you mean 'how'?"),
        ("how = 'weigthed'", 'how = "weigthed" is no way of handing over.', "Did you mean 'weighted'?"),
        ("charge = 'no'", 'charge = "no" is not true or false.', "Write, for example, charge = true."),
        ("clock = 'sun'", 'clock = "sun" is not one of working, wall.', ""),
        ("otherwise = 'pool dahc'", "there is no pool 'dahc'.", "Did you mean 'dach'?"),
        ("otherwise = 'give up'", 'otherwise = "give up" is not one of next, wait, desk, or pool and a name.', ""),
        ("desk = 'anne'", "there is no person 'anne' whose desk it could be.", "Did you mean 'ann'?"),
        ("desk = 'manager of dahc'", "there is no team, pool or territory 'dahc'.", "Did you mean 'dach'?"),
        ("reassign = 3", "reassign = 3 is not a table.", "Write, for example, reassign = { ... }."),
        ("reassign = { times = 0 }", "times = 0 is not 1 or more.", ""),
        ("reassign = { times = 1, to = 'x' }", "'to' is not a known key here.", "Known: then, times."),
        ("limit = 2", "limit says nothing when how is round_robin.", 'Take it out, or write how = "cherry_pick".'),
        ("expected = '1'", "expected says nothing when how is round_robin.", 'Take it out, or write how = "best_fit".'),
        ("when2 = 1", "'when2' is not a known key here.", "Did you mean 'when'?"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_used_is_told(lines: str, what: str, fix: str) -> None:
    found = of_rule(lines)
    assert (found.what, found.fix, found.line) == (what, fix, 7)


@pytest.mark.parametrize("value", ["15", "'0m'", "true", "'5 parsecs'", "{}"])
def test_a_length_of_time_is_a_text_longer_than_nothing(value: str) -> None:
    assert of_rule(f"stale_after = {value}").line == 7


@pytest.mark.parametrize("when", ["3", "['always']", "true"])
def test_a_condition_is_a_text(when: str) -> None:
    assert fault(SMALL_POLICY.replace("'always'", when)).fix == "Write, for example, when = 'always'."


@pytest.mark.parametrize("amount", ["true", "['x']"])
def test_an_amount_is_a_text_or_a_number(amount: str) -> None:
    assert fault(f"{SMALL_POLICY}[value]\namount = {amount}\n").fix == "Write, for example, amount = 'seats * 12'."
    assert policy(f"{SMALL_POLICY}[value]\namount = 500\n").value is not None


def test_an_escaped_text_is_told_with_its_column_too() -> None:
    found = fault(SMALL_POLICY.replace("'always'", '"\\"x\\" in pages and emploees > 5"'))
    assert (found.line, found.column) == (5, 28)


def test_more_rules_than_anybody_needs_are_refused() -> None:
    assert fault('name = "x"\n' + "[[rule]]\n" * 20_001).fix == "Use tables instead of rules."


def test_a_name_is_not_longer_than_two_hundred_characters() -> None:
    assert fault(SMALL_POLICY.replace("Everybody", "x" * 201)).fix == "Shorten it."


def test_widening_needs_stages() -> None:
    assert of_rule("how = 'shotgun'\nwiden_after = '1m'").what == "widen_after without stages."


@pytest.mark.parametrize("stages", ["[3, 1]", "[1, 1]", '["pool", 3]', "[0]", "[]", "3", "[true]", "['x']", "[[1]]"])
def test_stages_rise(stages: str) -> None:
    assert of_rule(f"how = 'shotgun'\nstages = {stages}").line == 8


@pytest.mark.parametrize("who", ["3", "[]", "[1]", "[[]]", "[['pool dach'], 3]", "{ a = 1 }", "true"])
def test_who_is_a_list_of_words(who: str) -> None:
    assert fault(SMALL_POLICY.replace('["pool all"]', who)).line == 6


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("when = 'always'\n", "when is missing."),
        ('who = ["pool all"]\n', "who is missing."),
        ('name = "Everybody"\n', "name is missing."),
    ],
)
def test_a_rule_has_a_name_a_when_and_a_who(line: str, what: str) -> None:
    found = fault(SMALL_POLICY.replace(line, ""))
    assert (found.what, found.line) == (what, 3)


def test_a_condition_is_told_with_the_column_in_the_file() -> None:
    found = fault(SMALL_POLICY.replace("always", "emploees > 5"))
    assert (found.line, found.column) == (5, 9)
    assert found.fix == "Did you mean employees?"


def test_a_word_is_told_with_its_own_line() -> None:
    found = fault(SMALL_POLICY.replace('["pool all"]', '[\n  "pool dach",\n  "pol x",\n]'))
    assert found.line == 8


def test_two_rules_of_one_name_are_told() -> None:
    assert "already on line 3" in fault(SMALL_POLICY + SMALL_POLICY.partition("\n\n")[2]).what


def test_who_and_tiers_do_not_go_together() -> None:
    assert of_rule("[[rule.tier]]\nwho = ['pool dach']").what.startswith("who and [[rule.tier]] both say")


def test_a_policy_without_rules_is_none() -> None:
    assert fault('name = "x"').what == "there is no rule."


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("[fields.seats]\ntype = 'intger'", 'type = "intger" is not one of text, texts, integer'),
        ("[fields.seats]\nlabel = 'x'", "the field seats has no type."),
        ("[fields.employees]\ntype = 'text'", "employees is a built-in field of type integer, not text."),
        ("[fields.email]\ntype = 'text'\npersonal = false", "email identifies a person"),
        ("[fields.'a b']\ntype = 'text'", '"a b" cannot be the name of a field.'),
        ("[fields.seats]\ntype = 'integer'\ncurrency = 'EUR'", "only a field of type money has a currency."),
        ("[fields.price]\ntype = 'money'\ncurrency = 'USD'", "amounts are kept in the policy's own currency, EUR."),
        ("fields = 3", "fields = 3 is not a table."),
        ("[tables.price]", "the table price is empty."),
        ("[tables.price]\na = 1\nb = 'x'", "the table price has numbers and texts."),
        ("[tables.price]\na = [1]", "a = [1] is not a number or a text."),
        ("[tables.industry]\na = 1", "'industry' is a field as well as a table."),
        ("[regions]\nHOME = ['Germany']", "the area 'Germany'"),
        ("[regions]\nHOME = []", "HOME = [] is not a list of places."),
        ("[regions]\nindustry = ['DE']", "'industry' is a region and something else as well."),
        ("[rates]\nusd = 0.9", '"usd" is no currency code.'),
        ("[rates]\nUSD = 0", "USD = 0 is not a rate above 0."),
        ("[rates]\nEUR = 2", "EUR is the policy's own currency; its rate is 1."),
        ("[value]", "[value] has no amount."),
        ("[value]\namount = 'industry'", "This gives a text"),
        ("[value]\namount = 'score * 2'", "score is not known yet where amount is worked out."),
        ("[[score]]\nbecause = 'x'\nwhen = 'always'", "points is missing."),
        (
            "[[score]]\npoints = 1\nbecause = 'x'\nwhen = 'score > 1'",
            "score is not known yet where when is worked out.",
        ),
        ("[[score]]\npoints = 1\nbecause = 'x'\nwhen = 'always'\nsince = 'received'", "since without half_life."),
        (
            "[[score]]\npoints = 1\nbecause = 'x'\nwhen = 'always'\nhalf_life='1d'\nsince = 'plan'",
            'since = "plan" is not',
        ),
        ("[[screen]]\nwhen = 'always'", "a screen needs either reject or review."),
        ("[[screen]]\nreject = ''\nwhen = 'always'", "reject is missing."),
        ("[[screen]]\nreject = 'x'", "when is missing."),
        ("screen = 3", "screen = 3 is not a list of tables."),
        ("currency = 'euro'", 'currency = "euro" is not a currency code of three capital letters.'),
    ],
)
def test_what_is_not_about_rules_is_checked_too(lines: str, what: str) -> None:
    text = f"{lines}\n{SMALL_POLICY}" if re.match(r"\w+ =", lines) else f"{SMALL_POLICY}\n{lines}\n"
    assert fault(text).what.startswith(what)


def test_everything_that_is_wrong_is_told_at_once_and_in_order() -> None:
    text = SMALL_POLICY.replace("always", "x >").replace("all", "al") + "how = 'x'\nlimit = -1\n[values]\n"
    lines = [found.line for found in faults(text)]
    assert lines == sorted(lines)
    assert set(lines) >= {5, 6, 7, 8, 9}


def test_of_very_many_faults_only_the_first_are_told() -> None:
    found = faults(SMALL_POLICY + "".join(f"key{number} = 1\n" for number in range(2_000)))
    assert (len(found), found[-1].what) == (501, "and 1,500 more like these.")


# --- any text at all -------------------------------------------------------------------------------------------------

LINES = st.sampled_from([line for line in POLICY.split("\n") if line])
KEYS = st.sampled_from(sorted({key for keys in POLICY_KEYS.values() for key in keys}))
VALUES = st.sampled_from(
    ["1", "-1", "true", '"x"', "[]", "{}", "[[1]]", "1e9", "2026-01-01", "[{}]", '[["pool dach"]]']
)
PAIRS = st.builds("{} = {}".format, KEYS, VALUES)


@given(st.text(max_size=100) | st.lists(LINES | PAIRS, max_size=12).map("\n".join))
@example('name = "x"\nrule = [1]')
@example('name = "x"\nrule = [{ tier = [{ who = [[["x"]]] }] }]')
@settings(max_examples=250)
def test_any_text_is_a_policy_or_bad_input(text: str) -> None:
    assert tried(text) != ()


@given(st.integers(0, POLICY.count("\n")), KEYS, VALUES)
@settings(max_examples=150)
def test_a_line_too_many_anywhere_is_read_or_told(number: int, key: str, value: str) -> None:
    lines = POLICY.split("\n")
    found = tried("\n".join([*lines[:number], f"{key} = {value}", *lines[number:]]))
    assert found is None or {one.where for one in found} == {"policy.toml"}


def test_a_thousand_rules_are_read_quickly() -> None:
    when = "when = 'country in DACH and employees >= {0}'"
    one = f'[[rule]]\nname = "r{{0}}"\n{when}\nwho = [["pool dach", "skill fintech >= 3"]]\n'
    before = process_time()
    found = policy('name = "x"\n' + "".join(one.format(number) for number in range(1_000)))
    assert len(found.rules) == 1_000
    assert process_time() - before < 20  # about a second on a free machine


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", POLICY_KEYS)
def test_every_key_has_its_row_in_the_reference(table: str) -> None:
    assert [key for key in POLICY_KEYS[table] if f"| `{key}` |" not in PAGE] == []


def test_the_example_of_the_reference_is_a_policy() -> None:
    example_text = next(code for code in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[rule]]" in code)
    assert read_policy(example_text, SETUP.roster).rules
