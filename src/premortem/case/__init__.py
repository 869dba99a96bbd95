"""What a case is: a folder of data and one world module, found by name among those that ship, or by its folder."""

from premortem.case._case import DEFAULT, MARK, Case, Settings, default, load, names
from premortem.case._clock import Clock, middle, year_of
from premortem.case._code import code_fault
from premortem.case._instruments import INSTRUMENTS, Instrument, instruments, own_lags
from premortem.case._map import Map, Measure, Panel, Place, Simulated
from premortem.case._text import AppText, Text
from premortem.case._timed import Firms, Mechanism, Moved, Peer, Timed
from premortem.case._world import Levers, World

__all__ = [
    "DEFAULT", "INSTRUMENTS", "MARK", "AppText", "Case", "Clock", "Firms", "Instrument", "Levers", "Map", "Measure", "Mechanism", "Moved", "Panel", "Peer", "Place", "Settings", "Simulated",
    "Text", "Timed", "World", "code_fault", "default", "instruments", "load", "middle", "names", "own_lags", "year_of",
]  # fmt: skip
