"""Faults and reasons in words of the page: rooms speak of options of a command, and a page or a request has fields in their place."""

import re
from functools import lru_cache

from premortem.arguments import COMMAND
from premortem.errors import BadInput, PremortemError
from premortem.law.fields.field_words import called, untyped
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.grounds import BETWEEN
from premortem.text.places import without_folders
from premortem.text.result import Document

# What a command is told, and where the same stands on a page; longer ones first.
FIELDS = (
    (r'--map "([^"]*)=FIELD" to say which', r"say what ‘\1’ means under What each column means"),
    (r'--map "([^"]*)=" (to leave|leaves) it unread', r"‘nothing: kept, not read’ there \2 it unread"),
    (r'--map "COLUMN=(\w+)"', r"a column that means \1"),
    (r'(--map "[^"]*=FIELD" ?)+', "the field of each chosen under What each column means"),
    (r"by --map COLUMN=\w+", "by what its column means under What each column means"),
    (r"--map COLUMN=reference says", "the meaning ‘reference’ says"),
    (r"by --map COLUMN=reference", "by the meaning ‘reference’"),
    (r"--decimal (point|comma) reads", r"the decimal mark set to \1 reads"),
    (r"--dates DMY,? or --dates MDY,?", "day first (DMY) or month first (MDY) under Days"),
    (r'--sheet "NAME" to say which', "its name under Sheet"),
    (r"no --sheet", "an empty field Sheet"),
    (r"no --cluster", "no cluster"),
    (r"QUANTITY=VALUE\[UNIT\]\[@DATE\]", "a number, with a unit and a day if wanted, such as 55%@2025-09-30"),
    (r"run `premortem run` first, or pass --run FOLDER", "start one under Long runs"),
    (r"make (it|them) again with `premortem run --resume`", r"make \1 again by a new run under Long runs"),
    (r"; use `premortem ledger` for many shipments", "; a ledger holds more"),
    (r"; ask its rules with `premortem check`", ""),
    (r" ?\(give it with --set \w+=VALUE\)", ""),
    (r"--set FIELD=VALUE", "a field of the form"),
    (r"a name given with --party or --consignee", "a name given in the form"),
    (r"--(data) pulled", "the lists that were pulled"),
    (r"\(rests_on says", "(‘rests on’ says"),
)
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")


@lru_cache(maxsize=4096)  # rows of a ledger give few reasons, each of them often
def on_page(text: str) -> str:
    """A text in which no word of the command line is left.

    >>> on_page("command line: --samples: 7 is out of range; allowed: no --cluster")
    'samples: 7 is out of range; allowed: no cluster'
    """
    text = untyped(text.removeprefix(COMMAND)).replace(f"\n{COMMAND}", "\n")
    for option, field in FIELDS:
        text = re.sub(option, field, text)
    return _OPTION.sub(lambda found: found[1].replace("-", " "), text)


def grounds_in_words(rests_on: str, words: Vocabulary) -> str:
    """What an answer hangs on: fields by how they are called, questions as they are asked."""
    return BETWEEN.join(called(on, words) if on in words.fields else on for on in rests_on.split(BETWEEN))


def fault(error: PremortemError) -> Document:
    """The five fields of an error, told to whoever asked a page or the API, and what is wrong beside the hint."""
    if not isinstance(error, BadInput):
        return {"file": "request", "key": "", "got": "", "allowed": "", "hint": on_page(without_folders(str(error)))}
    told = error.as_dict() | ({"what": error.what} if error.hint else {})
    said = {name: text if name == "got" else on_page(without_folders(text)) for name, text in told.items()}
    return said | {"file": "request" if error.file == COMMAND.rstrip(": ") else without_folders(error.file)}
