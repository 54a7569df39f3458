"""The few shapes that our messages are made of, each held to Slack's limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
    TextObject,
)

from handlers.slack.views.text import TEXT_LIMIT, clip_marked, escape, plain

HEADER_LIMIT = 150
BUTTON_LIMIT = 75
NOTHING = "–"
_FACTS = 5  # of two fields each


def plain_text(text: str, limit: int = TEXT_LIMIT) -> PlainTextObject:
    """Text that Slack shows as it stands; the first choice for what strangers wrote."""
    return PlainTextObject(text=plain(text, limit), emoji=False)


def marked(text: str) -> MarkdownTextObject:
    """Text with marks and mentions of ours; addresses in it do not become links by themselves."""
    return MarkdownTextObject(text=clip_marked(text), verbatim=True)


def header(text: str) -> Block:
    """The first line."""
    return HeaderBlock(text=plain_text(text, HEADER_LIMIT))


def said(text: str) -> Block:
    """A paragraph of plain text."""
    return SectionBlock(text=plain_text(text))


def told(text: str, *, button: ButtonElement | None = None) -> Block:
    """A paragraph of marked text, with a button beside it if wanted."""
    return SectionBlock(text=marked(text), accessory=button)


def facts(pairs: Sequence[tuple[str, str]]) -> list[Block]:
    """Labels beside their values, as few blocks as possible; none where there are no facts."""
    return [
        SectionBlock(fields=[text for pair in pairs[at : at + _FACTS] for text in _fact(pair)])
        for at in range(0, len(pairs), _FACTS)
    ]


def _fact(pair: tuple[str, str]) -> tuple[TextObject, TextObject]:
    label, value = pair
    return marked(f"*{escape(label) or NOTHING}*"), plain_text(plain(value, 300) or NOTHING)


def context(*texts: str | TextObject) -> Block:
    """A line in small print; strings are marked text, and become one."""
    marks = "  ·  ".join(text for text in texts if isinstance(text, str))
    objects = [text for text in texts if not isinstance(text, str)]
    return ContextBlock(elements=[*([marked(marks)] if marks else []), *objects])


def button(
    text: str, action_id: str, value: str, *, hears: str | None = None, primary: bool = False
) -> ButtonElement:
    """A button; `hears` is what a screen reader says where the text alone would not do."""
    return ButtonElement(
        text=plain_text(text, BUTTON_LIMIT),
        action_id=action_id,
        value=value,
        style="primary" if primary else None,
        accessibility_label=plain(hears, BUTTON_LIMIT) if hears else None,
    )


def menu(action_id: str, options: Sequence[Option]) -> InteractiveElement:
    """What is seldom needed, behind three dots."""
    return OverflowMenuElement(action_id=action_id, options=options)


def actions(block_id: str, buttons: Iterable[InteractiveElement]) -> Block:
    """A row of buttons."""
    return ActionsBlock(block_id=block_id, elements=list(buttons))
