"""What is remembered once under its own key: what Slack sent, what we answered, people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from core.ports import KeptAnswer, KeptPicture, Person
from storage.prepared import Prepared, Write, send
from storage.sweeping import forgetting
from storage.tables import answer, inbox, person, picture
from storage.upsert import insert_new, insert_or_update

_INSERT_KEY = Prepared(insert_new(inbox))
_INSERT_ANSWER = insert_new(answer)
_ANSWER = select(answer.c.fingerprint, answer.c.status, answer.c.body).where(
    answer.c.workspace == bindparam("workspace"), answer.c.key == bindparam("key")
)
_INSERT_PICTURE = insert_new(picture)
_PICTURE = select(picture.c.digest_id, picture.c.content, picture.c.alt).where(
    picture.c.workspace == bindparam("workspace"), picture.c.digest_id == bindparam("digest_id")
)
_KEEP_PERSON = insert_or_update(person, key=("workspace", "id"))
_PEOPLE = select(
    person.c.id,
    person.c.name,
    person.c.locale,
    person.c.seen_at,
    person.c.standing,
    person.c.timezone,
).where(person.c.workspace == bindparam("workspace"))
_PERSON = Prepared(_PEOPLE.where(person.c.id == bindparam("id")))
_SEVERAL = _PEOPLE.where(person.c.id.in_(bindparam("ids", expanding=True)))

_FORGET_KEYS = forgetting(inbox, inbox.c.seen_at)
_FORGET_ANSWERS = forgetting(answer, answer.c.answered_at)


def first_time(connection: Connection, workspace: str, key: str, *, at: datetime) -> bool:
    """Remember a key; False where it is known."""
    values = {"workspace": workspace, "key": key, "seen_at": at}
    return send(connection, [Write(_INSERT_KEY, [values], must_change=1)])


def keep_answer(
    connection: Connection, workspace: str, key: str, kept: KeptAnswer, *, at: datetime
) -> bool:
    """Remember an answer; False where the key has one."""
    values = {
        "workspace": workspace,
        "key": key,
        "fingerprint": kept.fingerprint,
        "status": kept.status,
        "body": kept.body,
        "answered_at": at,
    }
    return connection.execute(_INSERT_ANSWER, values).rowcount == 1


def find_answer(connection: Connection, workspace: str, key: str) -> KeptAnswer | None:
    """What was answered under this key."""
    row = connection.execute(_ANSWER, {"workspace": workspace, "key": key}).first()
    return KeptAnswer(*row) if row else None


def keep_picture(connection: Connection, workspace: str, kept: KeptPicture) -> None:
    """Keep the picture of a digest, unless it has one."""
    values = {"digest_id": kept.digest_id, "content": kept.content, "alt": kept.alt}
    connection.execute(_INSERT_PICTURE, {"workspace": workspace, **values})


def find_picture(connection: Connection, workspace: str, digest_id: str) -> KeptPicture | None:
    """The picture of this digest."""
    row = connection.execute(_PICTURE, {"workspace": workspace, "digest_id": digest_id}).first()
    return KeptPicture(*row) if row else None


def keep_person(connection: Connection, workspace: str, seen: Person) -> None:
    """Remember what Slack tells of somebody now."""
    values = {
        "workspace": workspace,
        "id": seen.id,
        "name": seen.name,
        "locale": seen.locale,
        "seen_at": seen.seen_at,
        "standing": seen.standing,
        "timezone": seen.timezone,
    }
    connection.execute(_KEEP_PERSON, values)


def find_person(connection: Connection, workspace: str, id: str) -> Person | None:
    """What Slack told of somebody."""
    row = _PERSON.first(connection, {"workspace": workspace, "id": id})
    return Person(*row) if row else None


def find_people(
    connection: Connection, workspace: str, ids: Collection[str]
) -> Mapping[str, Person]:
    """What Slack told of each of them of whom it was asked, by id."""
    rows = connection.execute(_SEVERAL, {"workspace": workspace, "ids": list(ids)}) if ids else ()
    return {row[0]: Person(*row) for row in rows}


def forget_keys(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget the oldest keys; what is sent under them again would count again."""
    return connection.execute(_FORGET_KEYS, {"before": before, "most": limit}).rowcount


def forget_answers(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget the oldest answers; a request under their keys is then a new one."""
    return connection.execute(_FORGET_ANSWERS, {"before": before, "most": limit}).rowcount
