"""The texts in force are followed: whoever holds a copy is given the new one, once."""

from evenhand.reading.setup import Setup
from evenhand.workers.texts import EVERY, Texts
from tests.desk import POLICY, Trial


def test_whoever_holds_a_copy_is_given_the_new_texts_once(trial: Trial) -> None:
    told = list[Setup]()
    texts = Texts(trial.desk, told.append)
    assert [texts.step(), texts.next()] == [False, trial.now + EVERY]
    assert [setup.policy.rules[-1].name for setup in told] == ["All"]
    trial.publish(policy=POLICY.replace('"All"', '"Everybody"'))
    texts.step()
    assert len(told) == 1
    for _ in range(2):
        trial.now += EVERY
        texts.step()
    assert [setup.policy.rules[-1].name for setup in told] == ["All", "Everybody"]


def test_a_clock_that_was_set_back_stops_nothing(trial: Trial) -> None:
    told = list[Setup]()
    texts = Texts(trial.desk, told.append)
    texts.step()
    trial.publish(policy=POLICY.replace('"All"', '"Everybody"'))
    trial.now -= 10 * EVERY
    texts.step()
    assert len(told) == 2
