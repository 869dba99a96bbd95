"""Numbers, dates and lists in words, and tables as a notebook shows them: one place for each."""
