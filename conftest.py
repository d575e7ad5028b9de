"""Run every Python example: in the docs, in the README and in docstrings.

Nothing can be skipped: no parser for skip comments is loaded. The examples of a page share their names from top to
bottom, so a page must stay on one worker: `--dist loadfile`.
"""

from sybil import Sybil
from sybil.parsers.doctest import DocTestParser
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.sybil import SybilCollection

SERVED = ("docs/how-to/python-client.md",)  # pages whose examples ask a service: they have its `url` and a `key`

pytest_collect_file = SybilCollection(
    [
        Sybil(parsers=[PythonCodeBlockParser()], path=".", pattern="*.md", excludes=[*SERVED]),
        *[Sybil(parsers=[PythonCodeBlockParser()], path=".", pattern=page, fixtures=["url", "key"]) for page in SERVED],
        Sybil(parsers=[DocTestParser()], path="src", pattern="*.py"),
    ]
).pytest()
