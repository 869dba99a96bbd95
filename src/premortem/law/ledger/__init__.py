"""Ledgers: tables of shipments read, decided in date order with running totals, and written."""
