"""A message: what is posted, and the one sentence that a notification or a screen reader tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import Block

_PLAIN = 3000  # characters


@dataclass(frozen=True, slots=True)
class Message:
    """`text` stands for the whole message where blocks cannot be shown; it is never empty.

    `spare` blocks are said where Slack does not take the others, such as an image that it cannot
    fetch.
    """

    text: str
    blocks: Sequence[Block]
    spare: Sequence[Block] = ()

    def payload(self) -> dict[str, Any]:
        """As Slack's Web API and response URLs take it."""
        return {"text": self.text, "blocks": [block.to_dict() for block in self.blocks]}

    def ways(self) -> Iterator[dict[str, Any]]:
        """How to say it: as it is meant, else with the spare blocks, else in plain text."""
        yield self.payload()
        if self.spare:
            yield replace(self, blocks=self.spare).payload()
        yield self.plain()

    def plain(self) -> dict[str, Any]:
        """The same without blocks, where Slack does not take them."""
        return {"text": self.text[:_PLAIN], "blocks": []}
