"""Edits of a roster's text; see `roster.py`."""

from evenhand.reading.edits.roster import NAMES, added, edited, merged, own_document, removed, table_of
from evenhand.reading.edits.steps import Add, Drop, Kind, Put, Said, Step, Take

__all__ = [
    "NAMES",
    "Add",
    "Drop",
    "Kind",
    "Put",
    "Said",
    "Step",
    "Take",
    "added",
    "edited",
    "merged",
    "own_document",
    "removed",
    "table_of",
]
