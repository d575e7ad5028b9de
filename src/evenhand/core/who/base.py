"""What every WHO word promises."""

from collections.abc import Sequence
from typing import Protocol

from evenhand.core.case import Case
from evenhand.core.codes import Exclusion
from evenhand.core.model import Rep


class Word(Protocol):
    """One condition on the people who may have a lead."""

    def judge(self, rep: Rep, case: Case, /) -> Exclusion | None:
        """Why this rep may not have this lead; `None` when there is no objection."""
        ...

    def names(self, case: Case, /) -> Sequence[str] | None:
        """The ids of the only people this word could allow; `None` when it could be anybody."""
        ...

    def praise(self, rep: Rep, case: Case, /) -> str:
        """Why this rep fits, as a short phrase: `fintech level 4`."""
        ...

    def say(self) -> str:
        """The word in plain English, after "somebody": `in pool dach`."""
        ...
