"""Coherence: what is wrong with a ledger whose events are all valid."""

from dcprops.reference.coherence.ledger import Anomaly, anomalies

__all__ = ["Anomaly", "anomalies"]
