"""Letters that only look like others, and letters written apart, brought back to the plain ones before names are compared."""

import re
import unicodedata

# Letters of Cyrillic and Greek writing that look like Latin ones, in either case.
ALIKE = str.maketrans(
    "аАВеЕѕЅіІјЈКМНоОрРсСТуУхХһҺԁԛԝ" "αΑΒΕΖΗιΙΚΜΝνοΟρΡτΤΥυΧϲγ" "ıɡɑ",
    "aABeEsSiIjJKMHoOpPcCTyYxXhHdqw" "aABEZHiIKMNvoOpPtTYuXcy" "iga",
)  # fmt: skip
WORD = re.compile(r"\w+")
LATIN = re.compile(r"[A-Za-z]")
# A sign for an a within a word, which is no address; and four letters or more, each apart from the next.
SIGN = re.compile(r"(?<=[^\W\d_])@(?=[^\W\d_])(?!\S*\.\w)")
APART = re.compile(r"(?<!\w)[^\W\d_](?:([ ._\-])[^\W\d_])(?:\1[^\W\d_]){2,}(?!\w)")


def plain_letters(text: str) -> str:
    """A text with the letters that it seems to have.

    Only a word that mixes writings, or all of whose letters have a likeness, is read so: words of another writing stay.

    >>> plain_letters("Huаwei"), plain_letters("Hu@wei"), plain_letters("H u a w e i lab"), plain_letters("Москва")
    ('Huawei', 'Huawei', 'Huawei lab', 'Москва')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
        text = WORD.sub(lambda found: _as_latin(found[0]), text)
    if "@" in text:
        text = SIGN.sub("a", text)
    return APART.sub(lambda found: re.sub(r"[ ._\-]", "", found[0]), text)


def _as_latin(word: str) -> str:
    """A word in Latin letters where it only seems to be of another writing; else itself. Small letters are what they seem."""
    if word.isascii():
        return word
    seen = word.translate(ALIKE)
    return seen if seen.isascii() or LATIN.search(word) else word
