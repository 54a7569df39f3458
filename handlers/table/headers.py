"""Headers: which column of a file means which field, guessed from its name and what is in it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Invalid

ATTRIBUTE = "attributes."
_LEFT_OUT = "-"
_NEAR = 0.86
_SHARE = 0.8  # of the cells that must look like it, for the content to tell
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

IDENTITY: Mapping[str, tuple[str, ...]] = {
    "email": (
        "email", "e-mail", "mail", "email address", "mail address", "business email", "work email",
        "メールアドレス", "メール", "電子メール", "eメール", "会社メール", "連絡先メールアドレス",
    ),
    "phone": (
        "phone", "phone number", "telephone", "tel", "mobile", "mobile phone", "business phone",
        "電話番号", "電話", "携帯電話", "携帯", "連絡先電話番号", "代表電話",
    ),
    "external_id": (
        "external id", "id", "lead id", "contact id", "record id", "crm id", "user id",
        "リードid", "顧客id", "顧客番号", "外部id", "管理番号", "会員番号",
    ),
}  # fmt: skip

LEAD: Mapping[str, tuple[str, ...]] = {
    **IDENTITY,
    "name": (
        "name", "full name", "contact name", "contact", "lead name", "person",
        "氏名", "名前", "お名前", "担当者名", "担当者", "ご担当者名", "顧客名",
    ),
    "first_name": ("first name", "given name", "forename", "名", "下の名前"),
    "last_name": ("last name", "family name", "surname", "姓", "苗字", "名字"),
    "company": (
        "company", "company name", "organization", "organisation", "account", "account name",
        "会社名", "会社", "企業名", "貴社名", "法人名", "組織名", "所属", "勤務先",
    ),
    "title": (
        "title", "job title", "position", "role",
        "役職", "役職名", "肩書", "肩書き", "職位",
    ),
    "country": ("country", "country code", "国", "国名", "国コード"),
    "source": (
        "source", "lead source", "original source", "channel", "utm source",
        "リードソース", "流入元", "獲得経路", "流入経路", "獲得チャネル", "ソース",
    ),
    "campaign": (
        "campaign", "campaign name", "utm campaign", "キャンペーン", "キャンペーン名", "施策名",
    ),
    "created_at": (
        "created at", "created", "create date", "created date", "date created", "lead date",
        "作成日", "作成日時", "登録日", "登録日時", "獲得日", "リード獲得日",
    ),
    "mql_at": (
        "mql at", "mql date", "mql", "became mql", "became a marketing qualified lead date",
        "qualified at", "handed over at", "offered at",
        "mql日", "mql日時", "mql化日", "引き渡し日", "引渡日", "引き渡し日時", "トスアップ日",
    ),
    "accepted_at": (
        "accepted at", "accepted", "accepted date", "sal at", "sal date", "sal",
        "受諾日", "受諾日時", "sal日", "sal日時", "sal化日",
    ),
    "rejected_at": (
        "rejected at", "rejected", "rejected date", "declined at", "returned at", "recycled at",
        "差し戻し日", "差戻日", "差し戻し日時", "却下日", "返却日",
    ),
    "reason": (
        "reason", "rejection reason", "reject reason", "rejected reason", "decline reason",
        "理由", "差し戻し理由", "差戻理由", "却下理由",
    ),
    "comment": ("comment", "rejection comment", "差し戻しコメント", "コメント"),
    "wake_on": (
        "wake on", "wake up date", "follow up date", "再開日", "再アプローチ日", "フォロー日",
    ),
    "owner": (
        "owner", "lead owner", "sales rep", "rep", "assigned to", "accepted by",
        "担当営業", "営業担当", "営業担当者", "所有者",
    ),
    "sql_at": ("sql at", "sql date", "became sql", "sql日", "sql日時", "sql化日"),
    "won_at": (
        "won at", "customer at", "closed won date", "won date", "became customer",
        "受注日", "成約日", "顧客化日",
    ),
    "lost_at": ("lost at", "closed lost date", "lost date", "失注日"),
    "lost_reason": ("lost reason", "closed lost reason", "失注理由"),
    "attributes.employees": (
        "employees", "employee count", "number of employees", "company size", "headcount",
        "従業員数", "社員数", "従業員規模", "企業規模",
    ),
    "attributes.industry": ("industry", "業種", "業界"),
    "attributes.department": ("department", "部署", "部署名", "所属部署"),
    "attributes.website": ("website", "web site", "url", "homepage", "ホームページ", "サイト"),
}  # fmt: skip

SIGNALS: Mapping[str, tuple[str, ...]] = {
    **IDENTITY,
    "id": ("event id", "message id", "signal id", "activity id", "イベントid"),
    "kind": (
        "kind", "event", "event type", "type", "activity", "activity type", "action", "event name",
        "種別", "イベント", "行動", "行動種別", "アクション", "アクティビティ",
    ),
    "occurred_at": (
        "occurred at", "timestamp", "time", "date", "datetime", "event date", "event time", "at",
        "created at", "activity date", "日時", "日付", "発生日時", "行動日時", "実施日",
    ),
    "session": ("session", "session id", "visit", "visit id", "セッション", "セッションid"),
    "path": ("path", "url", "page", "page url", "page path", "ページ", "閲覧ページ", "ページurl"),
    "title": ("page title", "ページタイトル"),
    "form": ("form", "form name", "フォーム", "フォーム名"),
    "document": (
        "document", "file", "file name", "asset", "download", "資料", "資料名", "ダウンロード資料",
    ),
    "name": ("name", "seminar", "webinar", "event title", "セミナー名", "イベント名", "名称"),
    "campaign": ("campaign", "campaign name", "utm campaign", "キャンペーン", "キャンペーン名"),
}  # fmt: skip
DATES = frozenset(
    {
        "created_at", "mql_at", "accepted_at", "rejected_at", "wake_on", "occurred_at",
        "sql_at", "won_at",
    }
)  # fmt: skip


class How(StrEnum):
    """How it is known what a column means."""

    SAID = "said"
    NAME = "by its name"
    NEAR = "by a name like it"
    CONTENT = "by what is in it"
    UNKNOWN = "kept as an attribute"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: its number from 1, its header, and the field that it means, or None."""

    number: int
    header: str
    field: str | None
    how: How
    note: str = ""


