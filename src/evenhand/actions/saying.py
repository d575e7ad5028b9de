"""A message in one plain sentence, for wherever nothing better is made of it. It names no lead's person.

To add a kind of message: a line below, and one in docs/reference/messages.md.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from evenhand.core.model import Millis
from evenhand.ports.notifier import Outgoing
from evenhand.reading.zones import find_zone

SAID: Final[Mapping[str, str]] = {
    "assigned": "lead {lead} is yours{until}.",
    "offered": "lead {lead} is offered: the first to accept has it.",
    "taken": "lead {lead} has been taken: somebody was faster.",
    "waiting": "lead {lead} waits, for nobody can take it now.",
    "held": "lead {lead} lies on the desk, to be assigned by hand.",
    "came again": "whoever lead {lead} is has come again.",
    "reminder": "lead {lead} still has no answer; it is yours{until}.",
    "snoozed": "lead {lead} was put off until now.",
    "overdue": "lead {lead} is overdue, and still yours.",
    "moved on": "lead {lead} had no answer in time, and is no longer yours.",
    "taken away": "lead {lead} is no longer yours: a manager has decided so.",
    "merged": "lead {lead} has become part of another one.",
    "erased": "whoever lead {lead} was has been erased, and with that the lead is closed.",
    "disputed": "a decision about lead {lead} is disputed.",
    "upheld": "your dispute about lead {lead} was upheld.",
    "dismissed": "your dispute about lead {lead} was dismissed.",
    "not fetched": "a lead could not be fetched from its sender: look at the sources.",
    "webhook off": "a webhook could not be reached for so long that it was turned off: look at the webhooks.",
    "finding": "something is not as it must be: look at the findings.",
    "digest": "this is how things stand.",
    "test": "this is a test: whoever can read it can be told.",
}
_OTHER: Final = "news of lead {lead}: {kind}."


def say(message: Outgoing) -> str:
    """`Ann, lead 7 is yours until 09:29.`"""
    until = "" if message.due is None else f" until {_clock(message.due, message)}"
    said = SAID.get(message.kind, _OTHER).format(lead=message.lead, until=until, kind=message.kind)
    return f"{message.name}, {said}" if message.name else said[0].upper() + said[1:]


def _clock(due: Millis, message: Outgoing) -> str:
    """The time on the person's own clock, with the day if that is another one than the message's."""
    zone = find_zone(message.zone)
    then, now = (datetime.fromtimestamp(at / 1000, zone) for at in (due, message.at))
    return then.strftime("%H:%M" if then.date() == now.date() else "%Y-%m-%d %H:%M")
