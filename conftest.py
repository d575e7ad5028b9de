"""Run every Python example: in the docs, in the README and in docstrings.

Nothing can be skipped: no parser for skip comments is loaded. The examples of a page share their names from top to
bottom, so a page must stay on one worker: `--dist loadfile`.
"""

from sybil import Sybil
from sybil.parsers.doctest import DocTestParser
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.sybil import SybilCollection

pytest_collect_file = SybilCollection(
    [
        Sybil(parsers=[PythonCodeBlockParser()], path=".", pattern="*.md"),
        Sybil(parsers=[DocTestParser()], path="src", pattern="*.py"),
    ]
).pytest()
