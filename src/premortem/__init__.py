"""Finds how a policy fails before it does."""
