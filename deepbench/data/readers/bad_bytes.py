"""Bytes that are not of the encoding of a file: counted, marked, or asked about with previews."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from deepbench.errors import Choice, DataQuestion

# Encodings that tables are found in, in order of preference where several read alike.
_CANDIDATES = (
    ("cp1252", "Windows, Western Europe"),
    ("mac_roman", "old Mac"),
    ("cp850", "DOS, Western Europe"),
    ("cp1250", "Windows, Central Europe"),
    ("cp1251", "Windows, Cyrillic"),
    ("gb18030", "Chinese"),
    ("shift_jis", "Japanese"),
    ("euc_kr", "Korean"),
)
_OF_THE_LAB = frozenset("µμ°±²³–—’‘“”…•×÷€§®™½¼¾ßªº")
_NEVER_IN_WORDS = frozenset("€§½¼¾×÷±•")  # but in m² and Taq®
_COMMON = frozenset("äöüÄÖÜåÅæÆøØéèêàâçñíóáúÉ")
_CENTRAL = frozenset("őűłŁśŚźŹżŻčČšŠžŽřŘěĚůąęćńđĐşŞţŢăĂ")
_MOST_CHOICES = 4
_MOST_WORDS = 200
_LOOKED_AT = 32 << 20
_WORD = re.compile(rb"[^\t\n\r,;|\"]{0,20}[\x80-\xff][^\t\n\r,;|\"]{0,20}")
_ESCAPED = re.compile("[\udc80-\udcff]")  # how Python keeps a wrong byte
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SHOWN = 3
_MARKER = "deepbench_marked"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(f"⟦0x{byte:02X}⟧" for byte in wrong), error.end


codecs.register_error(_MARKER, _mark)


def marked(data: bytes, codec: str) -> tuple[str, int]:
    """Return the text with marks such as ⟦0xE9⟧ in place of wrong bytes, and their number."""
    before = data.count("⟦0x".encode()) if codec == "utf-8" else 0
    text = data.decode(codec, errors=_MARKER)
    return text, text.count("⟦0x") - before


def wrong_bytes(data: bytes, codec: str, words: str, guessed: bool, name: str) -> DataQuestion:
    """Return the question about bytes that are not of an encoding.

    Args:
        data: Content of the file.
        codec: The encoding.
        words: The encoding in words.
        guessed: Whether it was a guess; then other encodings are offered.
        name: Name of the file.
    """
    found = _Wrong.of(data, codec)
    first = found.first[0]
    line = data.count(b"\n", 0, first) + 1
    others = ""
    if found.count > 1:
        places = ", ".join(f"{place + 1:,}" for place in found.first[1:])
        more = ", …" if found.count > len(found.first) else ""
        others = f", nor {'is' if found.count == 2 else 'are'} {found.count - 1:,} more"
        others += f" (at {places}{more})" if places else ""
    message = (
        f"{name}, line {line}: byte {first + 1:,} (0x{data[first]:02x}) is not {words} "
        f"text{others}."
    )
    replace = Choice("replace", "Replace by Marks", "each becomes a mark such as ⟦0xE9⟧")
    foreign = guessed and found.rightly_written < found.count
    choices = tuple(_candidates(data)) if foreign else ()
    if choices:
        return DataQuestion(
            message,
            "data.encoding",
            choices,
            'Or save the file in Excel as "CSV UTF-8"; or write bad_bytes = "replace" to mark '
            "what cannot be read.",
        )
    hint = (
        "Most of the file is UTF-8, so that these bytes are probably damage."
        if guessed
        else "Or correct encoding under [data] in the plan."
    )
    return DataQuestion(message, "data.bad_bytes", (replace,), hint)


@dataclass(frozen=True)
class _Wrong:
    """Wrong bytes of a file.

    Attributes:
        first: Places of the first ones, from 0.
        count: Number of all.
        rightly_written: Number of characters beyond ASCII that are of the encoding.
    """

    first: tuple[int, ...]
    count: int
    rightly_written: int

    @classmethod
    def of(cls, data: bytes, codec: str) -> _Wrong:
        """Find the wrong bytes; of encodings but UTF-8 only the first place is told."""
        if codec != "utf-8":
            return cls((_first_place(data, codec),), marked(data, codec)[1], 0)
        text = data.decode("utf-8", errors="surrogateescape")
        found = [match.start() for match in islice(_ESCAPED.finditer(text), _SHOWN)]
        first = tuple(len(text[:place].encode("utf-8", "surrogateescape")) for place in found)
        beyond = sum(1 for _ in _BEYOND_ASCII.finditer(text))
        count = sum(1 for _ in _ESCAPED.finditer(text))
        return cls(first, count, beyond - count)


def _first_place(data: bytes, codec: str) -> int:
    try:
        data.decode(codec)
    except UnicodeDecodeError as error:
        return error.start
    except UnicodeError:
        pass
    return 0


def _candidates(data: bytes) -> Iterator[Choice]:
    """Yield encodings that the file can be in, the most plausible first."""
    words = list(dict.fromkeys(_words(data)))
    scored = []
    readings: list[list[str]] = []
    for order, (codec, title) in enumerate(_CANDIDATES):
        try:
            read = [word.decode(codec) for word in words]
        except UnicodeDecodeError:
            continue
        if read in readings:
            continue
        readings.append(read)
        score = sum(_plausible(text) for text in read) / max(1, len(read))
        scored.append((score, -order, codec, title, read))
    scored.sort(reverse=True)
    for place, (score, _, codec, title, read) in enumerate(scored[:_MOST_CHOICES]):
        if place and score < scored[0][0] - 2 and codec != "cp1252":
            continue
        shown = ", ".join(list(dict.fromkeys(text.strip() for text in read))[:3])
        yield Choice(codec, f"{title} ({codec})", f"{codec}: {shown}")


def _words(data: bytes) -> Iterator[bytes]:
    for number, found in enumerate(_WORD.finditer(data[:_LOOKED_AT])):
        if number == _MOST_WORDS:
            return
        yield found.group()


def _plausible(text: str) -> float:
    """Return a score of the special characters of a text: letters in place, signs of labs."""
    score = 0.0
    for place, sign in enumerate(text):
        if sign < "\x80":
            continue
        before = text[place - 1 : place]
        behind = text[place + 1 : place + 2]
        if sign in _OF_THE_LAB:
            score += -0.5 if sign in _NEVER_IN_WORDS and before.isalpha() else 1
        elif unicodedata.category(sign) not in {"Lu", "Ll", "Lo"}:
            score -= 1
        elif _alphabet(sign) != "LATIN":
            mixed = any(other.isalpha() and other < "\x80" for other in (before, behind))
            score += -1 if mixed else 0.5
        else:
            # Capitals stand at the beginning of words, or among capitals.
            wrong = sign.isupper() and (
                before.islower() or (behind.islower() and before.isalpha())
            )
            usual = 1 if sign in _COMMON else 0.9 if sign in _CENTRAL else 0.6
            score += -1 if wrong else usual
    return score / max(1, sum(sign >= "\x80" for sign in text))


def _alphabet(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]
