"""Event stores: correct ones, and wrong ones."""
