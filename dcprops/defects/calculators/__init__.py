"""Calculators of balances and of years: correct ones in several ways of writing, and wrong ones."""
