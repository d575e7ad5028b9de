"""Answers as JSON in our own way: amounts as numbers, not as text."""

from typing import Annotated, Any, Final, TypeAlias, TypeVar

from litestar import Response
from msgspec import Meta, Raw, json

T = TypeVar("T")

UNCOMPRESSED: Final = (
    "uncompressed"  # in the `opt` of a route whose answer must not be held back until it fills a block
)
ENCODE: Final = json.Encoder(decimal_format="number").encode

# JSON that is put into words elsewhere, as the API's description has it.
DECISION: Final = "Decision"
_DECISION: Final = {"$ref": f"#/components/schemas/{DECISION}"}
DecisionRecord: TypeAlias = Annotated[Raw, Meta(extra_json_schema=_DECISION)]
DecisionOrNull: TypeAlias = Annotated[Raw, Meta(extra_json_schema={"anyOf": [_DECISION, {"type": "null"}]})]
AnObject: TypeAlias = Annotated[Raw, Meta(extra_json_schema={"type": "object"})]


class Answer(Response[T]):
    """What a handler gives back."""

    def render(self, content: Any, media_type: str, enc_hook: Any = None) -> bytes:  # noqa: ARG002  as the framework calls it
        """Bytes and text as they are, anything else as JSON."""
        if isinstance(content, bytes):
            return content
        if isinstance(content, str):
            return content.encode()
        return ENCODE(content)
