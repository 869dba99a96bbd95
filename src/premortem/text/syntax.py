"""The language of conditions, read into a tree: comparisons, `in`, `between`, `is null`, `and`, `or`, `not`, and `+ - *`.

There is nothing else to read: no functions, no comments, no casts, no clock. A text outside the language raises `Unread`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NoReturn

WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false", "between"})
SIGNS = ("=", "<>", "<=", ">=", "<", ">")
ALLOWED = "names, numbers, quoted texts, = <> < <= > >=, in, between, is null, and, or, not, + - *"
MAX_LENGTH, MAX_DEPTH = 2000, 30
_TOKEN = re.compile(
    r"\s*(?:(?P<comment>--|/\*|\#)|(?P<day>\d{4}-\d\d-\d\d)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))"
    r"|(?P<text>'(?:[^']|'')*')|(?P<quoted>\"[^\"]+\")|(?P<name>[A-Za-z_]\w*)|(?P<mark><>|<=|>=|[=<>(),+*-]))",
    re.ASCII,
)


class Unread(Exception):
    """Why a text is not in the language."""


@dataclass(frozen=True)
class Name:
    """A field, or a number of the clause."""

    name: str


@dataclass(frozen=True)
class Value:
    """A literal: a number, a text in quotes, true or false."""

    value: float | str | bool


@dataclass(frozen=True)
class Compare:
    """Two sides and the sign between them; `+`, `-` and `*` give a number, the others a test."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Among:
    """Whether a value is one of several literals."""

    of: "Node"
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Between:
    """Whether a value lies between two, both included."""

    of: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True)
class Missing:
    """Whether a value is null."""

    of: "Node"


@dataclass(frozen=True)
class Not:
    """The opposite of a test."""

    of: "Node"


@dataclass(frozen=True)
class Joined:
    """Tests joined by `and`, or by `or`, each with its text."""

    word: Literal["and", "or"]
    tests: tuple["Node", ...]
    texts: tuple[str, ...]


Node = Name | Value | Compare | Among | Between | Missing | Not | Joined


@dataclass(frozen=True)
class Token:
    """A word, sign or literal of a text, and where it stands."""

    kind: Literal["number", "text", "name", "word", "mark", "end"]
    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The words, signs and literals of a text, `end` last. Raises `Unread` for what the language does not hold."""
    found: list[Token] = []
    at, stop = 0, len(text.rstrip())
    if stop > MAX_LENGTH:
        raise Unread(f"is longer than {MAX_LENGTH:,} characters")
    while at < stop:
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unread(f"cannot be read at {text[at:stop].strip()[:30]!r}; allowed: {ALLOWED}")
        kind, word = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "comment":
            raise Unread(f"holds a comment, {word}; comments are not allowed")
        if kind == "day":
            raise Unread(f"holds the bare date {word}; quote the date: '{word}'")
        if kind == "name" and word.lower() in WORDS:
            kind, word = "word", word.lower()
        if kind == "quoted":  # a name with spaces, or one that is a word of the language
            kind, word = "name", word[1:-1]
        found.append(Token(kind, word, match.start(str(match.lastgroup)), match.end()))  # type: ignore[arg-type]  # the groups' names
        at = match.end()
    return (*found, Token("end", "", stop, stop))


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of a text. Raises `Unread` for one outside the language.

    >>> parse('"total cost" > 12')
    Compare(sign='>', left=Name(name='total cost'), right=Value(value=12.0))
    """
    reader = _Reader(text)
    tree = reader.either()
    if reader.next.kind != "end":
        reader.refuse()
    return tree


class _Reader:
    """Reads a text by recursive descent: one method for each level of the grammar, the loosest first."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at, self.depth = text, tokens(text), 0, 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def took(self, *words: str) -> str:
        """The next word or sign if it is one of these, else nothing."""
        token = self.next
        if token.kind not in ("word", "mark") or token.text not in words:
            return ""
        self.at += 1
        return token.text

    def must(self, word: str) -> None:
        if not self.took(word):
            self.refuse(f"{word!r} is missing")

    def refuse(self, why: str = "") -> NoReturn:
        here = repr(self.text[self.next.start :].strip()[:30]) if self.next.kind != "end" else "its end"
        raise Unread(f"cannot be read at {here}; {why or f'allowed: {ALLOWED}'}")

    def either(self) -> Node:
        return self.joined("or", self.all)

    def all(self) -> Node:
        return self.joined("and", self.opposite)

    def joined(self, word: Literal["and", "or"], read: Callable[[], Node]) -> Node:
        tests: list[Node] = []
        texts: list[str] = []
        while not tests or self.took(word):
            start = self.next.start
            tests.append(read())
            texts.append(self.text[start : self.tokens[self.at - 1].end])
        return tests[0] if len(tests) == 1 else Joined(word, tuple(tests), tuple(texts))

    def opposite(self) -> Node:
        return Not(self.deeper(self.opposite)) if self.took("not") else self.test()

    def test(self) -> Node:
        left = self.sum()
        if sign := self.took(*SIGNS):
            return Compare(sign, left, self.sum())
        if self.took("is"):
            opposite = bool(self.took("not"))
            self.must("null")
            return Not(Missing(left)) if opposite else Missing(left)
        opposite = bool(self.took("not"))
        if self.took("in"):
            found: Node = Among(left, self.values())
        elif self.took("between"):
            low = self.sum()
            self.must("and")
            found = Between(left, low, self.sum())
        elif opposite:
            self.refuse("after `not` only in or between may follow here")
        else:
            return left
        return Not(found) if opposite else found

    def values(self) -> tuple[Value, ...]:
        self.must("(")
        found: list[Value] = []
        while not found or self.took(","):
            value = self.atom()
            if not isinstance(value, Value):
                self.refuse("`in` takes numbers or quoted texts, with commas between")
            found.append(value)
        self.must(")")
        return tuple(found)

    def sum(self) -> Node:
        left = self.product()
        while sign := self.took("+", "-"):
            left = Compare(sign, left, self.product())
        return left

    def product(self) -> Node:
        left = self.atom()
        while self.took("*"):
            left = Compare("*", left, self.atom())
        return left

    def atom(self) -> Node:
        if self.took("("):
            inside = self.deeper(self.either)
            self.must(")")
            return inside
        if word := self.took("true", "false"):
            return Value(word == "true")
        if self.took("-"):
            return (
                Value(-self.number()) if self.next.kind == "number" else self.refuse("a number must follow the minus")
            )
        token = self.next
        if token.kind == "number":
            return Value(self.number())
        if token.kind not in ("text", "name"):
            self.refuse()
        self.at += 1
        if token.kind == "text":
            return Value(token.text[1:-1].replace("''", "'"))
        if self.next.text == "(":
            raise Unread(f"calls {token.text}; functions are not allowed")
        return Name(token.text)

    def number(self) -> float:
        value = float(self.next.text)
        if value == float("inf"):
            self.refuse("the number is too large")
        self.at += 1
        return value

    def deeper(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unread(f"is nested more than {MAX_DEPTH} deep")
        found: Node = read()
        self.depth -= 1
        return found
