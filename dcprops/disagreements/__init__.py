"""Where a calculator, a model or a store disagrees with the reference on a real file, and the least that shows it."""

from dcprops.disagreements.anonymous import NotAnonymousError
from dcprops.disagreements.comparing import Comparison, compare_calculator, compare_model
from dcprops.disagreements.disagreement import Disagreement
from dcprops.disagreements.shrinking import AgreementError, NothingComparedError, Shrunk, shrink

__all__ = [
    "AgreementError",
    "Comparison",
    "Disagreement",
    "NotAnonymousError",
    "NothingComparedError",
    "Shrunk",
    "compare_calculator",
    "compare_model",
    "shrink",
]
