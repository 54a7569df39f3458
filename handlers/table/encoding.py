"""The encoding of a file, told by all its bytes: strict where they decide, shown in any case."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Invalid

_SAMPLE = 256 * 1024  # bytes of lines that are not plain ASCII
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_NO_TEXT = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed"),
    (b"%PDF", "a PDF"),
)
_LABELS = {"utf-8": "UTF-8", "cp932": "Shift_JIS (CP932)", "cp1252": "Latin-1 (Windows-1252)"}
_ALONE = re.compile(
    r"(?<=[A-Za-z])[^\x00-\x7f](?![^\x00-\x7f])|(?<![^\x00-\x7f])[^\x00-\x7f](?=[a-z])"
)
_TOGETHER = re.compile(r"[^\x00-\x7f]{2,}")
_ESCAPED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text: Python's name of it, and what people call it.

    Whatever does not fit it becomes a lone surrogate, so that only its row is refused.
    """

    name: str
    label: str


def named(name: str) -> Encoding:
    """The encoding that a person asks for. Raises Invalid where there is none of this name."""
    try:
        known = codecs.lookup(name).name
        "".encode(known)
    except (LookupError, ValueError):
        examples = "utf-8, cp932, cp1252, utf-16"
        raise Invalid("encoding", f"no encoding is called {name!r}: try {examples}") from None
    # A mark at the beginning is no part of the text, whoever names the encoding.
    return Encoding("utf-8-sig" if known == "utf-8" else known, _LABELS.get(known, known))


def detected(chunks: Iterable[bytes]) -> Encoding:
    """The encoding of all these bytes. Raises Invalid where there is none."""
    fitting = {name: codecs.getincrementaldecoder(name)() for name in _LABELS}
    sample, is_first = bytearray(), True
    for chunk in chunks:
        if is_first:
            if known := _marked(chunk):
                return known
            is_first = False
        for name, decoder in list(fitting.items()):
            if not _decodes(decoder, chunk):
                del fitting[name]
        if len(sample) < _SAMPLE and not chunk.isascii():
            sample += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())
    for name, decoder in list(fitting.items()):
        if not _decodes(decoder, b"", final=True):
            del fitting[name]
    return _told(set(fitting), bytes(sample[: 2 * _SAMPLE]))


def _marked(head: bytes) -> Encoding | None:
    for mark, name, label in _MARKS:
        if head.startswith(mark):
            return Encoding(name, label)
    for mark, what in _NO_TEXT:
        if head.startswith(mark):
            raise Invalid("file", f"this file is {what}: save it as CSV UTF-8 and import that")
    start = head[:4096]
    pairs = len(start) // 2
    if pairs and start[1::2].count(0) > pairs * 0.3:
        return Encoding("utf-16-le", "UTF-16")
    if pairs and start[0::2].count(0) > pairs * 0.3:
        return Encoding("utf-16-be", "UTF-16")
    return None


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _told(fitting: set[str], sample: bytes) -> Encoding:
    if "utf-8" in fitting:
        return Encoding("utf-8", _LABELS["utf-8"])
    if _is_mostly(sample, "utf-8"):
        return Encoding("utf-8", "UTF-8, damaged in places")
    if "cp932" in fitting and _is_japanese(sample):
        return Encoding("cp932", _LABELS["cp932"])
    if "cp1252" in fitting:
        return Encoding("cp1252", _LABELS["cp1252"])
    if _is_mostly(sample, "cp932") and _is_japanese(sample):
        return Encoding("cp932", "Shift_JIS (CP932), damaged in places")
    raise Invalid("file", "its encoding cannot be told: say it with --encoding, such as cp932")


def _is_mostly(sample: bytes, name: str) -> bool:
    """Whether it was meant to be in this encoding, though some bytes are not."""
    text = sample.decode(name, "surrogateescape")
    bad = len(_ESCAPED.findall(text))
    good = sum(not character.isascii() for character in text) - bad
    return good >= 3 * bad


def _is_japanese(sample: bytes) -> bool:
    """Whether it reads as Japanese: an accent of the West becomes one strange sign in a word."""
    text = sample.decode("cp932", "surrogateescape")
    return sum(map(len, _TOGETHER.findall(text))) >= len(_ALONE.findall(text))
