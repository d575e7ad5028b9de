"""What is said when a policy or a roster has come into force."""

from collections.abc import Mapping
from typing import Final

from evenhand.actions.texts import Published
from evenhand.cli.show import out, plain
from evenhand.cli.told import show_json
from evenhand.ports.rows import TextKind

_SAID: Final[Mapping[TextKind, str]] = {"policy": "Policy", "roster": "Team"}


def show_published(answer: Published, *, as_json: bool) -> None:
    """The new versions, and who joins and leaves which pool."""
    if as_json:
        show_json(answer)
        return
    console = out()
    for kind, number in answer.versions.items():
        console.print(plain(f"{_SAID[kind]}: version {number} is in force."))
    if not answer.versions:
        console.print("Nothing has changed: that is in force already.")
    for verb, pools in (("join", answer.joined), ("leave", answer.left)):
        for pool, reps in pools.items():
            console.print(plain(f"Pool {pool}: {', '.join(reps)} {verb if len(reps) > 1 else f'{verb}s'}."))
