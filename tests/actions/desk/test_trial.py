"""The desk that the tests of the verbs stand on: that it does what a desk does."""

from evenhand.core.model import HOUR, MINUTE
from tests.desk import Trial


def test_leads_come_in_and_are_handed_out_in_turn_on_either_database(each_trial: Trial) -> None:
    leads = each_trial.come(3)
    assert leads == [1, 2, 3]
    assert sorted(each_trial.state(lead) for lead in leads) == ["assigned ann", "assigned bob", "assigned cy"]
    assert set(each_trial.credits().values()) == {0.0}


def test_what_is_offered_is_offered_to_all_three(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    assert trial.state(lead) == "offered ann bob cy"
    assert sorted(trial.told(lead)) == ["offered ann", "offered bob", "offered cy"]


def test_when_time_passes_the_silent_holder_is_reminded_and_then_loses_the_lead(trial: Trial) -> None:
    lead = trial.comes()
    first = trial.row(lead).rep
    trial.later(45 * MINUTE)
    assert trial.told(lead) == [f"assigned {first}", f"reminder {first}"]
    trial.later(HOUR)
    assert trial.row(lead).rep not in (None, first)
    assert f"moved on {first}" in trial.told(lead)
