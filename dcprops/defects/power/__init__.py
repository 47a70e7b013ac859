"""How well the properties find the seeded defects, beside what teams use today, measured in one run."""

from dcprops.defects.power.arms import ARMS, Arm
from dcprops.defects.power.false_alarms import FalseAlarms, false_alarms
from dcprops.defects.power.figures import ArmFigures, Figures, figures
from dcprops.defects.power.measuring import NoResultsError, Outcome, Task, outcomes, tasks

__all__ = [
    "ARMS",
    "Arm",
    "ArmFigures",
    "FalseAlarms",
    "Figures",
    "NoResultsError",
    "Outcome",
    "Task",
    "false_alarms",
    "figures",
    "outcomes",
    "tasks",
]
