"""The names by which Slack tells us what was clicked; old messages carry them for years."""

from __future__ import annotations

from core.domain.reminder import Snooze
from core.domain.stages import Verb

# The slash command
COMMAND = "/lead"

# Buttons. On a card their value is the id of the handoff.
ACCEPT = Verb.ACCEPT.value
REJECT = Verb.REJECT.value
DETAILS = "details"
UNDO = Verb.UNDO.value

# A menu whose choices are a verb and the handoff, such as "recycle:ho_1".
MORE = "more"

# A button that opens the form of a verb first, whatever it is, such as "ask:accept".
ASK = "ask"

# On a proposed definition their value is the number of the version and the teams to speak for,
# such as "7:sales".
APPROVE = "approve"
DECLINE = "decline"
CHANGES = "changes"

# A button whose value is the text of a slash command, such as "list mql page 2".
RUN = "run"

# The same, but answered beside the message that it stands in, which stays as it is.
ASIDE = "aside"

# Of what was asked about a digest: tell it to the channel, and make a file of it.
SHARE = "share"
TABLE = "table"

# A button of the Home that turns the pages of one of its parts.
TURN = "turn"

# Below a reminder. The value is the id of the message in which it is told.
SNOOZE = "snooze"

# What somebody picks among Slack's own shortcuts; the manifest names them too.
ADD_SHORTCUT = "add_lead"
MESSAGE_SHORTCUT = "lead_of_message"

# What a lead in nurturing was sent. The value is the handoff and the offer, such as "ho_1:story".
SENT = "offer_sent"

# Views
REJECT_FORM = "reject_form"
DETAILS_VIEW = "details_view"
DECLINE_FORM = "decline_form"
ADD_FORM = "add_form"
WAKE_FORM = "wake_date_form"
ASSIGN_FORM = "assign_form"
SETTINGS_FORM = "settings_form"
DIGEST_FORM = "settings_digest_form"
REASON_FORM = "settings_reason_form"
ROUTE_FORM = "settings_route_form"
OWN_FORM = "own_form"

# Before the id of a rule of routing, which may be any word.
RULE = "rule:"

# The fields of a form: block and action bear the same name.
REASON = "reason"
COMMENT = "comment"
WAKE_ON = "wake_on"
BELONGS_TO = "belongs_to"
TO = "to"
EMAIL = "email"
PHONE = "phone"
NAME = "name"
COMPANY = "company"
TITLE = "title"
COUNTRY = "country"
SOURCE = "source"
SECTION = "section"
WHICH = "which"
CHANNEL = "channel"
CADENCE = "cadence"
WEEKDAY = "weekday"
DAY = "day"
TIME = "time"
ZONE = "timezone"
LANGUAGE = "language"
SKIPS = "skips"
KEEP = "keep"
VERB = "verb"
CLASS = "class"
THEN = "then"
NEEDS = "needs_comment"
WHEN = "when"
MODE = "mode"
SEATS = "seats"
CAPACITY = "capacity"
QUIET = "quiet"
BACK_ON = "back_on"


def section_form(section: str) -> str:
    """The name of the form of one part of the settings."""
    return f"settings_form:{section}"


def part(setting: str, name: str) -> str:
    """The name of the field of one part of a setting."""
    return f"{setting}.{name}"


def groups_of(setting: str) -> str:
    """The name of the field of the user groups that have a role."""
    return f"{setting}.groups"


def label(locale: str) -> str:
    """The name of the field of a label in one language."""
    return f"label.{locale}"


def approve(team: str) -> str:
    """The name of the APPROVE button of a team, where a message has one for each."""
    return f"{APPROVE}:{team}"


def snooze(by: Snooze) -> str:
    """The name of the button that puts a reminder off for so long."""
    return f"{SNOOZE}:{by.value}"


def run(number: int) -> str:
    """The name of the `number`-th of several RUN buttons in one message."""
    return f"{RUN}:{number}"


def turn(section: str, step: int) -> str:
    """The name of the button that goes a page forth (1) or back (-1) in a part of the Home."""
    return f"{TURN}:{section}:{step}"


def details(place: int) -> str:
    """The name of one of several DETAILS buttons in one message."""
    return f"{DETAILS}:{place}"


def step(verb: Verb, undoing: Verb | None = None) -> str:
    """The name of a verb's button; of undoing, with what it means to take back."""
    return f"{verb.value}:{undoing.value}" if undoing else verb.value


def asks(verb: Verb, undoing: Verb | None = None) -> str:
    """The name of the button that opens the verb's form."""
    return f"{ASK}:{step(verb, undoing)}"


def choice(verb: Verb, handoff: str) -> str:
    """What a choice in the menu of a card carries."""
    return f"{verb.value}:{handoff}"


def form(verb: Verb, undoing: Verb | None = None) -> str:
    """The name of a verb's form; of undoing, with what it means to take back."""
    return f"{verb.value}_form:{undoing.value}" if undoing else f"{verb.value}_form"


def sending(handoff: str, offer: str) -> str:
    """What the SENT button carries."""
    return f"{handoff}:{offer}"


def meant(step: str) -> tuple[Verb | None, Verb | None]:
    """The verb that the name of a button or form means, and for undoing what; None for neither."""
    name, _, undone = step.partition(":")
    return _verb(name.removesuffix("_form")), _verb(undone)


def _verb(name: str) -> Verb | None:
    return Verb(name) if name in Verb._value2member_map_ else None
