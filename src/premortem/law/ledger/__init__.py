"""Ledgers: tables of shipments read, decided in date order with running totals, and written.

- `decisions`: `decide_file(FILE, book)` decides a table and sums it up; `decide_ledger` decides a frame
- `files`, `csv_files`: tables read and written: CSV, Parquet, workbooks
- `intake`: a user's own table turned into a ledger; `profiles`: table layouts kept by name
- `columns`: which columns a ledger may hold, and those that it gains
- `field_guesses`: headings matched to fields
- `remainder`: rows given back to be mended, decided again with those decided before
- `grounds`: what each answer rests on
- `summary`: what is said of a decided ledger as a whole, by the keys of `--json`

Inside: `alike_totals`, `consignees`, `corrections`, `day_columns`, `days_in_notes`, `decided_otherwise`, `headers`, `matching`, `one_party`,
`possible_changes`, `rows`, `rows_of_one_party`, `stated_classes`,
`told_in_notes`, `unfit`, `unread_codes`, `unread_items`, `unread_notes`, `unread_parties`, `unread_questions`, `unread_words`, `unstated_fields`, `withheld`.
"""
