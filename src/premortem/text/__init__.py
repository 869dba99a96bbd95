"""Numbers, dates and lists in words, tables as a notebook shows them, and the language of conditions: one place for each."""
