"""Hypothesis strategies, properties and a command line for defined-contribution (401(k)) event ledgers."""

from dcprops.reference.documents import balances

__all__ = ["balances"]

__version__ = "0.1.0"
