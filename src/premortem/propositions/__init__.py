"""Assumptions as propositions: conditions with margins, how they are scored, and how often they hold."""
