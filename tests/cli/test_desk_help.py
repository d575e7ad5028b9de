"""The help of every command: there is some, with an example that the command itself can read."""

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from evenhand.cli.main import built

TOP = typer.main.get_command(built())


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:  # typer keeps its click to itself
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, word))
        else:
            yield " ".join((*path, word)), command


ALL = dict(commands(TOP))


@pytest.mark.parametrize("path", ALL)
def test_every_command_has_an_example_that_it_can_read(path: str) -> None:
    _, _, example = (ALL[path].help or "").partition("Example: evenhand ")
    words = shlex.split(example.partition(" > ")[0])
    assert words[: path.count(" ") + 1] == path.split()
    ALL[path].make_context(path, words[path.count(" ") + 1 :])


def options(path: str) -> set[str]:
    return {option for param in ALL[path].params for option in param.opts}


@pytest.mark.parametrize("path", [path for path in ALL if "--as" in options(path)])
def test_whoever_may_say_who_does_it_may_say_on_which_desk(path: str) -> None:
    assert {"--database", "--workspace"} <= options(path)
