"""What a transaction's fields may say, and how what people write is read: the words, things, places, days and numbers of a case's law.

- `vocabulary`: the fields, outcomes and kinds that the law of a case speaks of; `word_types`: what it tells of each word
- `named_fields`: the fields of one transaction or question by name, and how a value is taken out by its type
- `transfers`: how transfers are completed, tried and told; `unread`: what is looked for in texts that no field takes
- `places`: tiers and groups of places by day
- `items`: what may be named as an item; `item_values`: values given of an item against what the catalogue says
- `days`, `numbers`: days and numbers as people write them
- `field_words`, `number_names`: fields and their values in words; what a reader calls the numbers of clauses
- `column_texts`, `groups`: texts of a column once each; rows grouped by what they share

Inside: `item_spellings`.
"""
