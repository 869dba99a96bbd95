"""Where each kind of reader goes on."""

from collections.abc import Collection

from premortem.story.parts import Door, Section

DOORS = (
    Door("Analyst", "Change a policy or a belief and see every bet change at once", "/board"),
    Door("Compliance", "Ask what the rules say of one case, and what would change the answer", "/rules"),
    Door("Desk", "Check a spreadsheet of shipments, and get the rows with problems back", "/rules/ledger"),
    Door("Modeller", "Move every uncertainty, and see why an assumption breaks", "/beliefs"),
    Door("Writer", "Take a figure with its data, its check and its source", "/exhibits"),
    Door("Sceptic", "See where every number is from, and what the model cannot say", "/about"),
)


def doors(screens: Collection[str]) -> Section:
    """The doors behind which a screen lies, among those that there are."""
    held = tuple(door for door in DOORS if door.link in screens)
    return Section("doors", "Where to go on", "Choose your door", doors=held)
