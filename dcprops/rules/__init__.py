"""The rules: what makes a document invalid, as a catalogue to read and as a diagnosis of one document."""

from dcprops.rules.catalogue import ABSENT, CATALOGUE, RULES, Cell, Level, Rule
from dcprops.rules.diagnosis import Breach, breaches, breaches_of_text
from dcprops.rules.edges import EDGES, Edge
from dcprops.rules.samples import SAMPLES

__all__ = [
    "ABSENT",
    "CATALOGUE",
    "EDGES",
    "RULES",
    "SAMPLES",
    "Breach",
    "Cell",
    "Edge",
    "Level",
    "Rule",
    "breaches",
    "breaches_of_text",
]
