"""Queries: engines, stock-query files, parameters and results."""
