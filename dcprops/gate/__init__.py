"""The quality gate: what the jobs of a pipeline have found, judged together."""

from dcprops.gate.judging import Judgement, MalformedError, judged
from dcprops.gate.reading import GateError, read_result

__all__ = ["GateError", "Judgement", "MalformedError", "judged", "read_result"]
