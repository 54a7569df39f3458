"""Text as Slack reads it: what strangers wrote cannot call, link, disguise or overflow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo

from babel.dates import format_date, format_skeleton, format_time, format_timedelta

from handlers.i18n import Say

VALUE_LIMIT = 200
TEXT_LIMIT = 3000
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_GROUP = re.compile(r"S[A-Z0-9]{2,}")
_KEPT_FORMATS = ("\u200d",)  # joins emoji and letters of some scripts
_HALF_A_MARK = re.compile(r"(?:&\w{0,4}|<[^>]*)…$")
_ROOM_FOR_THE_COUNT = 60
_TAG = re.compile(r"[\U000e0000-\U000e007f]")


def tidy(text: str) -> str:
    """One line without characters that cannot be seen or that turn the direction of reading."""
    seen = "".join(map(_visible, _TAG.sub("", text)))
    return " ".join(seen.split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    hidden = category in ("Cf", "Cs", "Co", "Cn") and character not in _KEPT_FORMATS
    return "" if hidden else character


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, as Slack counts them (an emoji is two); an ellipsis says so."""
    units = text.encode("utf-16-le", "replace")
    if len(units) <= 2 * limit:
        return text
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


def plain(text: str, limit: int = VALUE_LIMIT) -> str:
    """For plain_text, which Slack shows as it stands: tidy, and never too long."""
    return clip(tidy(text), limit)


def escape(text: str, limit: int = VALUE_LIMIT) -> str:
    """For mrkdwn: tidy, clipped before it is escaped, and without any power of its own."""
    harmless = plain(text, limit).replace("&", "&amp;").replace("<", "&lt;")
    return harmless.replace(">", "&gt;")


def mention(user_id: str) -> str:
    """A person by the name that each reader's Slack knows; never a call to whoever is no user."""
    return f"<@{user_id}>" if is_user(user_id) else escape(user_id)


def summons(ids: Iterable[str]) -> str:
    """A call to the user groups among these."""
    return " ".join(f"<!subteam^{id}>" for id in ids if _GROUP.fullmatch(id))


def is_user(actor: str) -> bool:
    """Whether this is the id of a Slack user, rather than the name of a machine."""
    return _USER.fullmatch(actor) is not None


def linked(url: str, label: str) -> str:
    """A link to an address of our own making."""
    return f"<{escape(url, TEXT_LIMIT)}|{escape(label).replace('|', '¦')}>"


def clip_marked(text: str, limit: int = TEXT_LIMIT) -> str:
    """Clip marked text without leaving half of a mark at its end."""
    clipped = clip(text, limit)
    return clipped if clipped == text else _HALF_A_MARK.sub("…", clipped)


def lines(texts: Iterable[str], say: Say, *, limit: int = TEXT_LIMIT, of: int | None = None) -> str:
    """One under the other; where they are too long together the rest is counted, not shown.

    `of` is how many texts there are; where it is given, those that do not fit are never made.
    """
    if of is None:
        texts = list(texts)
        of = len(texts)
    shown: list[str] = []
    room = limit - _ROOM_FOR_THE_COUNT
    for text in texts:
        room -= _length(text) + 1
        if room < 0 and shown:
            break
        shown.append(text)
    if rest := of - len(shown):
        kept = clip_marked("\n".join(shown), limit - _ROOM_FOR_THE_COUNT)
        return "\n".join([kept, say("more-lines", count=rest)])
    return clip_marked("\n".join(shown), limit)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


# Time


def when(at: datetime, *, zone: tzinfo, say: Say) -> str:
    """A moment for mrkdwn: in the reader's own zone, else in the workspace's."""
    otherwise = escape(local_time(at, zone=zone, say=say))
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{otherwise}>"


def local_time(at: datetime, *, zone: tzinfo, say: Say) -> str:
    """A moment for plain_text, in the workspace's zone, such as "Mon, Nov 24, 09:00"."""
    local = at.astimezone(zone)
    clock = format_time(local, "HH:mm" if say.locale == "en" else "H:mm", locale=say.locale)
    return say("moment", day=day(local.date(), say=say), time=clock)


def day(on: date, *, say: Say) -> str:
    """A calendar day with its weekday, such as "Mon, Nov 24"."""
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return str(format_skeleton("MMMEd", midnight, locale=say.locale))


def full_date(on: date, *, say: Say) -> str:
    """A calendar day with its year."""
    return str(format_date(on, "long", locale=say.locale))


def span(between: timedelta, *, say: Say) -> str:
    """A length of time in words, such as "2 hours"; short ones to the minute."""
    length = max(abs(between), timedelta(minutes=1))
    words = format_timedelta(length, granularity="minute", threshold=1.5, locale=say.locale)
    return words.replace(" ", "") if say.locale == "ja" else words
