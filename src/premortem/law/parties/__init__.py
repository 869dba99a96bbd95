"""Parties by name: the lists that a case holds, names looked up in them, and what a text says of who takes part.

- `lookup`: named parties looked up in the lists: equal names are listed, near ones are shown until cleared
- `lists`, `table`: the lists of parties that a case holds, made ready for lookups; their rows as a table gives them
- `pulled_lists`: whole lists that a user pulled
- `clearing`: names that a person looked at, each with the reason
- `seats`: where named firms are known to sit
- `fields`: what the lists say of the parties of a frame of transactions, as columns that clauses ask of
- `telltale`: what a text says of places under embargo, of arms and of bodies that nobody may supply

Inside: `letters`, `listed_in_texts`, `look_alikes`, `name_matches`, `nameless`, `near_names`, `reasons_read`, `spelling`, `stems`,
`unnamed`.
"""
