"""Mistakes that no property was tuned to: kept apart to see whether the properties find them anyway."""
