"""The rulebook as data: clauses, policies over them, decisions, and the levers that they pull in the simulated world."""
