"""Which column of a user's table holds which field: clear matches are reported; a doubt that could change the answer is an error."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from premortem.errors import BadInput
from premortem.law.field_values import such_as
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.columns import each_or_all, gained, needed, passed
from premortem.law.ledger.field_guesses import fold_heading, guess, meanings
from premortem.text.numbers import listing

# Letters of a heading from which on one slip of the pen is looked for, and two.
ONE_SLIP, TWO_SLIPS = 5, 9
# How the heading of a party's seat ends, after that of the party.
OF_PLACE = "_country"
# How well a column's values are known as items: a share of its distinct ones.
KnownItems = Callable[[str], float]


@dataclass(frozen=True)
class Match:
    """The field of each column, "" for one that is kept unread."""

    fields: Mapping[str, str]
    guessed: frozenset[str]  # columns of which that is read from their headings, not told

    @property
    def mapping(self) -> dict[str, str]:
        """The columns that are read, with their fields."""
        return {heading: field for heading, field in self.fields.items() if field}

    @property
    def unread(self) -> list[str]:
        """The columns that are not."""
        return [heading for heading, field in self.fields.items() if not field]


@dataclass(frozen=True)
class Headings:
    """The headings of a table, and what was told of them before any is matched."""

    names: Sequence[str]
    doubles: Sequence[str]  # names that two columns bear
    told: Mapping[str, str]  # the field of a heading, by the user's word
    known_items: KnownItems
    file: str
    # of those told, what was told of another table, which settles nothing of a column that is new
    kept: Collection[str] = ()


def match(table: Headings, words: Vocabulary) -> tuple[Match, list[BadInput]]:
    """The field of each column: as told, else by its heading; and what must be asked before any row is decided.

    Where every needed column bears a field's own name, each other must bear one too: a table of ours has no columns that
    nobody reads.
    """
    found, doubts, lost = _read(table, words)
    read = (h for h in found.guessed if found.fields[h] in words.given)
    if is_exact(table.names, words) or not (table.told or any(read)):
        unknown = [h for h in lost if not _asks(h, words)]
        doubts += each_or_all(unknown, "no such column", words.given, table.file, _way(words))
    else:
        doubts += _slips(lost, table.file, words)
    return found, doubts


def to_be_asked(table: Headings, words: Vocabulary) -> tuple[Match, list[BadInput]]:
    """The same for one who sees what each column is taken for, so that only doubts are asked: the fields, and what `match` refuses
    of each heading that may be another's.
    """
    found, doubts, lost = _read(table, words)
    return found, [*doubts, *_slips(lost, table.file, words)]


def _read(table: Headings, words: Vocabulary) -> tuple[Match, list[BadInput], list[str]]:
    """The field of each column; what must be asked; and the headings that nobody knows."""
    headings, told = table.names, table.told
    free = [h for h in headings if h not in told and not h.startswith("_")]
    fields = dict.fromkeys([h for h in headings if h.startswith("_")], "") | dict(told)
    exact = is_exact(headings, words)
    taken = {*fields.values()} - {""}
    # a desk's own of the name of one that a ledger gains is kept beside, and is none of ours
    ours = [h for h in free if exact or fold_heading(h) not in {*gained(words), "rejected"}]
    for heading, field in guess(ours, words).items():
        fields[heading] = "" if field in taken else field
    fields |= {h: "" for h in free if h not in fields}
    _take_left(ours, fields, words)
    settled = _choose_item(ours, fields, table.known_items, words)
    settled |= {h for double in table.doubles for h in headings if bears(h, double)}
    doubts = _twice(table, words)
    unmatched = [h for h in ours if h not in settled and not fields[h]]
    doubts += _rivals(unmatched, fields, told.keys() - {*table.kept}, table.file, words)
    lost = [h for h in free if not fields[h] and h not in settled and fold_heading(h) not in meanings(words)]
    return Match({h: fields[h] for h in headings}, frozenset(h for h in free if fields[h])), doubts, lost


def is_exact(headings: Sequence[str], words: Vocabulary) -> bool:
    """Whether every needed column is there under its own name, as in a table made for us."""
    short = transfers(words.case).columns
    held = {short.get(h, h) for h in headings} | {*headings}
    return {*needed(words)} <= held and ("item" not in words.given or bool({"item", words.measure.one} & held))


def _way(words: Vocabulary) -> str:
    return f'{such_as(words)}; --map "COLUMN=FIELD", or --map "COLUMN=" to leave it unread'


def bears(heading: str, double: str) -> bool:
    """Whether a column bears a heading that another bears as well, and so has it with a number: `Consignee (2)`."""
    return heading == double or (heading.startswith(f"{double} (") and heading[len(double) + 2 : -1].isdecimal())


def _asks(heading: str, words: Vocabulary) -> bool:
    return fold_heading(heading) in transfers(words.case).asked


def _take_left(headings: Sequence[str], fields: dict[str, str], words: Vocabulary) -> None:
    """Give a heading that may stand for any of some fields, of which others give one, the first that none gives: no party
    that a table names is left unread. Where both are given it is one more party beside them.
    """
    seats_last = sorted(headings, key=lambda heading: fold_heading(heading).endswith(OF_PLACE))
    by_word = {fold_heading(h): h for h in reversed(fields)}  # folded once each: a file may have thousands
    for heading in seats_last:
        could_be = transfers(words.case).asked.get(fold_heading(heading), ())
        own = _own_seat(heading, by_word, fields, words)
        if not fields[heading] and (own or any(f in fields.values() for f in could_be)):
            left = (f for f in ([own] if own else _choices(heading, words)) if f not in fields.values())
            fields[heading] = next(left, "")


def _choices(heading: str, words: Vocabulary) -> tuple[str, ...]:
    """The fields that a heading may stand for, the last where others give them all."""
    of = transfers(words.case)
    could_be = of.asked.get(fold_heading(heading), ())
    return (*could_be, *filter(None, (of.beside.get(could_be[0], ""),))) if could_be else ()


def _own_seat(heading: str, by_word: Mapping[str, str], fields: Mapping[str, str], words: Vocabulary) -> str:
    """The seat that a heading (`Customer Country`) gives where another (`Customer`) is read as a party: the seat of that one.

    `by_word` holds the first heading of each folded name.
    """
    word = fold_heading(heading)
    party = by_word.get(word.removesuffix(OF_PLACE), "") if word.endswith(OF_PLACE) else ""
    return dict(zip(_choices(party, words), _choices(heading, words), strict=False)).get(fields.get(party, ""), "")


def _choose_item(
    headings: Sequence[str], fields: dict[str, str], known_items: KnownItems, words: Vocabulary
) -> set[str]:
    """Of several columns that may hold the item, the one whose values are known for items: a part number seldom is.

    Gives back these columns where that settles it.
    """
    rivals = [h for h in headings if meanings(words).get(fold_heading(h)) == "item"]
    if len(rivals) < 2 or "item" in headings or not any(fields[h] == "item" for h in rivals):
        return set()
    shares = {h: known_items(h) for h in rivals}
    best = max(shares.values())
    if [*shares.values()].count(best) != 1:
        return set()
    fields.update({h: "item" if shares[h] == best else "" for h in rivals})
    return {*rivals}


def _twice(table: Headings, words: Vocabulary) -> list[BadInput]:
    """Headings that two columns bear and that stand for a field, unless it was said which is which."""
    errors = []
    for double in table.doubles:
        bearing = [h for h in table.names if bears(h, double)]
        if (fold_heading(double) in meanings(words) or _asks(double, words)) and not {*bearing} <= table.told.keys():
            allowed = "each name once, or " + " ".join(f'--map "{h}=FIELD"' for h in bearing) + "; FIELD may be empty"
            errors.append(BadInput(table.file, double, "names two columns", got=double, allowed=allowed))
    return errors


def _rivals(
    unmatched: Sequence[str], fields: dict[str, str], told: Collection[str], file: str, words: Vocabulary
) -> list[BadInput]:
    """Columns that stand for a field which another column gives too, or for one of several of which none is given."""
    errors = []
    givers = {f: h for h, f in reversed(fields.items()) if f}  # the first heading that gives each
    for heading in unmatched:
        field = meanings(words).get(fold_heading(heading), "")
        held = givers.get(field, "")
        if field in words.given and held and held not in told:
            what = f"may be {field}, which {held} gives too, or another field"
            errors.append(_asked(heading, what, file))
        could_be = transfers(words.case).asked.get(fold_heading(heading), ())
        if could_be and givers.keys().isdisjoint(could_be):
            errors.append(_asked(heading, f"may be {listing([*could_be], 'or')}", file))
    return errors


def _asked(heading: str, what: str, file: str) -> BadInput:
    allowed = f'--map "{heading}=FIELD" to say which, or --map "{heading}=" to leave it unread'
    return BadInput(file, heading, what, got=heading, allowed=allowed)


def _slips(headings: Sequence[str], file: str, words: Vocabulary) -> list[BadInput]:
    return [error for heading in headings if (error := _slip(heading, file, words))]


def _slip(heading: str, file: str, words: Vocabulary) -> BadInput | None:
    """That a heading is a slip of the pen away from one that is known, so that nobody would want it unread."""
    word = fold_heading(heading)
    most = 2 if len(word) >= TWO_SLIPS else 1 if len(word) >= ONE_SLIP else 0
    if not most or len(word) > 60:
        return None
    far = {name: OSA.distance(word, name, score_cutoff=most) for name in meanings(words) if name not in passed(words)}
    near = min(far, key=lambda name: far[name])
    if far[near] > most:
        return None
    return BadInput(
        file, heading, "no such column", got=heading, allowed=_asked(heading, "", file).allowed,
        hint=f"did you mean {near}?",
    )  # fmt: skip
