"""What a clause is, when it applies and what it lets through: clauses as data, bound to rows and asked of them.

- `clause`: one clause; `conditions`: its tests; `citations`: where it is written
- `clause_files`: clauses as their files have them; `policy`, `policy_documents`: what a policy file may change; how it reads over its base
- `binding`, `truth`: conditions with their numbers of the day; whether each is met, is not, or cannot be told
- `clause_tests`: for each row, the tests that it meets; `candidate_clauses`: which clauses can decide something
- `tested_values`, `clause_values`: what clauses compare fields with; values worth trying
- `totals`: what a clause has let through so far
"""
