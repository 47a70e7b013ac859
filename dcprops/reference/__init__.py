"""The oracle: what the law and the ledger's own rules say, in pure Decimal, without I/O beyond its own tables."""

from dcprops.reference.balances import Account, BalanceRow, Step, arithmetic, balances, running_balances, steps
from dcprops.reference.coherence import Anomaly, anomalies
from dcprops.reference.compliance import ComplianceRow, Deferrals, Person, compliance
from dcprops.reference.documents import as_json
from dcprops.reference.limits import DollarLimits, MissingYearError, dollar_limits, limits, years
from dcprops.reference.order import canonical_order, distinct
from dcprops.reference.timeline import timeline

__all__ = [
    "Account",
    "Anomaly",
    "BalanceRow",
    "ComplianceRow",
    "Deferrals",
    "DollarLimits",
    "MissingYearError",
    "Person",
    "Step",
    "anomalies",
    "arithmetic",
    "as_json",
    "balances",
    "canonical_order",
    "compliance",
    "distinct",
    "dollar_limits",
    "limits",
    "running_balances",
    "steps",
    "timeline",
    "years",
]
