"""Hypothesis strategies, properties and a command line for defined-contribution (401(k)) event ledgers."""

__version__ = "0.1.0"