def mapped(
    headers: Sequence[str],
    *,
    fields: Mapping[str, Sequence[str]],
    said: Mapping[str, str],
    samples: Sequence[Sequence[str]],
) -> list[Heading]:
    """What each column means. `said` maps headers, or `#3` for the third column, to fields.

    `samples` are the cells of each column in some rows. Raises Invalid where what was said cannot
    be done.
    """
    headings = _guessed(headers, fields, _wanted(headers, said, fields))
    headings = _by_content(headings, samples)
    return _kept_once(headings)


def _wanted(
    headers: Sequence[str], said: Mapping[str, str], fields: Mapping[str, Sequence[str]]
) -> dict[int, str]:
    wanted: dict[int, str] = {}
    for header, field in said.items():
        numbers = _columns(headers, header)
        if not numbers:
            near = difflib.get_close_matches(header, headers, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise Invalid("map", f"no column is called {header!r}{hint}")
        known = field == _LEFT_OUT or field in fields or field.startswith(ATTRIBUTE)
        if not known:
            near = difflib.get_close_matches(field, list(fields), n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            every = ", ".join(fields)
            raise Invalid(
                "map",
                f"no field is called {field!r}: {hint}There are {every}; "
                f"{ATTRIBUTE}name for an attribute, {_LEFT_OUT} to leave the column out",
            )
        wanted.update(dict.fromkeys(numbers, field))
    return wanted


def _columns(headers: Sequence[str], said: str) -> list[int]:
    if re.fullmatch(r"#\d+", said):
        number = int(said[1:])
        return [number] if 1 <= number <= len(headers) else []
    folded = _folded(said)
    return [n for n, header in enumerate(headers, 1) if _folded(header) == folded]


def _guessed(
    headers: Sequence[str], fields: Mapping[str, Sequence[str]], wanted: Mapping[int, str]
) -> list[Heading]:
    names = {_folded(name): field for field, names in fields.items() for name in names}
    names.update({_folded(field.removeprefix(ATTRIBUTE)): field for field in fields})
    return [
        _heading(number, _shown(header), names, wanted.get(number))
        for number, header in enumerate(headers, 1)
    ]


def _heading(number: int, header: str, names: Mapping[str, str], said: str | None) -> Heading:
    if said == _LEFT_OUT:
        return Heading(number, header, None, How.LEFT_OUT, "as you said")
    if said is not None:
        return Heading(number, header, said, How.SAID)
    folded = _folded(header)
    if not folded:
        return Heading(number, header, None, How.LEFT_OUT, f"has no name: --map '#{number}=…'")
    if folded in names:
        return Heading(number, header, names[folded], How.NAME)
    near = difflib.get_close_matches(folded, list(names), n=1, cutoff=_NEAR)
    if near and len(folded) >= 4:
        return Heading(number, header, names[near[0]], How.NEAR)
    return Heading(number, header, ATTRIBUTE + header, How.UNKNOWN)


def _by_content(headings: list[Heading], samples: Sequence[Sequence[str]]) -> list[Heading]:
    """Where no header names the address, the one column that is full of addresses is it."""
    if any(heading.field == "email" for heading in headings):
        return headings
    full = [
        heading
        for heading, cells in zip(headings, samples, strict=True)
        if heading.how is not How.SAID and _is_full_of_addresses(cells)
    ]
    if len(full) != 1:
        return headings
    number = full[0].number
    return [
        Heading(number, each.header, "email", How.CONTENT) if each.number == number else each
        for each in headings
    ]


def _is_full_of_addresses(cells: Iterable[str]) -> bool:
    told = [cell.strip() for cell in cells if cell.strip()]
    return bool(told) and sum(map(bool, map(_EMAIL.fullmatch, told))) >= _SHARE * len(told)


_STRENGTH = (How.SAID, How.NAME, How.CONTENT, How.NEAR, How.UNKNOWN)


def _kept_once(headings: Sequence[Heading]) -> list[Heading]:
    """Where several columns mean the same field, the surest one counts, of those the first."""
    chosen: dict[str, Heading] = {}
    for heading in sorted(headings, key=lambda each: _rank(each.how)):
        if heading.field is not None:
            chosen.setdefault(heading.field, heading)
    return [_unless_taken(heading, chosen) for heading in headings]


def _rank(how: How) -> int:
    return _STRENGTH.index(how) if how in _STRENGTH else len(_STRENGTH)


def _unless_taken(heading: Heading, chosen: Mapping[str, Heading]) -> Heading:
    field = heading.field
    if field is None or chosen[field] is heading:
        return heading
    first = chosen[field]
    same = _folded(first.header) == _folded(heading.header)
    if same or field.startswith(ATTRIBUTE):
        note = f"column {first.number} is {field} already: --map '#{heading.number}=…'"
        return Heading(heading.number, heading.header, None, How.LEFT_OUT, note)
    own = ATTRIBUTE + heading.header
    note = f"column {first.number} is {field} already"
    return Heading(heading.number, heading.header, own, How.UNKNOWN, note)


def _folded(header: str) -> str:
    plain = unicodedata.normalize("NFKC", header).casefold()
    return "".join(filter(str.isalnum, plain))


def _shown(header: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", header).split())
