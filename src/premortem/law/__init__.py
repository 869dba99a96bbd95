"""The rulebook as data: clauses, policies over them, decisions, and the levers that they pull in the simulated world.

Rooms, each resting on those before it:

- `fields`: what a transaction's fields may say, and how what people write is read
- `parties`: parties by name
- `clauses`: what a clause is, when it applies and what it lets through
- `loopholes`: pairs alike in substance and decided differently, found by search
- `ledger`: tables of shipments

The rulebook:

- `book`: `load(POLICY, case)` gives the clauses in force under a policy; `notebook`: the same for a notebook
- `known_on`: the law as it was known on a day; `own_clauses`: faults of instruments of a study's own
- `rulebook_version`, `currency`: which version it is; how current it is on a day

Answers:

- `transactions`, `decide`: a transaction as a person gives it; `explain(transaction, book)` decides and explains it
- `engine`: `decide(frame, book)`, the same for millions of rows
- `standing_questions`: transactions that one book after another is asked about, such as those of the simulated world
- `answers`, `opinion`: a law whose answers are of several kinds; one such answer explained
- `known_items`: what a question may be asked of by name
- `verdict`, `verdict_codes`, `unchecked`: the answer in a sentence, and as a number; what it does not cover
- `memo`, `memo_parts`, `checklists`: a decision in words; the parts of a memo to be signed; what an application must hold
- `condition_words`: a condition as a sentence
- `ambiguous_items`: what is answered of a spelling that could mean several items
- `audit`: a record of a decision; `worked_cases`, `expected_answers`: files of cases; what is said of one
- `screening`: a file of names looked up in the lists of parties
- `timeline`, `compare_books`, `book_differences`, `difference_weights`: one transaction through time; what changed between two sides, most weighty first

Inside: `assumed_facts`, `cautions`, `decision_data`, `equivalent_rows`, `field_values`, `ladder`, `missing_fields`, `numbers_and_limits`,
`permission`, `row_defaults`, `rows_of_kinds`, `soundness`, `would_change`.
"""
