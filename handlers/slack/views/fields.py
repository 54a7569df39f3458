"""Fields: the inputs that our forms are made of; block and action of each bear one name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    UserMultiSelectElement,
)
from slack_sdk.models.blocks.block_elements import CheckboxesElement

from handlers.slack.views.blocks import plain_text

OPTION_LIMIT = 75
OPTIONS_MOST = 100
Choices = Iterable[tuple[str, str]]
"""What may be picked: the value and what a person reads."""


def field(
    element: InputInteractiveElement | PlainTextInputElement | RadioButtonsElement,
    label: str,
    hint: str | None = None,
    *,
    optional: bool = False,
) -> Block:
    """One input under its label."""
    return InputBlock(
        block_id=element.action_id,
        label=plain_text(label),
        hint=plain_text(hint) if hint else None,
        optional=optional,
        element=element,
    )


def line(name: str, value: str, *, most: int = 200, placeholder: str = "") -> PlainTextInputElement:
    """A line to type in."""
    return PlainTextInputElement(
        action_id=name,
        initial_value=value or None,
        max_length=most,
        placeholder=plain_text(placeholder) if placeholder else None,
    )


def pick(name: str, choices: Choices, chosen: str | None) -> StaticSelectElement:
    """One of many, in a list that opens."""
    options = options_of(choices)
    return StaticSelectElement(
        action_id=name,
        options=options,
        initial_option=next((each for each in options if each.value == chosen), None),
    )


def radio(name: str, options: Sequence[Option], chosen: str | None = None) -> RadioButtonsElement:
    """One of a few, all of which are seen."""
    return RadioButtonsElement(
        action_id=name,
        options=list(options),
        initial_option=next((each for each in options if each.value == chosen), None),
    )


def ticks(name: str, choices: Choices, chosen: Iterable[str]) -> CheckboxesElement:
    """Any of a few, all of which are seen."""
    options, ticked = options_of(choices), set(chosen)
    return CheckboxesElement(
        action_id=name,
        options=options,
        initial_options=[each for each in options if each.value in ticked] or None,
    )


def picks(name: str, choices: Choices, chosen: Iterable[str]) -> StaticMultiSelectElement:
    """Any of many, in a list that opens."""
    options, picked = options_of(choices), set(chosen)
    return StaticMultiSelectElement(
        action_id=name,
        options=options,
        initial_options=[each for each in options if each.value in picked] or None,
    )


def people(name: str, chosen: Iterable[str]) -> UserMultiSelectElement:
    """Any of the people in the team."""
    return UserMultiSelectElement(action_id=name, initial_users=sorted(chosen) or None)


def channel(name: str, chosen: str | None) -> ConversationSelectElement:
    """A channel of the team, public or private."""
    return ConversationSelectElement(
        action_id=name,
        initial_conversation=chosen,
        filter=ConversationFilter(
            include=["public", "private"],
            exclude_bot_users=True,
            exclude_external_shared_channels=False,
        ),
    )


def option(value: str, text: str, description: str | None = None) -> Option:
    """Something to be chosen."""
    return Option(
        value=value,
        text=plain_text(text, OPTION_LIMIT),
        description=plain_text(description, OPTION_LIMIT) if description else None,
    )


def options_of(choices: Choices) -> list[Option]:
    """Things to be chosen."""
    return [option(value, text) for value, text in choices]
