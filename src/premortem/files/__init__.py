"""Files of users read, and files written whole or not at all: the one reader and the one writer.

- `reader`: the bytes and texts of a file that a user names; ordinary files only
- `toml`, `table`: TOML and CSV that a person wrote; what is wrong is told with the file's name
- `formulas`: texts of a table that a spreadsheet would run, kept from it
- `workbooks`: sheets of workbooks as rows of texts, read in a process of their own (`workbook_process`)
- `typed`: `read_typed(FILE, Type)` gives a typed object, or every fault at once; `Strict` is the base of such types
- `plain_data`: results of this package as JSON text, and back to the same
- `faults`: what Pydantic finds wrong, in plain English
- `folder_hash`: a hash of the files of a folder, to know whether what was made from them still stands
- `writer`: a file written beside its target and put in its place when it is whole
"""
