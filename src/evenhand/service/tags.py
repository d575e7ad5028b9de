"""Entity tags: a reader learns which version they have seen, and an edit says which one it was made on.

    GET  answers with `ETag: "..."`:   return tagged(found, tag_of(row))
    PUT  brings  `If-Match: "..."`:    await room.do(unchanged, given=if_match(request), ...)

Look and edit in one transaction: call `check(given, tag_of(row))` inside the verb, where nobody can come between.
"""

from hashlib import blake2b
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request

from evenhand.errors import NoTag, Overtaken
from evenhand.service.answers import Answer

T = TypeVar("T")

ANY: Final = "*"  # as If-Match: whatever there is, as long as there is something
_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode


def tag_of(*seen: object) -> str:
    """The tag of what somebody sees: equal exactly if all of this is equal. Rows, texts, numbers, None will do."""
    return f'"{blake2b(_ENCODE(seen), digest_size=12).hexdigest()}"'


def tagged(content: T, tag: str, *, status: int = 200) -> Answer[T]:
    """An answer that says which version it shows."""
    return Answer(content, status_code=status, headers={"ETag": tag})


def if_match(request: Request[Any, Any, Any]) -> str:
    """What a request says about the version that it was made on; "" if it says nothing."""
    return str(request.headers.get("if-match", ""))


def check(given: str, now: str, *, required: bool = True) -> None:
    """Raise Overtaken (412) unless one of the tags given is the one of now, and NoTag (428) if none was given."""
    if not given:
        if required:
            raise NoTag("send If-Match with the ETag of what you have seen, so that nobody's edit is lost; or *.")
        return
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    if now not in tags and ANY not in tags:
        raise Overtaken("it has been changed since you have seen it: get it again, and make your edit on that.")
