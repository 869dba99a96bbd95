"""Stress tests: the propositions, how often they hold, why they break, and how little it takes."""
