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
# A digit for the letter that it looks like, one in a word of five letters or more, and never first.
DIGIT = re.compile(r"(?<![^\W_])[A-Za-z]+[01345][A-Za-z]*(?![^\W_])")
FOR_LETTERS, FEWEST_LETTERS = str.maketrans("01345", "oieas"), 5


def plain_letters(text: str) -> str:
    """A text with the letters that it seems to have.

    Only a word that mixes writings, or all of whose letters have a likeness, is read so: words of another writing stay.

    >>> plain_letters("Huаwei"), plain_letters("Hu@wei"), plain_letters("H u a w e i lab"), plain_letters("Москва"), plain_letters("Huawe1, dock4")
    ('Huawei', 'Huawei', 'Huawei lab', 'Москва', 'Huawei, dock4')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
        text = WORD.sub(lambda found: _as_latin(found[0]), text)
    if "@" in text:
        text = SIGN.sub("a", text)
    text = DIGIT.sub(lambda found: _without_digit(found[0]), text)
    return APART.sub(lambda found: re.sub(r"[ ._\-]", "", found[0]), text)


def _without_digit(word: str) -> str:
    return word.translate(FOR_LETTERS) if len(word) > FEWEST_LETTERS else word


def _as_latin(word: str) -> str:
    """A word in Latin letters where it only seems to be of another writing; else itself. Small letters are what they seem."""
    if word.isascii():
        return word
    seen = word.translate(ALIKE)
    return seen if seen.isascii() or LATIN.search(word) else word
