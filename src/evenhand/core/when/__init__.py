"""WHEN: the expression language of rules. `read` turns text into an `Expression`; one definition serves them all.

Fields are in `fields.py`, functions in `functions.py`. An expression answers
(`expression.py`), says itself (`say.py`), can be reasoned about (`reach.py`) and indexed (`index.py`).
"""

from evenhand.core.countries import REGIONS
from evenhand.core.when.expression import Expression, Want, read
from evenhand.core.when.fields import CATALOGUE, KINDS, Field, Kind, Vocabulary, vocabulary_with
from evenhand.core.when.functions import FUNCTIONS
from evenhand.core.when.index import Index
from evenhand.core.when.reach import Cover, Reach, covers_everything, reach
from evenhand.core.when.say import explain, say, why_unknown
from evenhand.core.when.text import facts, fold

__all__ = [
    "CATALOGUE",
    "FUNCTIONS",
    "KINDS",
    "REGIONS",
    "Cover",
    "Expression",
    "Field",
    "Index",
    "Kind",
    "Reach",
    "Vocabulary",
    "Want",
    "covers_everything",
    "explain",
    "facts",
    "fold",
    "reach",
    "read",
    "say",
    "vocabulary_with",
    "why_unknown",
]
