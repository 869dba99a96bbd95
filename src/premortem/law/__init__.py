"""The rulebook as data: clauses, policies over them, decisions, and the levers that they pull in the simulated world.

The rulebook:

- `book`: `load(POLICY, case)` gives the clauses in force under a policy; `notebook`: the same for a notebook
- `clause`, `policy`, `policy_documents`: what a clause is; what a policy file may change; how it reads over its base
- `known_on`: the law as it was known on a day
- `vocabulary`, `transfers`: the words of the law of a case; how a transfer's fields are filled
- `places`, `items`: tiers and groups of places by day; what may be named as an item
- `word_types`, `known_items`: what a vocabulary tells of a word; what a question may be asked of by name
- `conditions`: the tests of clauses; `rulebook_version`, `currency`: which version it is; how current it is on a day

Answers:

- `transactions`, `decide`: a transaction as a person gives it; `explain(transaction, book)` decides and explains it
- `engine`: `decide(frame, book)`, the same for millions of rows
- `standing_questions`: transactions that one book after another is asked about, such as those of the simulated world
- `answers`, `opinion`: a law whose answers are of several kinds; one such answer explained
- `verdict`, `unchecked`, `citations`: the answer in a sentence; what it does not cover; where it is written
- `memo`, `memo_parts`, `checklists`: a decision in words; the parts of a memo to be signed; what an application must hold
- `field_words`, `number_names`: fields and their values in words; what a reader calls the numbers of clauses
- `shared_answers`: what is answered of a spelling that could mean several items
- `audit`: a record of a decision; `worked_cases`: files of cases
- `screening`: a file of names looked up in the lists of parties
- `parties`: parties by name, a room of its own
- `own_clauses`: faults of instruments of a study's own
- `timeline`, `diff`, `diff_weights`: one transaction through time; what changed between two sides, most weighty first
- `loopholes`: pairs alike in substance and decided differently, found by search, a room of its own
- `ledger`: tables of shipments, a room of its own

Inside: `assumed_facts`, `binding`, `candidate_clauses`, `cautions`, `clause_files`, `clause_tests`, `clause_values`,
`column_texts`, `days`, `decision_data`, `equivalent_rows`, `field_values`, `figures`, `groups`, `item_spellings`, `item_values`,
`ladder`, `missing_fields`, `numbers`, `permission`, `row_defaults`, `rows_of_kinds`, `soundness`, `tested_values`, `totals`,
`truth`, `unread`, `verdict_codes`, `would_change`.
"""
