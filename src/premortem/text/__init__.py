"""Numbers, dates and lists in words, tables as a notebook shows them, and the language of conditions: one place for each.

- `numbers`, `units`: numbers, shares, days and lists in words; units, and what is left unsaid of them
- `phrases`: sentences that several pages use: shares, headlines, regret
- `steps`: steps of a world's clock in words
- `tables`: rows as a notebook shows them
- `layout`: texts in lines of a width
- `places`: folders of this machine in general terms
- `syntax`, `predicates`: conditions that a person writes: their grammar; what they say of rows of a table
- `result`: what results of rooms share: `as_dict` by the keys of `--json`, and a short repr
"""
