"""From a ledger that shows something to a smallest one that still does: fewer events, then simpler values.

What is shown is a question that the caller asks of each smaller ledger; nothing here knows of targets.
"""

from dcprops.reducing.reduction import INTERRUPTED, Progress, Reduced, Reducer
from dcprops.reducing.trials import Entry, Trial
from dcprops.reducing.values import single_steps

__all__ = ["INTERRUPTED", "Entry", "Progress", "Reduced", "Reducer", "Trial", "single_steps"]
