"""The names by which Slack tells us what was clicked; old messages carry them for years."""

from __future__ import annotations

# The slash command
COMMAND = "/lead"

# Buttons. On a card their value is the id of the handoff.
ACCEPT = "accept"
REJECT = "reject"
DETAILS = "details"
UNDO = "undo"

# On a proposed definition their value is the number of the version and the teams to speak for,
# such as "7:sales".
APPROVE = "approve"
DECLINE = "decline"
CHANGES = "changes"

# A button whose value is the text of a slash command, such as "list mql page 2".
RUN = "run"

# A button of the Home that turns the pages of one of its parts.
TURN = "turn"

# Views
REJECT_FORM = "reject_form"
DETAILS_VIEW = "details_view"
DECLINE_FORM = "decline_form"

# The fields of the reject form: block and action bear the same name.
REASON = "reason"
COMMENT = "comment"
WAKE_ON = "wake_on"


def approve(team: str) -> str:
    """The name of the APPROVE button of a team, where a message has one for each."""
    return f"{APPROVE}:{team}"


def run(number: int) -> str:
    """The name of the `number`-th of several RUN buttons in one message."""
    return f"{RUN}:{number}"


def turn(section: str, step: int) -> str:
    """The name of the button that goes a page forth (1) or back (-1) in a part of the Home."""
    return f"{TURN}:{section}:{step}"
