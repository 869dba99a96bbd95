"""The rulebook as data: clauses, policies over them, decisions, and the levers that they pull in the simulated world.

The rulebook:

- `book`: `load(POLICY, case)` gives the clauses in force under a policy; `notebook`: the same for a notebook
- `clause`, `policy`: what a clause is; what a policy file may change
- `vocabulary`, `transfers`: the words of the law of a case; how a transfer's fields are filled
- `places`, `items`: tiers and groups of places by day; what may be named as an item
- `word_types`, `known_items`: what a vocabulary tells of a word; what a question may be asked of by name
- `conditions`: the tests of clauses; `rulebook_version`: how current the rulebook is

Answers:

- `transactions`, `decide`: a transaction as a person gives it; `explain(transaction, book)` decides and explains it
- `engine`: `decide(frame, book)`, the same for millions of rows
- `answers`, `opinion`: a law whose answers are of several kinds; one such answer explained
- `memo`: a decision in words; `audit`: a record of it; `worked_cases`: files of cases
- `screening`: names looked up in the lists of parties
- `timeline`, `diff`, `loopholes`: one transaction through time; what changed between two sides; alike in substance,
  decided differently
- `ledger`: tables of shipments, a room of its own

Inside: `assumed_facts`, `binding`, `candidate_clauses`, `cautions`, `citations`, `clause_files`, `clause_tests`, `clearing`,
`days`, `decision_data`, `equivalent_rows`, `field_values`, `item_values`, `ladder`, `missing_fields`, `near_names`, `numbers`,
`parties`, `party_fields`, `party_lists`, `permission`, `row_defaults`, `seats`, `soundness`, `spelling`, `syntax`, `totals`,
`truth`, `would_change`.
"""
