"""Exhibits of this case: the note's two tables and five figures, rebuilt and checked, then ours; a module each."""

# The module of each by its name, in the order in which they are shown.
EXHIBITS = {
    "figure-1": "figure1",
    "table-1": "table1",
    "table-2": "table2",
    "figure-2": "figure2",
    "figure-3": "figure3",
    "figure-4": "figure4",
    "figure-5": "figure5",
    "compute": "compute",
    "caps": "caps",
    "china-supply": "china_supply",
    "binding": "binding",
    "gap": "gap",
    "price": "price",
    "return": "returns",
    "electricity": "electricity",
    "goodwill": "goodwill",
    "time-asymmetry": "asymmetry",
}
# Those of the note.
REBUILT = ("figure-1", "table-1", "table-2", "figure-2", "figure-3", "figure-4", "figure-5")
# Those that the brief shows.
BRIEF = ("figure-5", "china-supply", "figure-4", "caps")

__all__ = ["BRIEF", "EXHIBITS", "REBUILT"]
