"""Shipments of which the parties were looked up, for tests of what else a permission hangs on."""

from collections.abc import Mapping
from typing import Any

from premortem.case import default
from premortem.law.parties.clearing import as_text, clearings
from premortem.law.parties.lists import index
from premortem.law.parties.lookup import ROLES
from premortem.law.parties.spelling import key

REASON = "looked up in the whole lists"
# A party that no table holds, and that somebody looked up.
SEEN = {"consignee": "Acme", "cleared": f"Acme={REASON}"}


def looked_up(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same, to a party that was looked up where it names nobody; each party that the tables know looked up as well."""
    named = {role: given[role] for role in ROLES if given.get(role)}
    held = index(default()).by_key
    known = {name: REASON for name in named.values() if key(str(name)) in held}
    reasons = known | clearings(str(given.get("cleared") or ""))
    told = {**given, **({"cleared": as_text(reasons)} if reasons else {})}
    return told if named.keys() - {"exporter"} else told | SEEN
