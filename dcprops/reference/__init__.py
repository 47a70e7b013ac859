"""The oracle: what the law and the ledger's own rules say, in pure Decimal, without I/O beyond its own tables."""

from dcprops.reference.limits import MissingYearError, limits, years

__all__ = ["MissingYearError", "limits", "years"]
