"""The cases that ship: each a folder of data with one world module; nothing of the engine imports them by name.

- `us_ai_2025`: US AI policy of 26 February 2025; the first of the list, used where none is named
- `eu_gpai`: the EU AI Act's rules on general-purpose models

A case is found by `premortem.case.load(NAME)`, and `--case NAME` on the command line. What its files hold: `docs/second-case.md`.
"""
